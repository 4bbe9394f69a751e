"""How an agent reproduces images: the nearest of its drawings, made nearer."""

from collections.abc import Callable
from collections.abc import Mapping

import numpy as np

from spiral_tf.agents import studio as studio_lib
from spiral_tf.config import sections
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from spiral_tf.search import by_environment
from spiral_tf.search import climbing
from spiral_tf.search import judged

# Images whose programs are varied before it is said that they are done.
_CLIMB_BATCH = 16


def check_search(
  environment: sections.EnvironmentConfig,
  tries: int,
  judge: judged.Judge | None,
  stroke_cost: float,
) -> None:
  """Raises a ValueError if drawings cannot be made better so."""
  climbing.check_tries(tries)
  if judge:
    climbing.check_environment(environment)
    if stroke_cost:
      raise ValueError(
        f'stroke_cost is {stroke_cost}, a share of the error of pixels, but '
        'there is a judge that looks at something else; leave one out.'
      )
  elif tries:
    by_environment.check_environment(environment)
  climbing.check_stroke_cost(stroke_cost, environment)


def reproduce(
  studio: studio_lib.Studio,
  targets: np.ndarray,
  samples: int,
  temperature: float,
  seed: int,
  report: Callable[[int, int], None] | None,
  check: Callable[[], None] | None,
  tries: int,
  threads: int | None = None,
  judge: judged.Judge | None = None,
  stroke_cost: float = 0.0,
) -> list[program_lib.Program]:
  """Draws each image several times, and keeps the best drawing.

  Args:
    studio: where the agent draws.
    targets: uint8 `[N, W, W, C]`.
    samples: drawings of each.
    temperature: of the agent, see `signatures.make_player`.
    seed: equal seeds make equal programs.
    report: told after each batch how many images are done, and of how many.
    check: called between the steps of the work, it raises an error to end it.
    tries: variations of the drawings of each image, see `climbing.climb`.
    threads: see `climbing.climb`.
    judge: says which drawings and variations are better; None for those that
      are nearer.
    stroke_cost: see `climbing.climb`.

  Returns:
    `N` programs.
  """
  actions, errors = [], []
  shown = np.repeat(np.arange(len(targets)), samples)
  for start in range(0, len(shown), studio_lib.BATCH):
    batch = targets[shown[start : start + studio_lib.BATCH]]
    played = studio.play(len(batch), temperature, [seed, start], batch, check)
    actions.append(played.actions)
    if tries or judge:
      continue
    errors.append(reconstruction.errors(played.canvases, batch))
    if report:
      done = min(len(shown), start + studio_lib.BATCH)
      report(done // samples, len(targets))
  shape = len(targets), samples
  drawn = {
    name: values.reshape(*shape, -1)
    for name, values in _joined(actions).items()
  }
  if tries or judge:
    best = _climb(
      *(studio, drawn, targets, tries, seed, report, check, threads),
      judge,
      stroke_cost,
    )
  else:
    nearest = np.concatenate(errors).reshape(shape).argmin(axis=1)
    rows = np.arange(len(targets))
    best = {name: values[rows, nearest] for name, values in drawn.items()}
  return studio.programs(best)


def _climb(
  studio: studio_lib.Studio,
  drawn: Mapping[str, np.ndarray],
  targets: np.ndarray,
  tries: int,
  seed: int,
  report: Callable[[int, int], None] | None,
  check: Callable[[], None] | None,
  threads: int | None,
  judge: judged.Judge | None,
  stroke_cost: float,
) -> dict[str, np.ndarray]:
  """Varies drawings, int `[N, S, T]`; returns the best, `[N, T]`."""
  number = len(targets)
  seeds = np.random.SeedSequence(seed).generate_state(number, np.uint64)
  climbed = []
  for start in range(0, number, _CLIMB_BATCH):
    part = slice(start, start + _CLIMB_BATCH)
    work = (
      studio.environment,
      {name: values[part] for name, values in drawn.items()},
      targets[part],
      tries,
      seeds[part].tolist(),
    )
    if judge:
      found = judged.climb(*work, judge, threads, check)
    else:
      found = by_environment.climb(*work, threads, stroke_cost, check)
    climbed.append(found.actions)
    if report:
      report(min(number, start + _CLIMB_BATCH), number)
  return _joined(climbed)


def _joined(
  parts: list[dict[str, np.ndarray]],
) -> dict[str, np.ndarray]:
  """The same names, each with the rows of all parts."""
  return {name: np.concatenate([x[name] for x in parts]) for name in parts[0]}
