// The page: what is asked for, what comes of it, and what is shown meanwhile.

import {ask, post, work} from './server.js';
import {Pad} from './pad.js';
import {Film} from './film.js';
import {Listing, isSeen, without} from './listing.js';
import * as choices from './choices.js';
import * as memory from './memory.js';

const $ = (id) => document.getElementById(id);
const NOTHING = '\u00a0';
// What says how to paint, and how to look.
const FIELDS = ['tries', 'polish', 'strokes', 'windows', 'mood', 'seed', 'size'];

let settings = null;
let openPainters = null;
let openBrushes = null;
// What is shown: the program as it is, those before strokes were taken out, which
// these were, and what was said of it.
let program = null;
let before = [];
let taken = [];
let said = '';
let name = 'painting'; // Of files.
let painter = '';
let example = '';
let brush = ''; // Another one than the program's own.
let made = {}; // What a link has to say of how the program came about.
// Answers to questions that are no longer of interest are dropped, and the
// server is told that nobody waits for them.
let question = 0;
let asked = new AbortController();
let painting = false;
let lookAgain = false; // A look was chosen while somebody was painting.

const pad = new Pad($('pad'), () => {
  example = '';
  $('hint').hidden = !pad.isEmpty;
  $('undo').disabled = $('clear').disabled = pad.isEmpty;
});
const film = new Film($('painting'), (index, strokes) => {
  const count = `${strokes} of ${film.number}`;
  $('scrub').value = index;
  $('count').textContent = count;
  $('scrub').setAttribute('aria-valuetext', count);
  $('play').textContent = film.plays ? 'Stop' : 'Play';
  listing.reach(strokes);
});
const listing = new Listing($('commands'), $('overlay'), $('painting'), film, takeOut);

// --- what is said ---

function say(text, isError = false) {
  $('status').textContent = text || NOTHING;
  $('status').className = isError ? 'error' : '';
}

function tell({ahead, done}) {
  if (ahead) say(`Waiting: ${ahead} before you …`);
  else if ($('status').textContent.startsWith('Waiting')) say('At work …');
  $('progress').hidden = false;
  if (done === null) $('progress').removeAttribute('value');
  else $('progress').value = done;
}

function busy(is) {
  document.body.classList.toggle('busy', is);
  $('output').setAttribute('aria-busy', is);
  $('cancel').hidden = !is;
  if (!is) $('progress').hidden = true;
}

function nextQuestion() {
  asked.abort();
  asked = new AbortController();
  return ++question;
}

// Does what was asked for, with what people see of it. Returns whether it is
// done; what came in between, or was cancelled, is not.
async function during(text, action) {
  const own = nextQuestion();
  film.stop();
  busy(true);
  say(text);
  try {
    await action(() => own === question);
    return own === question;
  } catch (error) {
    if (own === question) say(error.message, error.name !== 'AbortError');
    return false;
  } finally {
    if (own === question) busy(false);
  }
}

function cancel() {
  nextQuestion();
  painting = false;
  busy(false);
  say('Cancelled.');
}

function tab(shown) {
  document.body.dataset.tab = shown;
  for (const button of document.querySelectorAll('[data-show]')) {
    button.setAttribute('aria-pressed', button.dataset.show === shown);
  }
}

// --- who paints ---

const model = (wanted = painter) => settings.models.find((m) => m.name === wanted);

function choosePainter(wanted) {
  if (wanted !== painter) {
    brush = '';
    $('colors').checked = false;
  }
  painter = wanted;
  const {title, text, conditional, tiles, strokes, usual} = model();
  const button = $('painter');
  const image = button.querySelector('img');
  image.src = choices.pictureOf(model());
  image.classList.toggle('left', !conditional);
  button.querySelector('b').textContent = title;
  button.querySelector('small').textContent = text;
  document.body.classList.toggle('alone', !conditional);
  $('tries-field').hidden = !conditional || Boolean(strokes);
  $('strokes-field').hidden = !strokes;
  $('mood-field').hidden = Boolean(strokes);
  $('polish-field').hidden = !conditional || Boolean(strokes);
  $('windows-field').hidden = tiles < 2;
  if (strokes && !$('strokes').value) $('strokes').value = usual;
  $('paint').textContent = conditional ? 'Paint' : 'Draw';
  $('output-title').textContent = conditional
    ? 'What becomes of it' : 'What the agent draws';
  $('offer').hidden = true;
  if (!conditional && document.body.dataset.tab === 'input') tab('output');
}

// --- which picture ---

async function load(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

async function chooseExample(wanted, andPaint) {
  const found = settings.examples.find((e) => e.name === wanted);
  if (!found) return;
  pad.put(await load(`/pictures/example-${wanted}.png`));
  example = name = wanted;
  if (andPaint) {
    choosePainter(found.model);
    await paint();
  }
}

async function openFile(file) {
  const isProgram = file.name.endsWith('.json') || file.type === 'application/json';
  name = file.name.replace(/\.[^.]*$/, '') || 'painting';
  if (isProgram) {
    await openProgram(file);
    return;
  }
  let image;
  try {
    image = await createImageBitmap(file);
  } catch (error) {
    say(`${file.name} is no picture that this browser can show.`, true);
    return;
  }
  if (!model().conditional) {
    choosePainter(settings.models.find((m) => m.strokes).name);
  }
  pad.put(image);
  tab('input');
  say('');
  await offer();
}

// Offers whoever suits the picture, if that is somebody else.
async function offer() {
  $('offer').hidden = true;
  const form = new FormData();
  form.set('image', await pad.file(), 'picture.png');
  const own = pad.picture;
  const {looks, model: suiting} = await (await work('/api/suits', {body: form})).json();
  if (own !== pad.picture || !suiting || suiting === painter) return;
  const [words, button] = $('offer').children;
  words.textContent = `This looks like ${looks}.`;
  button.textContent = `Use “${model(suiting).title}”`;
  button.onclick = () => { choosePainter(suiting); paint(); };
  $('offer').hidden = false;
}

async function openProgram(file) {
  let opened;
  try {
    opened = JSON.parse(await file.text());
  } catch (error) {
    say(`${file.name} holds no program: it is not JSON.`, true);
    return;
  }
  const kept = [program, brush, $('colors').checked];
  program = opened;
  brush = '';
  $('colors').checked = false;
  const done = await during(`Opening ${file.name} …`, (isOf) => look(isOf, moves()));
  if (!done) {
    [program, brush, $('colors').checked] = kept;
    return;
  }
  before = [];
  taken = [];
  made = {};
  $('seen').hidden = true;
  tab('output');
  say(said = `Opened ${file.name}: ${film.number} to see.`);
  remember();
}

// --- painting ---

async function paint() {
  // The button stays enabled: a disabled one would lose the keyboard's focus.
  if (painting) return;
  const {conditional, strokes} = model();
  if (conditional && pad.isEmpty) {
    say('Draw something first, or choose a picture.', true);
    tab('input');
    return;
  }
  if (!$('seed').reportValidity()) return;
  painting = true;
  $('offer').hidden = true;
  tab('output');
  const wanted = wish();
  const done = await during(conditional ? 'Painting …' : 'Drawing …', async (isOf) => {
    const form = new FormData();
    form.set('model', painter);
    form.set('seed', $('seed').value);
    if (strokes) form.set('strokes', $('strokes').value);
    else form.set('temperature', $('mood').value);
    if (conditional) {
      if (!strokes) {
        form.set('samples', $('tries').value);
        form.set('tries', $('polish').value);
      }
      if (model().tiles > 1) form.set('tiles', $('windows').value);
      form.set('image', await pad.file(), 'picture.png');
    } else {
      name = 'drawing';
    }
    const answer = await (await work('/api/paint', {body: form, signal: asked.signal}, tell)).json();
    if (!isOf()) return;
    program = answer.program;
    made = wanted;
    before = [];
    taken = [];
    see(answer.target);
    await look(isOf, moves());
    if (isOf()) say(said = account(answer));
  });
  painting = false;
  if (done) remember();
  if (lookAgain) lookDifferent();
}

function account({seconds, mse, empty}) {
  const time = `Painted in ${seconds.toFixed(1)} s`;
  if (mse === undefined) return `${time}.`;
  const alike = empty > 0 ? Math.max(0, 1 - mse / empty) : Number(mse === 0);
  $('status').title = `Mean squared error of a pixel: ${mse.toFixed(4)}; `
    + `of an empty canvas: ${empty.toFixed(4)}. Alike: one minus the first by the second.`;
  return `${time}: ${Math.round(100 * alike)}% alike.`;
}

function see(picture) {
  const image = $('seen').querySelector('img');
  $('seen').hidden = true;
  if (!picture) return;
  image.onload = () => {
    $('seen').querySelector('figcaption').textContent =
      `What was seen of it: ${image.naturalWidth}×${image.naturalHeight} pixels.`;
    $('seen').hidden = false;
  };
  image.src = picture;
}

// --- the look ---

// Whether a painting may play by itself.
const moves = () => !matchMedia('(prefers-reduced-motion: reduce)').matches;

const looks = () => ({
  program,
  size: Number($('size').value),
  brush: brush || null,
  color_strokes: $('colors').checked,
});

// Renders the program as it is to look; plays it, or shows its end.
async function look(isOf, play) {
  const answer = await (await post('/api/frames', looks(), asked.signal, tell)).json();
  const read = await Film.read(answer);
  if (!isOf()) return;
  $('empty').hidden = true;
  listing.show(program, $('colors').checked ? answer.colors : null);
  film.take(read, play);
  $('scrub').max = film.last;
  for (const id of ['scrub', 'play', 'looks', 'files']) $(id).disabled = false;
  $('brush').disabled = $('colors').disabled = !answer.has_brush;
  const shown = brush || program.renderer.brush;
  $('brush').querySelector('span').textContent = shown || 'no brush';
  choices.swatch(settings, $('brush').querySelector('i'), shown);
  for (const button of document.querySelectorAll('[data-format]')) {
    button.hidden = !answer.forms.includes(button.dataset.format);
  }
  const noun = answer.has_brush ? 'stroke' : 'object';
  $('about').textContent = `${film.number} ${noun}${film.number === 1 ? '' : 's'}, in their order:`;
  $('restore').hidden = !before.length;
}

async function lookDifferent() {
  lookAgain = painting;
  if (!program || painting) return;
  if (await during('Rendering …', (isOf) => look(isOf, false))) say(said);
  remember();
}

function takeOut(index) {
  if (painting || !program) return;
  before.push(program);
  taken.push(index);
  program = without(program, index);
  lookDifferent().then(() => {
    const rows = $('commands').querySelectorAll('.command');
    rows[Math.min(index, rows.length - 1)]?.focus();
  });
}

function putBack() {
  if (painting || !before.length) return;
  program = before.pop();
  taken.pop();
  lookDifferent();
}

// --- files and links ---

async function download(format) {
  if (painting) return;
  const done = await during(`Writing ${format.toUpperCase()} …`, async (isOf) => {
    const answer = await post('/api/render', {...looks(), format}, asked.signal, tell);
    const blob = await answer.blob();
    if (!isOf()) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  if (done) say(said);
}

// What a link has to say of how a picture is painted that is asked for now.
function wish() {
  const {conditional, strokes, tiles} = model();
  // Lines over somebody's picture are no use without it.
  const lines = conditional && !pad.picture ? pad.text() || '' : '';
  return {
    painter,
    example: conditional ? example : '',
    lines,
    tries: conditional && !strokes ? $('tries').value : '',
    polish: conditional && !strokes ? $('polish').value : '',
    strokes: strokes ? $('strokes').value : '',
    windows: tiles > 1 && $('windows').value !== '1' ? $('windows').value : '',
    mood: !strokes && $('mood').value !== '1' ? $('mood').value : '',
    seed: $('seed').value,
  };
}

// Lets the address say what is shown.
function remember() {
  memory.writeLink({
    ...made,
    brush,
    size: $('size').value === '512' ? '' : $('size').value,
    colors: $('colors').checked ? '1' : '',
    without: taken.join('.'),
  });
}

// Keeps all that there is for a reload.
function keep() {
  memory.keep({
    program, before, taken, said, name, made, painter, example, brush,
    lines: pad.lines,
    picture: pad.picture?.toDataURL() || null,
    seen: $('seen').hidden ? null : $('seen').querySelector('img').src,
    colors: $('colors').checked,
    fields: Object.fromEntries(FIELDS.map((id) => [id, $(id).value])),
  });
}

async function restore(rest) {
  choosePainter(rest.painter);
  for (const id of FIELDS) $(id).value = rest.fields[id];
  $('colors').checked = rest.colors;
  if (rest.picture) pad.put(await load(rest.picture));
  pad.add(rest.lines);
  ({program, before, taken, said, name, made, example, brush} = rest);
  see(rest.seen);
  if (await during('', (isOf) => look(isOf, false))) say(said);
}

async function copyLink() {
  const whole = made.example || made.lines || (made.painter && !model(made.painter).conditional);
  try {
    await navigator.clipboard.writeText(location.href);
    say(whole ? 'The link is copied: it makes this picture again.'
      : 'The link is copied. It has all but your picture, which is yours alone.');
  } catch (error) {
    say('The address of this page is the link; copy it from there.');
  }
}

function choose(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

// Takes what a link says. Returns whether there is something to paint.
async function follow(link) {
  choosePainter(model(link.painter) ? link.painter : settings.models[0].name);
  for (const id of FIELDS) if (id !== 'seed') choose($(id), link[id]);
  if (/^\d{1,10}$/.test(link.seed || '')) $('seed').value = link.seed;
  $('colors').checked = link.colors === '1';
  if (settings.brushes.includes(link.brush)) brush = link.brush;
  if (link.example) await chooseExample(link.example, false);
  else if (link.lines) pad.draw(link.lines);
  return !model().conditional || !pad.isEmpty;
}

// What is shown first: what was here, what the link says, or an example.
async function begin() {
  const link = memory.readLink();
  const rest = memory.kept();
  if (rest?.program && model(rest.painter)) {
    await restore(rest);
    return;
  }
  if (!link) {
    const first = settings.examples[0];
    if (first) await chooseExample(first.name, true);
    else choosePainter(settings.models[0].name);
    return;
  }
  if (!await follow(link)) {
    say('The link is without its picture: choose one.');
    tab('input');
    return;
  }
  await paint();
  const indices = (link.without || '').split('.').filter((text) => /^\d+$/.test(text));
  for (const index of indices.map(Number)) {
    if (index >= program.commands.filter(isSeen).length) break;
    before.push(program);
    taken.push(index);
    program = without(program, index);
  }
  if (taken.length) await lookDifferent();
}

// --- what people do ---

function listen() {
  $('paint').addEventListener('click', paint);
  $('another').addEventListener('click', () => {
    $('seed').value = (Number($('seed').value) + 1) % 2 ** 31;
    paint();
  });
  $('cancel').addEventListener('click', cancel);
  $('painter').addEventListener('click', () => openPainters(painter));
  $('brush').addEventListener('click', () => openBrushes(brush || program.renderer.brush));
  $('play').addEventListener('click', () => {
    if (film.plays) film.stop();
    else film.play();
    $('play').textContent = film.plays ? 'Stop' : 'Play';
  });
  $('scrub').addEventListener('input', () => { film.stop(); film.show(Number($('scrub').value)); });
  for (const id of ['size', 'colors']) $(id).addEventListener('change', lookDifferent);
  for (const button of document.querySelectorAll('[data-format]')) {
    button.addEventListener('click', () => download(button.dataset.format));
  }
  $('link').addEventListener('click', copyLink);
  $('restore').addEventListener('click', putBack);
  $('undo').addEventListener('click', () => pad.undo());
  $('clear').addEventListener('click', () => { pad.clear(); $('offer').hidden = true; say(''); });
  for (const button of document.querySelectorAll('[data-pen]')) {
    button.addEventListener('click', () => {
      pad.width = Number(button.dataset.pen);
      for (const other of document.querySelectorAll('[data-pen]')) {
        other.setAttribute('aria-pressed', other === button);
      }
    });
  }
  for (const button of document.querySelectorAll('[data-show]')) {
    button.addEventListener('click', () => tab(button.dataset.show));
  }
  $('file').addEventListener('change', (event) => {
    if (event.target.files.length) openFile(event.target.files[0]);
    event.target.value = '';
  });
  // Anywhere: a picture dropped beside the area would replace the page.
  for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      $('pad').classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
    });
  }
  const take = (files) => { if (files.length) openFile(files[0]); };
  window.addEventListener('pagehide', keep);
  document.addEventListener('drop', (event) => take(event.dataTransfer.files));
  document.addEventListener('paste', (event) => take(event.clipboardData.files));
  document.addEventListener('keydown', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    const typing = event.target.closest('input[type=number], input[type=search]');
    if (event.key === 'Enter') paint();
    else if (event.key === 'z' && !typing) {
      event.preventDefault();
      if (event.target.closest('#program') || pad.isEmpty) putBack();
      else pad.undo();
    }
  });
}

(async () => {
  tab('output');
  try {
    settings = await (await ask('/api/settings')).json();
  } catch (error) {
    say(error.message, true);
    return;
  }
  for (const {name: own, title} of settings.examples) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.example = own;
    const image = document.createElement('img');
    image.src = `/pictures/example-${own}.png`;
    image.alt = '';
    button.append(image, title);
    button.addEventListener('click', () => { if (!painting) chooseExample(own, true); });
    $('examples').append(button);
  }
  $('strokes').value = '';
  openPainters = choices.painters(settings, (wanted) => {
    choosePainter(wanted);
    if (!model().conditional) paint();
  });
  openBrushes = choices.brushes(settings, (wanted) => { brush = wanted; lookDifferent(); });
  choosePainter(settings.models[0].name);
  listen();
  document.body.dataset.ready = 'yes';
  await begin();
})();
