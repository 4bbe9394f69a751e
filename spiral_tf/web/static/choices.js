// The two dialogs: who paints, and with which brush.

const $ = (id) => document.getElementById(id);

function choice(dialog, name, choose, ...content) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'choice';
  button.dataset.name = name;
  button.append(...content);
  button.addEventListener('click', () => { dialog.close(); choose(name); });
  return button;
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

// Where there is a picture of what a painter makes.
export function pictureOf(model) {
  if (model.picture) return `/pictures/model-${encodeURIComponent(model.name)}.png`;
  return model.strokes ? '/pictures/example-photograph.png' : 'data:,';
}

export function painters(settings, choose) {
  const dialog = $('painters');
  dialog.querySelector('.choices').replaceChildren(...settings.models.map((model) => {
    const image = element('img', {alt: '', src: pictureOf(model), loading: 'lazy'});
    image.classList.toggle('left', !model.conditional);
    const words = element('span', {});
    words.append(element('b', {textContent: model.title}), element('small', {textContent: model.text}));
    return choice(dialog, model.name, choose, image, words);
  }));
  return (name) => open(dialog, name);
}

// Shows a brush's stroke in an element.
export function swatch(settings, target, name) {
  const index = settings.brushes.indexOf(name);
  target.hidden = index < 0;
  target.style.backgroundPosition = `0 ${-index * settings.swatch.height}px`;
}

export function brushes(settings, choose) {
  const dialog = $('brushes');
  const box = dialog.querySelector('.choices');
  const search = dialog.querySelector('input');
  const named = Object.entries(settings.named_brushes);
  const item = (brush, title, words) => {
    const stroke = element('i', {className: 'swatch'});
    swatch(settings, stroke, brush);
    const text = element('span', {});
    text.append(element('b', {textContent: title}), element('small', {textContent: words}));
    return choice(dialog, brush, choose, stroke, text);
  };
  box.append(element('h3', {textContent: 'Good at much'}));
  box.append(...named.filter(([, {brush}]) => settings.brushes.includes(brush))
    .map(([name, {brush, words}]) => item(brush, name, words)));
  box.append(element('h3', {textContent: 'All'}));
  box.append(...settings.brushes.map((name) => {
    const [folder, ...rest] = name.split('/');
    return item(name, rest.join('/').replaceAll('_', ' '), folder);
  }));
  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase();
    for (const button of box.querySelectorAll('.choice')) {
      const text = `${button.dataset.name} ${button.textContent}`.toLowerCase();
      button.hidden = !text.includes(wanted);
    }
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    box.querySelector('.choice:not([hidden])')?.click();
  });
  return (name) => open(dialog, name);
}

function open(dialog, name) {
  for (const button of dialog.querySelectorAll('.choice')) {
    button.setAttribute('aria-current', button.dataset.name === name);
  }
  dialog.showModal();
  dialog.querySelector('[aria-current=true]')?.scrollIntoView({block: 'center'});
}
