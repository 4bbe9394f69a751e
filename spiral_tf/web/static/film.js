// The painting, stroke by stroke: pictures of which each changes a part of the
// one before.

const FRAME_MS = 45;

async function decode(patch) {
  if (!patch) return null;
  const image = new Image();
  image.src = patch.data;
  await image.decode();
  return {image, left: patch.left, top: patch.top};
}

export class Film {
  // Calls `shown` with what is on the canvas whenever that changes.
  constructor(canvas, shown) {
    this.canvas = canvas;
    this.shown = shown;
    this.patches = [];
    this.strokes = []; // How many are whole in each picture.
    this.index = -1;
    this.timer = null;
  }

  get last() { return this.patches.length - 1; }
  get plays() { return this.timer !== null; }
  get number() { return this.strokes.at(-1) || 0; }

  // Decodes what the server has answered.
  static async read(answer) {
    return {...answer, patches: await Promise.all(answer.patches.map(decode))};
  }

  // Takes a film that was read, and shows its end or plays it.
  take(film, play) {
    this.stop();
    this.patches = film.patches;
    this.strokes = film.strokes;
    this.empty(film.width, film.height);
    this.show(play ? 0 : this.last);
    if (play) this.play();
  }

  // Makes the canvas empty, and its longer side as long as the room for it.
  empty(width, height) {
    [this.canvas.width, this.canvas.height] = [width, height];
    this.canvas.parentElement.style.width = `${100 * Math.min(1, width / height)}%`;
    this.index = -1;
  }

  show(index) {
    if (index < this.index) this.index = -1;
    const pen = this.canvas.getContext('2d');
    while (this.index < index) {
      const patch = this.patches[++this.index];
      if (patch) pen.drawImage(patch.image, patch.left, patch.top);
    }
    this.shown(index, this.strokes[index]);
  }

  play() {
    this.stop();
    let index = this.index < this.last ? this.index + 1 : 0;
    const step = () => {
      if (index === this.last) this.stop();
      this.show(index++);
    };
    this.timer = setInterval(step, FRAME_MS);
    step();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }

  // What a stroke, counted from 0, changes of the picture: [left, top, width,
  // height], in pixels of the canvas; null if nothing, or it is not known.
  change(stroke) {
    let box = null;
    this.patches.forEach((patch, i) => {
      const before = i ? this.strokes[i - 1] : 0;
      const whole = this.strokes[i];
      if (!patch || !i || before > stroke) return;
      if (whole < stroke || (whole === stroke && before !== stroke)) return;
      const right = patch.left + patch.image.width;
      const bottom = patch.top + patch.image.height;
      box = box ? [
        Math.min(box[0], patch.left), Math.min(box[1], patch.top),
        Math.max(box[2], right), Math.max(box[3], bottom),
      ] : [patch.left, patch.top, right, bottom];
    });
    return box && [box[0], box[1], box[2] - box[0], box[3] - box[1]];
  }
}
