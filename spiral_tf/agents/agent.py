"""A trained agent for people: an image in, its program out.

agent = spiral_tf.load('models/mnist_conditional_small')
program = agent.paint('seven.png')
program.save('seven.svg', 'seven.gif')
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from spiral_tf.agents import inputs
from spiral_tf.agents import reproduction
from spiral_tf.agents import saved_model
from spiral_tf.agents import studio
from spiral_tf.agents import tiles as tiles_lib
from spiral_tf.config import experiment
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import renderers
from spiral_tf.search import judged

MAX_SAMPLES = 1024  # Drawings, or tries at each image, in one call.

# Called with how many pictures are done, and of how many.
Report = Callable[[int, int], None]
# Called between the steps of long work; it raises an error to end it.
Check = Callable[[], None]


def load(path: str) -> 'Agent':
  """Loads an agent that `launch.export` saved.

  Args:
    path: folder of the model, such as `models/mnist_conditional_small`.

  Returns:
    The agent.

  Raises:
    ValueError: there is no such agent at `path`.
  """
  return Agent(saved_model.load(path))


class Agent:
  """Paints, and keeps what it paints with for the next picture.

  Calls from several threads at the same time must wait for each other.

  Attributes:
    config: the experiment the agent comes from.
    renderer: who carries out its programs.
    canvas_width: width and height of its own canvas, pixels.
    channels: of its pictures: 1, grey, or 3, colour; 4 with alpha.
    conditional: whether it reproduces images; if not, it draws what it likes.
  """

  def __init__(self, loaded: saved_model.LoadedAgent):
    """Creates an agent of a loaded model."""
    self.config: experiment.Config = loaded.config
    self.conditional = loaded.config.conditional
    self.renderer: renderer_lib.Renderer = renderers.of(
      loaded.config.environment
    )
    self._studio = studio.Studio(loaded)
    self.canvas_width, _, self.channels = self._studio.canvas_shape

  def target(self, image: Any, fit: str = 'crop') -> np.ndarray:
    """What the agent sees of an image.

    Args:
      image: anything `inputs.read` takes: a path, the bytes of a file, a
        Pillow image, or uint8 `[H, W]`, `[H, W, 3]` or `[H, W, 4]`.
      fit: of an image that is no square, 'crop' takes the middle, 'pad' puts
        all of it on white paper.

    Returns:
      uint8 `[W, W, C]`.

    Raises:
      ValueError: it is no sound image; the message is one line.
      FileNotFoundError: there is no such file.
    """
    channels = 1 if self.channels == 1 else 3
    fitted = inputs.fit(inputs.read(image), self.canvas_width, channels, fit)
    if self.channels == 4:
      opaque = np.full([*fitted.shape[:2], 1], 255, np.uint8)
      fitted = np.concatenate([fitted, opaque], axis=-1)
    return fitted

  def paint(
    self,
    image: Any = None,
    samples: int = 1,
    temperature: float = 1.0,
    seed: int = 0,
    fit: str = 'crop',
    tries: int = 0,
    judge: judged.Judge | None = None,
    stroke_cost: float = 0.0,
  ) -> program_lib.Program:
    """Paints one picture.

    Args:
      image: what to reproduce, see `target`; None for an agent that is not
        conditional.
      samples: how often to try; the try nearest to the image is kept. For an
        agent without images that must be 1.
      temperature: above 1 the agent is more adventurous, below 1 less, at 0 it
        always does what it thinks likeliest.
      seed: equal seeds make equal pictures.
      fit: see `target`.
      tries: how many variations of the nearest sample to try then, each of a
        stroke or two, or of an object; those that are not farther from the
        image stay.
      judge: says which samples and variations are better, such as one of
        `judges.load_judge`, see `judged.Judge`; None for what is nearer.
      stroke_cost: with tries, what a stroke must be worth, see
        `climbing.climb`: 0.01 leaves out those without which the image would
        hardly be farther. Without a judge only.

    Returns:
      The program of the picture.

    Raises:
      ValueError: an argument is not as above.
      FileNotFoundError: there is no such file.
    """
    if self.conditional and image is None:
      raise ValueError(
        'this agent reproduces images, so it needs one: paint(image).'
      )
    if not self.conditional:
      if image is not None or samples != 1 or tries or judge or stroke_cost:
        raise ValueError(
          'this agent draws without images, so there is nothing to reproduce '
          'or to come near to; leave image, samples, tries, judge and '
          'stroke_cost out.'
        )
      return self.draw(1, temperature, seed)[0]
    targets = self.target(image, fit)[np.newaxis]
    return self.paint_many(
      *(targets, samples, temperature, seed),
      tries=tries,
      judge=judge,
      stroke_cost=stroke_cost,
    )[0]

  def draw(
    self,
    number: int,
    temperature: float = 1.0,
    seed: int = 0,
    check: Check | None = None,
  ) -> list[program_lib.Program]:
    """Draws pictures of the agent's own.

    Args:
      number: of pictures.
      temperature: see `paint`.
      seed: see `paint`.
      check: called before each step, it raises an error to end the work.

    Returns:
      Their programs.

    Raises:
      ValueError: an argument is out of range; or the agent is conditional.
    """
    if self.conditional:
      raise ValueError('this agent reproduces images: use paint(image).')
    _check_samples(number)
    drawn: list[program_lib.Program] = []
    for start in range(0, number, studio.BATCH):
      count = min(studio.BATCH, number - start)
      played = self._studio.play(count, temperature, [seed, start], check=check)
      drawn += self._studio.programs(played.actions)
    return drawn

  def paint_many(
    self,
    targets: np.ndarray,
    samples: int = 1,
    temperature: float = 1.0,
    seed: int = 0,
    report: Report | None = None,
    check: Check | None = None,
    tries: int = 0,
    judge: judged.Judge | None = None,
    stroke_cost: float = 0.0,
  ) -> list[program_lib.Program]:
    """Paints many pictures, several at a time.

    Args:
      targets: uint8 `[N, W, W, C]`, what to reproduce, as `target` makes it.
      samples: see `paint`; for each picture.
      temperature: see `paint`.
      seed: see `paint`.
      report: told after each batch how many of the pictures are done.
      check: see `draw`.
      tries: see `paint`; for each picture.
      judge: see `paint`.
      stroke_cost: see `paint`.

    Returns:
      Their `N` programs.

    Raises:
      ValueError: an argument is not as above, or the agent is not conditional.
    """
    if not self.conditional:
      raise ValueError('this agent draws without images: use draw(number).')
    _check_samples(samples)
    reproduction.check_search(
      self.config.environment, tries, judge, stroke_cost
    )
    return reproduction.reproduce(
      *(self._studio, targets, samples, temperature, seed, report, check),
      tries,
      judge=judge,
      stroke_cost=stroke_cost,
    )

  def tiled_renderer(self, tiles: int) -> renderer_lib.Renderer:
    """Who carries out the programs of `paint_tiles`.

    Args:
      tiles: windows a row, and a column, of the finest grid.

    Returns:
      The renderer, with a canvas `tiles` times as wide as the agent's.

    Raises:
      ValueError: this agent cannot paint so many windows, or none.
    """
    if not self.conditional or not self.renderer.has_brush:
      raise ValueError(
        'tiles need an agent that reproduces images with a brush; this one '
        'does not.'
      )
    return tiles_lib.canvas(self.renderer, tiles)

  def paint_tiles(
    self,
    image: Any,
    tiles: int = 4,
    samples: int = 4,
    temperature: float = 1.0,
    seed: int = 0,
    fit: str = 'crop',
    picture_colors: bool = False,
    report: Report | None = None,
  ) -> program_lib.Program:
    """Paints an image larger than the agent's canvas, window by window.

    See `spiral_tf.agents.tiles`.

    Args:
      image: see `paint`.
      tiles: windows a row, and a column, of the finest grid.
      samples: paintings of each window to take strokes from.
      temperature: see `paint`.
      seed: see `paint`.
      fit: see `paint`.
      picture_colors: see `tiles.paint`.
      report: see `tiles.paint`.

    Returns:
      One program of all strokes.

    Raises:
      ValueError: an argument is not as above, or the agent is not one that
        reproduces images with a brush.
      FileNotFoundError: there is no such file.
    """
    self.tiled_renderer(tiles)
    return tiles_lib.paint(
      self.renderer,
      lambda views, seed: self.paint_many(views, 1, temperature, seed),
      inputs.read(image),
      tiles=tiles,
      samples=samples,
      seed=seed,
      fit=fit,
      picture_colors=picture_colors,
      report=report,
    )


def _check_samples(number: Any) -> None:
  if type(number) is not int or not 1 <= number <= MAX_SAMPLES:
    raise ValueError(
      f'{number!r} drawings were asked for, but it must be a whole number from '
      f'1 to {MAX_SAMPLES}.'
    )
