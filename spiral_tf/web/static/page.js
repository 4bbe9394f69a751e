'use strict';

const $ = (id) => document.getElementById(id);
const pad = $('pad');
const pen = pad.getContext('2d');
const FRAME_MS = 45;

// What is shown: the program, the pictures on the way to it, and for each of
// these how many strokes are whole.
let program = null;
let frames = [];
let strokes = [];
let timer = null;
let settings = null;
// Answers to questions that are no longer of interest are dropped.
let question = 0;

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
    try { text = (await answer.json()).error; } catch (error) { /* as it is */ }
    throw new Error(text);
  }
  return answer;
}

const post = (path, body) => ask(path, {
  method: 'POST',
  headers: {'Content-Type': 'application/json'},
  body: JSON.stringify(body),
});

// --- the drawing area ---

function clearPad() {
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, pad.width, pad.height);
}

function place(event) {
  const box = pad.getBoundingClientRect();
  const scale = pad.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

pad.addEventListener('pointerdown', (event) => {
  pad.setPointerCapture(event.pointerId);
  pen.lineWidth = 34;
  pen.lineCap = pen.lineJoin = 'round';
  pen.strokeStyle = '#000';
  pen.beginPath();
  pen.moveTo(...place(event));
  pen.lineTo(...place(event));
  pen.stroke();
  const draw = (move) => { pen.lineTo(...place(move)); pen.stroke(); };
  const stop = () => {
    pad.removeEventListener('pointermove', draw);
    pad.removeEventListener('pointerup', stop);
    pad.removeEventListener('pointercancel', stop);
  };
  pad.addEventListener('pointermove', draw);
  pad.addEventListener('pointerup', stop);
  pad.addEventListener('pointercancel', stop);
});

async function load(file) {
  let image;
  try {
    image = await createImageBitmap(file);
  } catch (error) {
    say(`${file.name} is no picture that this browser can show.`, true);
    return;
  }
  clearPad();
  const scale = pad.width / Math.max(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(image, (pad.width - width) / 2, (pad.height - height) / 2, width, height);
  say('');
}

$('file').addEventListener('change', (event) => {
  if (event.target.files.length) load(event.target.files[0]);
  event.target.value = '';
});
for (const name of ['dragenter', 'dragover']) {
  pad.addEventListener(name, (event) => {
    event.preventDefault();
    pad.classList.add('over');
  });
}
for (const name of ['dragleave', 'drop']) {
  pad.addEventListener(name, (event) => {
    event.preventDefault();
    pad.classList.remove('over');
  });
}
pad.addEventListener('drop', (event) => {
  if (event.dataTransfer.files.length) load(event.dataTransfer.files[0]);
});
$('clear').addEventListener('click', () => { clearPad(); say(''); });

// --- painting ---

const model = () => settings.models.find((m) => m.name === $('model').value);

function showModel() {
  const conditional = model().conditional;
  $('input').hidden = !conditional;
  $('samples').disabled = !conditional;
  $('paint').textContent = conditional ? 'Paint' : 'Draw';
  $('output-title').textContent = conditional
    ? 'What the agent makes of it' : 'What the agent draws';
}

async function paint() {
  const own = ++question;
  stop();
  document.body.classList.add('busy');
  $('paint').disabled = true;
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
    const answer = await (await ask('/api/paint', {method: 'POST', body: form})).json();
    if (own !== question) return;
    program = answer.program;
    $('brush').value = program.renderer.brush || '';
    $('output').scrollIntoView({behavior: 'smooth', block: 'nearest'});
    await film(own, true);
    const error = answer.mse === undefined ? ''
      : `, mean squared error of a pixel ${answer.mse.toFixed(4)}`;
    if (own === question) say(`Painted in ${answer.seconds.toFixed(1)} s${error}.`);
  } catch (error) {
    if (own === question) say(error.message, true);
  } finally {
    document.body.classList.remove('busy');
    $('paint').disabled = false;
  }
}

const looks = () => ({
  program,
  size: Number($('size').value),
  brush: $('brush').value || null,
  color_strokes: $('colors').checked,
});

async function film(own, play) {
  const answer = await (await post('/api/frames', looks())).json();
  if (own !== question) return;
  frames = answer.frames;
  strokes = answer.strokes;
  $('scrub').max = frames.length - 1;
  for (const id of ['scrub', 'play', 'looks', 'files']) $(id).disabled = false;
  const scene = program.renderer.name !== 'painting';
  $('brush').disabled = $('colors').disabled = scene;
  if (play) start(); else show(frames.length - 1);
}

function show(index) {
  $('scrub').value = index;
  $('painting').src = frames[index];
  $('count').textContent = `stroke ${strokes[index]} of ${strokes[strokes.length - 1]}`;
}

function start() {
  stop();
  let index = 0;
  $('play').textContent = 'Stop';
  const step = () => {
    show(index++);
    if (index === frames.length) stop();
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
  if (!program) return;
  const own = ++question;
  stop();
  document.body.classList.add('busy');
  say('Rendering …');
  try {
    await film(own, false);
    if (own === question) say('');
  } catch (error) {
    if (own === question) say(error.message, true);
  } finally {
    document.body.classList.remove('busy');
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
