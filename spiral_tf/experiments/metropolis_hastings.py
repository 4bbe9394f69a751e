"""Searches for the objects of a scene by Metropolis-Hastings (section 4.6).

The paper's baseline of figure 9. A sample has a number of slots, each with a
presence flag and the attributes of one object. A proposal draws a slot
uniformly, and then the flag and all the attributes of that slot uniformly anew.

The prior is uniform over flags and attributes, and proposals are symmetric, so
the acceptance ratio is that of the likelihoods. The likelihood of an image x is
a Gaussian around the target t with the paper's diagonal covariance of 0.25,
pixels on [0, 1]: log p(x) = -|x - t|^2 / (2 * 0.25) + constant.

The attributes of a slot whose flag is off are not kept: they have no effect,
and the proposal that turns the flag on draws them anew.
"""

from collections.abc import Sequence
import math
from typing import NamedTuple, Protocol

import numpy as np

from spiral_tf.environments.mujoco import stage as stage_lib

COVARIANCE = 0.25
# What a chain may begin with, beside given objects; the paper does not say.
INITIAL = ('empty', 'prior')

_Slots = list[stage_lib.SceneObject | None]


class Renderer(Protocol):
  """What a chain needs of a `stage.Stage`."""

  def render(self, objects: Sequence[stage_lib.SceneObject]) -> np.ndarray:
    """The picture of the objects, uint8 `[W, W, C]`."""


class Chain(NamedTuple):
  """What came of one chain of `I` evaluations.

  Attributes:
    l2: float64 `[I + 1]`, mean squared error of a pixel on [0, 1] of the
      current sample: `l2[0]` of the initial one, `l2[i]` after `i` evaluations.
    objects: of the last sample.
    image: uint8 `[W, W, C]`, the last sample.
    best_objects: of the sample with the least error.
    best_image: uint8 `[W, W, C]`, that sample.
    renders: proposals that were rendered; see `run`.
    acceptance_rate: share of those that were accepted.
  """

  l2: np.ndarray
  objects: tuple[stage_lib.SceneObject, ...]
  image: np.ndarray
  best_objects: tuple[stage_lib.SceneObject, ...]
  best_image: np.ndarray
  renders: int
  acceptance_rate: float

  @property
  def best_l2(self) -> np.ndarray:
    """Least error up to each evaluation, float64 `[I + 1]`."""
    # A proposal that is nearer than the current sample is always accepted, so
    # no rejected one was better.
    return np.minimum.accumulate(self.l2)


def run(
  target: np.ndarray,
  stage: Renderer,
  iterations: int,
  rng: np.random.Generator,
  grid_width: int = 16,
  max_objects: int = 20,
  initial: str | Sequence[stage_lib.SceneObject] = 'empty',
) -> Chain:
  """Runs one chain.

  A proposal to leave an empty slot empty changes nothing: it is an evaluation,
  and accepted, but not rendered.

  Args:
    target: uint8 `[W, W, C]`, the image to explain.
    stage: renders samples.
    iterations: I, evaluations, at least 1.
    rng: where all that is random comes from.
    grid_width: of the stage, whose locations there are `grid_width**2` of.
    max_objects: slots.
    initial: what to begin with: 'empty', no objects, as an episode begins;
      'prior', slots drawn from the prior, which fills half of them; or objects,
      such as an agent's, for the first slots. Its render is not among the
      evaluations.

  Returns:
    The chain; equal arguments make equal chains.

  Raises:
    ValueError: `iterations` or `initial` is not as above, or the target is not
      like the stage's pictures.
  """
  if iterations < 1:
    raise ValueError(f'iterations is {iterations}, but must be at least 1.')
  slots = _begin(initial, rng, grid_width, max_objects)
  image = stage.render(_objects(slots))
  if target.shape != image.shape or target.dtype != image.dtype:
    raise ValueError(
      f'the target is {target.dtype} {list(target.shape)}, but it must be as '
      f"the stage's pictures, {image.dtype} {list(image.shape)}. Load the "
      'images with the width of the canvas, in colour.'
    )
  error = best_error = _squared_error(image, target)
  best = slots, image
  errors = np.empty([iterations + 1])
  errors[0] = error
  renders = accepted = 0
  for i in range(1, iterations + 1):
    changed = rng.integers(max_objects)
    proposed = _draw(rng, grid_width)
    if proposed is not None or slots[changed] is not None:
      candidate = slots.copy()
      candidate[changed] = proposed
      rendered = stage.render(_objects(candidate))
      candidate_error = _squared_error(rendered, target)
      renders += 1
      if _accepts((error - candidate_error) / (2 * COVARIANCE), rng):
        slots, image, error = candidate, rendered, candidate_error
        accepted += 1
        if error < best_error:
          best, best_error = (slots, image), error
    errors[i] = error
  return Chain(
    l2=errors / target.size,
    objects=_objects(slots),
    image=image,
    best_objects=_objects(best[0]),
    best_image=best[1],
    renders=renders,
    acceptance_rate=accepted / max(1, renders),
  )


def _begin(
  initial: str | Sequence[stage_lib.SceneObject],
  rng: np.random.Generator,
  grid_width: int,
  max_objects: int,
) -> _Slots:
  """The slots of the initial sample, see `run`."""
  if isinstance(initial, str):
    if initial not in INITIAL:
      raise ValueError(f'initial is {initial!r}, but must be one of {INITIAL}.')
    if initial == 'prior':
      return [_draw(rng, grid_width) for _ in range(max_objects)]
    return [None] * max_objects
  if len(initial) > max_objects:
    raise ValueError(
      f'the initial sample has {len(initial)} objects, but there are '
      f'{max_objects} slots for them.'
    )
  return [*initial, *[None] * (max_objects - len(initial))]


def _draw(
  rng: np.random.Generator, grid_width: int
) -> stage_lib.SceneObject | None:
  """One slot from the prior; None if its flag is off."""
  levels = stage_lib.NUM_COLOR_LEVELS
  present, *attributes = rng.integers(
    (
      2,
      stage_lib.NUM_KINDS,
      grid_width * grid_width,
      stage_lib.NUM_SIZES,
      levels,
      levels,
      levels,
    )
  ).tolist()
  return stage_lib.SceneObject(*attributes) if present else None


def _objects(slots: _Slots) -> tuple[stage_lib.SceneObject, ...]:
  return tuple(slot for slot in slots if slot is not None)


def _squared_error(image: np.ndarray, target: np.ndarray) -> float:
  """|x - t|^2 with pixels on [0, 1]."""
  difference = image.astype(np.float64) - target
  return float(np.vdot(difference, difference)) / 255**2


def _accepts(log_ratio: float, rng: np.random.Generator) -> bool:
  """True with probability min(1, e^log_ratio)."""
  return rng.random() < math.exp(min(0.0, log_ratio))
