// Questions to the server: how they fail, wait for their turn and are given up.

const LOOK_MS = 500;

// Asks; throws an error with a sentence for people.
export async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer. Is it still running?');
  }
  if (!answer.ok) {
    let text = `The server answers ${answer.status}.`;
    try { text = (await answer.json()).error || text; } catch (error) { /* as it is */ }
    throw new Error(text[0].toUpperCase() + text.slice(1));
  }
  return answer;
}

// Asks for work, and tells meanwhile how many come before it (`ahead`) and which
// share of it is done (`done`); either is null if it is not known.
export async function work(path, options, tell = () => {}) {
  const ticket = [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  let over = false;
  const look = async () => {
    try {
      const state = await (await fetch(`/api/queue?ticket=${ticket}`)).json();
      if (!over) tell(state);
    } catch (error) { /* What is asked for says what is wrong. */ }
  };
  const watch = setInterval(look, LOOK_MS);
  try {
    const headers = {...options.headers, 'X-Ticket': ticket};
    return await ask(path, {method: 'POST', ...options, headers});
  } finally {
    over = true;
    clearInterval(watch);
  }
}

export const post = (path, body, signal, tell) => work(path, {
  headers: {'Content-Type': 'application/json'},
  body: JSON.stringify(body),
  signal,
}, tell);
