'use strict';

// The drawing area. What it shows is what the agent is asked to reproduce.

const $ = (id) => document.getElementById(id);
const pad = $('pad');
const pen = pad.getContext('2d');

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
  if (event.button !== 0 || !event.isPrimary) return;
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
// Anywhere: a picture dropped beside the area would replace the page.
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    pad.classList.toggle('over', name === 'dragenter' || name === 'dragover');
  });
}
const take = (files) => { if (files.length && model().conditional) load(files[0]); };
document.addEventListener('drop', (event) => take(event.dataTransfer.files));
document.addEventListener('paste', (event) => take(event.clipboardData.files));
$('clear').addEventListener('click', () => { clearPad(); say(''); });
