'use strict';

// Painting and looking at it. The drawing area is in pad.js.

const FRAME_MS = 45;
const QUEUE_MS = 1000;

// What is shown: the program; what each picture on the way to it changes of the
// one before; how many strokes are whole in it; and which one is on the canvas.
let program = null;
let patches = [];
let strokes = [];
let shown = -1;
let timer = null;
let painting = false;
let lookAgain = false; // A look was chosen while the agent was painting.
let settings = null;
// Answers to questions that are no longer of interest are dropped, and the
// server is told that nobody waits for them.
let question = 0;
let asked = new AbortController();

function nextQuestion() {
  asked.abort();
  asked = new AbortController();
  return ++question;
}

function say(text, isError = false) {
  $('status').textContent = text || '\u00a0';
  $('status').className = isError ? 'error' : '';
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    throw new Error('The server does not answer. Is it still running?');
  }
  if (!answer.ok) {
    let text = `The server answers ${answer.status}.`;
    try { text = (await answer.json()).error || text; } catch (error) { /* as it is */ }
    throw new Error(text);
  }
  return answer;
}

// Says, while the server is busy, how many come before what is asked for.
async function wait(path, options) {
  const ticket = [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  const before = $('status').textContent;
  let done = false;
  let said = before;
  const look = async () => {
    let ahead = null;
    try {
      ahead = (await (await fetch(`/api/queue?ticket=${ticket}`)).json()).ahead;
    } catch (error) { /* What is asked for says what is wrong. */ }
    const text = ahead ? `Waiting: ${ahead} before you …` : before;
    if (!done && text !== said && $('status').textContent === said) say(said = text);
  };
  const watch = setInterval(look, QUEUE_MS);
  try {
    return await ask(path, {method: 'POST', ...options, headers: {...options.headers, 'X-Ticket': ticket}});
  } finally {
    done = true;
    clearInterval(watch);
    if ($('status').textContent === said) say(before);
  }
}

const post = (path, body, signal) => wait(path, {
  headers: {'Content-Type': 'application/json'},
  body: JSON.stringify(body),
  signal,
});

// --- painting ---

const model = () => settings.models.find((m) => m.name === $('model').value);

function forget() {
  nextQuestion();
  stop();
  busy(false);
  say('');
  program = null;
  patches = [];
  frame(512, 512);
  $('count').textContent = '\u00a0';
  $('seen').hidden = true;
  $('empty').hidden = false;
  for (const id of ['scrub', 'play', 'looks', 'files']) $(id).disabled = true;
}

// Makes the canvas empty and of a size; its longer side is as long as the frame.
function frame(width, height) {
  const canvas = $('painting');
  [canvas.width, canvas.height] = [width, height];
  canvas.style.width = `${100 * Math.min(1, width / height)}%`;
}

function showModel() {
  forget();
  const conditional = model().conditional;
  $('input').hidden = !conditional;
  $('samples').parentElement.hidden = !conditional;
  $('brush').value = model().brush;
  $('paint').textContent = conditional ? 'Paint' : 'Draw';
  $('output-title').textContent = conditional
    ? 'What the agent makes of it' : 'What the agent draws';
}

function busy(is) {
  document.body.classList.toggle('busy', is);
  $('output').setAttribute('aria-busy', is);
}

async function paint() {
  // The button stays enabled: a disabled one would lose the keyboard's focus.
  if (painting) return;
  painting = $('model').disabled = true;
  const own = nextQuestion();
  stop();
  busy(true);
  say('Painting …');
  try {
    const form = new FormData();
    form.set('model', $('model').value);
    form.set('temperature', $('temperature').value);
    form.set('seed', String(Math.floor(Math.random() * 1e9)));
    if (model().conditional) {
      form.set('samples', $('samples').value);
      const blob = await new Promise((done) => pad.toBlob(done, 'image/png'));
      form.set('image', blob, 'picture.png');
    }
    const answer = await (await wait('/api/paint', {body: form, signal: asked.signal})).json();
    program = answer.program;
    if (answer.target) see(answer.target);
    $('output').scrollIntoView({behavior: 'smooth', block: 'nearest'});
    await film(own, true);
    const error = answer.mse === undefined ? ''
      : `, mean squared error of a pixel ${answer.mse.toFixed(4)}`;
    say(`Painted in ${answer.seconds.toFixed(1)} s${error}.`);
  } catch (error) {
    say(error.message, true);
  } finally {
    painting = $('model').disabled = false;
    busy(false);
  }
  if (lookAgain) look();
}

function see(picture) {
  const image = document.querySelector('#seen img');
  image.onload = () => {
    document.querySelector('#seen figcaption').textContent =
      `What the agent sees: ${image.naturalWidth}×${image.naturalHeight} pixels.`;
    $('seen').hidden = false;
  };
  image.src = picture;
}

const looks = () => ({
  program,
  size: Number($('size').value),
  brush: $('brush').value || null,
  color_strokes: $('colors').checked,
});

async function decode(patch) {
  if (!patch) return null;
  const image = new Image();
  image.src = patch.data;
  await image.decode();
  return {image, left: patch.left, top: patch.top};
}

async function film(own, play) {
  const answer = await (await post('/api/frames', looks(), asked.signal)).json();
  const decoded = await Promise.all(answer.patches.map(decode));
  if (own !== question) return;
  patches = decoded;
  strokes = answer.strokes;
  shown = -1;
  frame(answer.width, answer.height);
  $('empty').hidden = true;
  $('scrub').max = patches.length - 1;
  for (const id of ['scrub', 'play', 'looks', 'files']) $(id).disabled = false;
  $('brush').disabled = $('colors').disabled = !answer.has_brush;
  for (const button of document.querySelectorAll('[data-format]')) {
    button.hidden = !answer.forms.includes(button.dataset.format);
  }
  show(play ? 0 : patches.length - 1);
  if (play) start();
}

function show(index) {
  if (index < shown) shown = -1;
  const canvas = $('painting').getContext('2d');
  while (shown < index) {
    const patch = patches[++shown];
    if (patch) canvas.drawImage(patch.image, patch.left, patch.top);
  }
  $('scrub').value = index;
  const count = `stroke ${strokes[index]} of ${strokes[strokes.length - 1]}`;
  $('count').textContent = count;
  $('scrub').setAttribute('aria-valuetext', count);
}

function start() {
  stop();
  let index = shown + 1 < patches.length ? shown : 0;
  $('play').textContent = 'Stop';
  const step = () => {
    show(index++);
    if (index === patches.length) stop();
  };
  timer = setInterval(step, FRAME_MS);
  step();
}

function stop() {
  clearInterval(timer);
  timer = null;
  $('play').textContent = 'Play';
}

async function look() {
  lookAgain = painting;
  if (!program || painting) return;
  const own = nextQuestion();
  stop();
  busy(true);
  say('Rendering …');
  try {
    await film(own, false);
    if (own === question) say('');
  } catch (error) {
    if (own === question) say(error.message, true);
  } finally {
    if (own === question) busy(false);
  }
}

async function download(format) {
  say(`Writing ${format.toUpperCase()} …`);
  try {
    const answer = await post('/api/render', {...looks(), format});
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `painting.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say('');
  } catch (error) {
    say(error.message, true);
  }
}

$('paint').addEventListener('click', paint);
$('play').addEventListener('click', () => (timer ? stop() : start()));
$('scrub').addEventListener('input', () => { stop(); show(Number($('scrub').value)); });
for (const id of ['brush', 'size', 'colors']) $(id).addEventListener('change', look);
for (const button of document.querySelectorAll('[data-format]')) {
  button.addEventListener('click', () => download(button.dataset.format));
}
$('model').addEventListener('change', showModel);

(async () => {
  clearPad();
  try {
    settings = await (await ask('/api/settings')).json();
  } catch (error) {
    say(error.message, true);
    return;
  }
  for (const {name} of settings.models) $('model').add(new Option(name));
  for (const name of settings.brushes) $('brush').add(new Option(name));
  $('samples').max = settings.max_samples;
  showModel();
  document.body.dataset.ready = 'yes';
})();
