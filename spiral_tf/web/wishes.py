"""What people wish to have painted, and how it is done."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses

import numpy as np

from spiral_tf import messages
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import inputs
from spiral_tf.agents import photographs
from spiral_tf.programs import program as program_lib
from spiral_tf.web import offers

# Pixels of a picture that comes in, at most: decoding so many takes up to 100
# MB, and a quarter of a second.
MAX_PIXELS = 2**22
# Tries at a picture, at most.
MAX_SAMPLES = 32
# Variations of a drawing that search tries, at most.
MAX_TRIES = 2000
# Longer side of a photograph that search paints, pixels. Then it needs some ten
# seconds of a processor, and half of that for few strokes; of 256 pixels, up to
# 17, which is near to what a job may take.
_SEARCH_SIZE = 192

# A program; and what was seen of the picture, uint8 `[H, W, C]`, or None.
_Painted = tuple[program_lib.Program, np.ndarray | None]


@dataclasses.dataclass(frozen=True)
class Wish:
  """What is to be painted, and how.

  Attributes:
    model: name of the agent, or `offers.SEARCH`.
    image: bytes of a picture to reproduce; None for an agent that is not
      conditional.
    samples: see `agent.Agent.paint`.
    temperature: likewise.
    seed: likewise.
    fit: likewise.
    tiles: windows a row of the finest grid; with 1 the picture is painted as a
      whole.
    strokes: of a photograph that search paints.
    tries: see `agent.Agent.paint`; of a picture that is painted as a whole.
  """

  model: str
  image: bytes | None = None
  samples: int = 1
  temperature: float = 1.0
  seed: int = 0
  fit: str = 'pad'
  tiles: int = 1
  strokes: int = 1
  tries: int = 0


def fulfil(
  agents: Mapping[str, agent_lib.Agent],
  wish: Wish,
  check: Callable[..., None],
) -> _Painted:
  """Paints.

  Args:
    agents: by name.
    wish: what is to be painted.
    check: see `agent.Agent.draw`; it is told which share is done, if known.

  Returns:
    The program; and what was seen of the picture, uint8 `[H, W, C]`, or None.

  Raises:
    ValueError: something is wrong with the wish.
  """
  if wish.model != offers.SEARCH and wish.model not in agents:
    raise ValueError(
      f'there is no model {messages.quoted(wish.model)} here, but '
      f'{", ".join(agents)}.'
    )
  agent = agents.get(wish.model)
  if agent is not None and not agent.conditional:
    (program,) = agent.draw(1, wish.temperature, wish.seed, check)
    return program, None
  if wish.image is None:
    raise ValueError('this model reproduces pictures: draw or choose one.')
  picture = read(wish.image)
  if agent is None:
    return _searched(picture, wish, check)
  if wish.tiles > 1:
    return _tiled(agent, picture, wish, check)
  target = agent.target(picture, wish.fit)
  (program,) = agent.paint_many(
    target[np.newaxis],
    wish.samples,
    wish.temperature,
    wish.seed,
    check=check,
    tries=wish.tries,
  )
  return program, target


def read(image: bytes) -> np.ndarray:
  """Reads a picture that came in.

  Args:
    image: bytes of its file.

  Returns:
    uint8 `[H, W, 3]`.

  Raises:
    ValueError: it is no sound picture.
  """
  if not image:
    raise ValueError('the picture is empty; choose another one.')
  return inputs.read(image, MAX_PIXELS)


def _searched(
  picture: np.ndarray, wish: Wish, check: Callable[..., None]
) -> _Painted:
  """What search paints of a photograph."""
  painter = photographs.Painter(wish.strokes, size=_SEARCH_SIZE, threads=1)
  target = painter.target(picture)
  program = painter.paint(
    target, wish.seed, lambda done, total: check(done / total)
  )
  return program, target


def _tiled(
  agent: agent_lib.Agent,
  picture: np.ndarray,
  wish: Wish,
  check: Callable[..., None],
) -> _Painted:
  """What an agent paints of a picture, window by window."""
  program = agent.paint_tiles(
    picture,
    wish.tiles,
    wish.samples,
    wish.temperature,
    wish.seed,
    wish.fit,
    agent.channels > 1,
    report=lambda done, total: check(done / total),
  )
  width = program.renderer.canvas_width
  return program, inputs.fit(picture, width, agent.channels, wish.fit)
