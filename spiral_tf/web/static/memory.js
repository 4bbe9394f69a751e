// What a link says, and what a reload brings back.
//
// A link holds who paints, how, the example or the lines that were drawn, and
// what was taken out of the program: it makes the same picture again. Pictures
// from files do not fit into links; they and the program are kept for reloads,
// in this tab only.

const KEY = 'spiral';

// The settings that a link may have, by their names there; as text.
const fields = {
  by: 'painter',
  of: 'example',
  drawn: 'lines',
  tries: 'tries',
  strokes: 'strokes',
  windows: 'windows',
  polish: 'polish',
  mood: 'mood',
  seed: 'seed',
  brush: 'brush',
  pixels: 'size',
  colors: 'colors',
  without: 'without',
};

export function readLink() {
  const values = new URLSearchParams(location.hash.slice(1));
  const found = {};
  for (const [name, key] of Object.entries(fields)) {
    if (values.has(name)) found[key] = values.get(name);
  }
  return Object.keys(found).length ? found : null;
}

export function writeLink(state) {
  const values = new URLSearchParams();
  for (const [name, key] of Object.entries(fields)) {
    if (state[key]) values.set(name, state[key]);
  }
  history.replaceState(null, '', `#${values}`);
}

// Keeps what no link holds, beside the link that it belongs to.
export function keep(rest) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({...rest, link: location.hash}));
  } catch (error) {
    sessionStorage.removeItem(KEY); // No room: a reload paints again.
  }
}

// What was kept for this very link; null if nothing was.
export function kept() {
  try {
    const rest = JSON.parse(sessionStorage.getItem(KEY));
    return rest && rest.link === location.hash ? rest : null;
  } catch (error) {
    return null;
  }
}
