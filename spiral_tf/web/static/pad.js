// The drawing area. What it shows is what is to be reproduced: a picture, lines
// over it, or both. Lines are kept as whole numbers, so that a link can hold
// them and make the same pixels again.

const LONGEST = 512; // Pixels of a picture's longer side.
const STEP = 3; // Pixels between two points of a line.
const MOST_TEXT = 3000; // Characters of lines in a link.
const ERASER = 60;

export class Pad {
  // Calls `changed` whenever it shows something else.
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.pen = canvas.getContext('2d', {willReadFrequently: true});
    this.changed = changed;
    this.width = 34;
    this.picture = null; // A canvas at most LONGEST pixels wide and high.
    this.lines = []; // [width, x, y, x, y, ...]; of width 0, erased.
    canvas.addEventListener('pointerdown', (event) => this.#draw(event));
    this.#show();
  }

  get isEmpty() { return !this.picture && !this.lines.length; }

  clear() {
    this.picture = null;
    this.lines = [];
    this.#show();
    this.changed();
  }

  undo() {
    if (this.lines.length) this.lines.pop();
    else this.picture = null;
    this.#show();
    this.changed();
  }

  // Shows a picture, of anything that can be drawn, and no lines.
  put(image) {
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const picture = document.createElement('canvas');
    picture.width = Math.max(1, Math.round(scale * image.width));
    picture.height = Math.max(1, Math.round(scale * image.height));
    const pen = picture.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, picture.width, picture.height);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(image, 0, 0, picture.width, picture.height);
    this.picture = picture;
    this.lines = [];
    this.#show();
    this.changed();
  }

  // The file to send: the picture itself as long as nothing is drawn over it.
  file() {
    const canvas = this.picture && !this.lines.length ? this.picture : this.canvas;
    return new Promise((done) => canvas.toBlob(done, 'image/png'));
  }

  // The lines as text for a link; null if there are too many.
  text() {
    const number = (n) => Math.min(1295, Math.max(0, n)).toString(36).padStart(2, '0');
    const text = this.lines.map((line) => line.map(number).join('')).join('.');
    return text.length > MOST_TEXT ? null : text;
  }

  // Draws lines of such a text.
  draw(text) {
    this.add(text.split('.').filter(Boolean).map(
      (line) => (line.match(/../g) || []).map((pair) => parseInt(pair, 36) || 0)));
  }

  // Draws lines over what there is.
  add(lines) {
    this.lines.push(...lines);
    this.#show();
    this.changed();
  }

  #show() {
    const {pen, canvas, picture} = this;
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (picture) {
      const scale = canvas.width / Math.max(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      pen.imageSmoothingEnabled = scale < 4;
      pen.imageSmoothingQuality = 'high';
      pen.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    }
    for (const line of this.lines) this.#stroke(line);
  }

  #stroke([width, ...places]) {
    const {pen} = this;
    pen.lineWidth = width || ERASER;
    pen.lineCap = pen.lineJoin = 'round';
    pen.strokeStyle = width ? '#000' : '#fff';
    pen.beginPath();
    pen.moveTo(places[0], places[1]);
    for (let i = 0; i + 1 < places.length; i += 2) pen.lineTo(places[i], places[i + 1]);
    pen.stroke();
  }

  #draw(down) {
    if (down.button !== 0 || !down.isPrimary) return;
    const {canvas} = this;
    canvas.setPointerCapture(down.pointerId);
    const line = [this.width];
    this.lines.push(line);
    const add = (event) => {
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      const x = Math.round((event.clientX - box.left) * scale);
      const y = Math.round((event.clientY - box.top) * scale);
      if (line.length > 1 && Math.hypot(x - line.at(-2), y - line.at(-1)) < STEP) return;
      line.push(Math.min(canvas.width, Math.max(0, x)), Math.min(canvas.height, Math.max(0, y)));
      this.#show();
    };
    const stop = () => {
      for (const [name, what] of events) canvas.removeEventListener(name, what);
      this.changed();
    };
    const events = [['pointermove', add], ['pointerup', stop], ['pointercancel', stop]];
    for (const [name, what] of events) canvas.addEventListener(name, what);
    add(down);
    this.changed();
  }
}
