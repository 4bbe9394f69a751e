"""An agent without a network, whose proposals search has to choose from."""

import numpy as np

from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.programs import program as program_lib
from spiral_tf.search import beginnings

ENVIRONMENT = sections.EnvironmentConfig(
  episode_length=5,
  canvas_width=32,
  grid_width=16,
  brush='classic/pen',
  brush_sizes=(1.0,),
  num_pressures=1,
  substrokes=8,
  pen_down=True,
  noise_dim=0,
)
COMPONENTS = ('end', 'control')
# Cells that it goes to, all equally likely.
_CELLS = np.array([18, 29, 226, 237, 120, 60])


def easel(targets: np.ndarray, seed: int) -> beginnings.Easel:
  """Where such an agent draws lines between a few cells.

  Args:
    targets: uint8 `[N, 32, 32, 1]`.
    seed: of its choices.
  """
  random = np.random.default_rng(seed)

  def step(observation, state):
    cells = _CELLS[random.integers(len(_CELLS), size=len(state))]
    # The curve is bent towards its end, which makes it a line.
    action = {'end': cells, 'control': cells}
    return types.AgentOutput(action, None, None), state

  player = rollout.Player(np.zeros, step)
  return beginnings.Easel(
    ENVIRONMENT, COMPONENTS, player, targets, np.random.default_rng(0)
  )


def drawn(seed: int, number: int) -> np.ndarray:
  """Pictures of as many programs that the agent could draw."""
  blank = np.zeros([number, 32, 32, 1], np.uint8)
  board = easel(blank, seed)
  made = board.begin(range(number))
  for _ in range(board.length):
    made = board.extend(made)
  return pictures(made.actions)


def pictures(actions: dict[str, np.ndarray]) -> np.ndarray:
  """What programs, int `[M, T]` for each component, leave on paper."""
  return np.stack(
    [
      program_lib.from_actions(ENVIRONMENT, dict(zip(actions, row))).render()
      for row in zip(*actions.values())
    ]
  )


def errors(actions: dict[str, np.ndarray], targets: np.ndarray) -> np.ndarray:
  """Squared differences of all bytes, of `[N, S, T]` programs, `[N, S]`."""
  number, kept, _ = next(iter(actions.values())).shape
  drawn = pictures(
    {k: x.reshape(number * kept, -1) for k, x in actions.items()}
  )
  shown = np.repeat(targets.astype(int), kept, axis=0)
  return np.square(drawn - shown).sum(axis=(1, 2, 3)).reshape(number, kept)
