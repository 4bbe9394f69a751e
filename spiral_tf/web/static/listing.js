// The program as a list beside the picture. What the mouse or the keyboard is on
// lights up in both; a stroke can be taken out.

const SVG = 'http://www.w3.org/2000/svg';
const PIECES = 24;
const NEAR = 0.02; // Of the canvas's width: how near to a stroke the mouse must be.

export const isSeen = (command) => command.command !== 'move';
const rounded = (x) => String(x < 100 ? Math.round(10 * x) / 10 : Math.round(x));
const place = ([row, column]) => `${rounded(column)}, ${rounded(row)}`;

// A program without one of the commands that can be seen, counted from 0. The
// brush goes on from where that one would have ended.
export function without(program, index) {
  const at = program.commands.findIndex(
    (command, i) => isSeen(command) && program.commands.slice(0, i).filter(isSeen).length === index);
  const command = program.commands[at];
  const moved = command.command === 'stroke' ? [{command: 'move', end: command.end}] : [];
  const commands = program.commands.toSpliced
    ? program.commands.toSpliced(at, 1, ...moved)
    : [...program.commands.slice(0, at), ...moved, ...program.commands.slice(at + 1)];
  return {...program, commands};
}

export class Listing {
  // `remove` is called with the number of what is to be taken out.
  constructor(list, overlay, painting, film, remove) {
    Object.assign(this, {list, overlay, painting, film, remove});
    this.curves = [];
    this.shown = [];
    list.addEventListener('pointerover', (event) => this.#light(this.#row(event.target)));
    list.addEventListener('pointerleave', () => this.#light(null));
    list.addEventListener('focusin', (event) => this.#light(this.#row(event.target)));
    list.addEventListener('focusout', () => this.#light(null));
    list.addEventListener('click', (event) => {
      if (event.target.closest('.remove')) this.remove(this.#row(event.target));
    });
    list.addEventListener('keydown', (event) => this.#key(event));
    painting.addEventListener('pointermove', (event) => {
      const found = this.#under(event);
      this.#light(found);
      if (found !== null) this.list.children[found]?.scrollIntoView({block: 'nearest'});
    });
    painting.addEventListener('pointerleave', () => this.#light(null));
  }

  // Lists a program; null for none.
  show(program, colors) {
    this.program = program;
    this.shown = program ? program.commands.filter(isSeen) : [];
    this.curves = [];
    this.list.replaceChildren(...this.shown.map((command, i) => this.#item(command, i, colors)));
    this.#light(null);
    if (!program) return;
    const {canvas_width: width, canvas_height: height, grid_width: cells} = program.renderer;
    this.overlay.setAttribute('viewBox', `0 0 ${width} ${height || width}`);
    const pixels = ([row, column]) => [(column + 0.5) * width / cells, (row + 0.5) * width / cells];
    let from = [0, 0];
    for (const command of program.commands) {
      if (command.command === 'stroke') {
        this.curves.push([pixels(from), pixels(command.control), pixels(command.end), command.radius]);
      }
      if (command.end) from = command.end;
    }
  }

  // Marks what is painted in the first strokes.
  reach(strokes) {
    [...this.list.children].forEach((item, i) => {
      item.classList.toggle('later', i >= strokes);
    });
  }

  #item(command, i, colors) {
    const item = document.createElement('li');
    const row = document.createElement('button');
    row.type = 'button';
    row.className = 'command';
    const mark = document.createElement('i');
    mark.className = 'dot';
    mark.style.background = this.#color(command, colors?.[i]);
    row.append(mark, this.#words(command));
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'remove';
    remove.textContent = '×';
    remove.setAttribute('aria-label', `Take out number ${i + 1}`);
    item.append(row, remove);
    return item;
  }

  #words(command) {
    if (command.command === 'stroke') {
      return `to ${place(command.end)}; ${rounded(2 * command.radius)} wide`;
    }
    if (command.command === 'put') {
      const size = ['small', 'medium', 'large'][command.size];
      return `${command.replace ? 'instead, a' : 'a'} ${size} ${command.kind} at ${place(command.location)}`;
    }
    return command.command;
  }

  #color(command, other) {
    const scale = command.command === 'put' ? 255 / 3 : 255;
    const [red, green, blue] = (other || command.color || [0, 0, 0]).map((x) => Math.round(scale * x));
    return `rgb(${red} ${green} ${blue})`;
  }

  #row(target) {
    const item = target.closest('li');
    return item ? [...this.list.children].indexOf(item) : null;
  }

  #key(event) {
    const row = this.#row(event.target);
    if (row === null) return;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) {
      event.preventDefault();
      this.list.children[row + step]?.querySelector('.command').focus();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.remove(row);
    }
  }

  // The topmost stroke that the mouse is on; null if there is none.
  #under(event) {
    if (!this.curves.length) return null;
    const box = this.painting.getBoundingClientRect();
    const scale = this.program.renderer.canvas_width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    const near = NEAR * this.program.renderer.canvas_width;
    for (let i = this.curves.length - 1; i >= 0; i--) {
      const [start, control, end, radius] = this.curves[i];
      for (let k = 0; k <= PIECES; k++) {
        const t = k / PIECES;
        const at = [0, 1].map((axis) => (1 - t) ** 2 * start[axis]
          + 2 * t * (1 - t) * control[axis] + t ** 2 * end[axis]);
        if (Math.hypot(at[0] - x, at[1] - y) < Math.max(near, radius)) return i;
      }
    }
    return null;
  }

  #light(index) {
    this.overlay.replaceChildren();
    for (const item of this.list.querySelectorAll('.lit')) item.classList.remove('lit');
    if (index === null || !this.list.children[index]) return;
    this.list.children[index].classList.add('lit');
    const curve = this.curves[index];
    if (curve) {
      const [start, control, end, radius] = curve;
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', `M${start}Q${control} ${end}`);
      path.style.strokeWidth = Math.max(2 * radius, 0.02 * this.program.renderer.canvas_width);
      this.overlay.append(path);
      return;
    }
    const change = this.film.change(index);
    if (!change) return;
    const [left, top, width, height] = change;
    const scale = this.program.renderer.canvas_width / this.painting.width;
    const box = document.createElementNS(SVG, 'rect');
    for (const [name, value] of Object.entries({x: left, y: top, width, height})) {
      box.setAttribute(name, value * scale);
    }
    box.style.strokeWidth = 0.01 * this.program.renderer.canvas_width;
    this.overlay.append(box);
  }
}
