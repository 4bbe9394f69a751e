"""Beginnings of programs: what is drawn so far, and what an agent remembers.

Search beside the policy goes on from a beginning in several ways. Each is drawn
once, by the real brush engine, from where its parent stopped.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tree

from spiral_tf import rollout
from spiral_tf.config import sections
from spiral_tf.environments import mypaint
from spiral_tf.environments import painting


class Beginnings(NamedTuple):
  """`M` beginnings of programs, of any lengths.

  Attributes:
    target: int `[M]`, which of the targets each is for.
    steps: int `[M]`, how many actions each has.
    actions: int32 `[M, T]` for each component; 0 after `steps`.
    errors: int64 `[M]`, squared differences of all bytes from the target.
    branches: `M` drawings, of the BranchPainter of the brush engine.
    state: what the agent remembers, leaves `[M, ...]`.
    noise: float32 `[M, D]`, the agent's latent.
  """

  target: np.ndarray
  steps: np.ndarray
  actions: dict[str, np.ndarray]
  errors: np.ndarray
  branches: list[Any]
  state: Any
  noise: np.ndarray

  def take(self, rows: np.ndarray) -> 'Beginnings':
    """Those of some rows, int `[K]`; a row may come more than once."""
    branches = [self.branches[row] for row in rows]
    arrays = self._replace(branches=None)
    taken = tree.map_structure(lambda x: None if x is None else x[rows], arrays)
    return taken._replace(branches=branches)


def gathered(places: Sequence[tuple[Beginnings, int]]) -> Beginnings:
  """Those in some places, each a batch of beginnings and a row of it."""
  batches = {id(batch): batch for batch, _ in places}
  rows: dict[int, list[int]] = {key: [] for key in batches}
  order: dict[int, list[int]] = {key: [] for key in batches}
  for i, (batch, row) in enumerate(places):
    rows[id(batch)].append(row)
    order[id(batch)].append(i)
  taken = [batch.take(np.array(rows[key])) for key, batch in batches.items()]
  if len(taken) == 1:
    return taken[0]
  arrays = [part._replace(branches=None) for part in taken]
  whole = tree.map_structure(
    lambda *x: None if x[0] is None else np.concatenate(x), *arrays
  )._replace(branches=[b for part in taken for b in part.branches])
  return whole.take(np.argsort(np.concatenate(list(order.values()))))


class Easel:
  """Where beginnings are made longer, for some targets and one agent."""

  def __init__(
    self,
    environment: sections.EnvironmentConfig,
    components: Sequence[str],
    player: rollout.Player,
    targets: np.ndarray,
    random: np.random.Generator,
    check: Callable[[], None] | None = None,
  ):
    """Creates the easel.

    Args:
      environment: settings of the environment `painting`.
      components: of its actions.
      player: the agent, conditional or not; what it samples is its own matter.
      targets: uint8 `[N, W, W, C]`.
      random: of the noise.
      check: called before each step of the agent, it raises an error to end the
        work.
    """
    self.length = environment.episode_length
    self._environment = environment
    self._components = tuple(components)
    self._player = player
    self._targets = np.ascontiguousarray(targets)
    self._random = random
    self._check = check or (lambda: None)
    width = environment.grid_width
    cells = np.stack(np.divmod(np.arange(width**2), width), axis=1)
    self._centers = (cells + 0.5) * (environment.canvas_width / width)
    self._positions = (2 * cells / (width - 1) - 1).astype(np.float32)
    self._painter = mypaint.BranchPainter(
      width=environment.canvas_width,
      channels=targets.shape[-1],
      brush=mypaint.brushes.load(environment.brush),
      background=environment.background,
      substrokes=environment.substrokes,
    )

  def begin(self, target: Sequence[int]) -> Beginnings:
    """Empty ones.

    Args:
      target: `M` numbers, which of the targets each is for.

    Returns:
      `M` beginnings.
    """
    target = np.asarray(target)
    root = self._painter.root(*self._centers[0])
    blank = self._painter.pictures([root]).astype(np.int64)
    number = len(target)
    noise = (number, self._environment.noise_dim)
    return Beginnings(
      target=target,
      steps=np.zeros([number], np.int64),
      actions={
        name: np.zeros([number, self.length], np.int32)
        for name in self._components
      },
      errors=np.square(blank - self._targets[target]).sum(axis=(1, 2, 3)),
      branches=[root] * number,
      state=tree.map_structure(np.asarray, self._player.initial_state(number)),
      noise=self._random.standard_normal(noise).astype(np.float32),
    )

  def extend(self, beginnings: Beginnings) -> Beginnings:
    """Lets the agent choose another action for each, and draws it.

    Args:
      beginnings: `M`, each with less than `length` actions.

    Returns:
      `M`, in the same order, each with one action more.
    """
    self._check()
    output, state = self._player.step(
      self._observation(beginnings),
      tree.map_structure(tf.constant, beginnings.state),
    )
    chosen = {name: np.asarray(x) for name, x in output.action.items()}
    rows = np.arange(len(beginnings.steps))
    actions = {name: x.copy() for name, x in beginnings.actions.items()}
    for name, values in chosen.items():
      actions[name][rows, beginnings.steps] = values
    branches, errors = self._painter.extend(
      beginnings.branches,
      self._marks(chosen, beginnings.steps),
      self._targets,
      beginnings.target.tolist(),
    )
    return beginnings._replace(
      steps=beginnings.steps + 1,
      actions=actions,
      errors=errors,
      branches=branches,
      state=tree.map_structure(np.asarray, state),
    )

  def draws(
    self, actions: Mapping[str, np.ndarray], place: np.ndarray
  ) -> np.ndarray:
    """Whether actions draw, or only move, as bool.

    Args:
      actions: int for each component, of any shape.
      place: of each in its program, of the same shape.
    """
    if self._environment.pen_down:
      return place > 0
    return actions['flag'] == painting.PAINT

  def _marks(
    self, action: Mapping[str, np.ndarray], place: np.ndarray
  ) -> np.ndarray:
    """Actions, int `[M]` each, as a BranchPainter takes them."""
    environment = self._environment
    pressures = painting.pressure_levels(environment.num_pressures)
    levels = np.array(painting.color_levels())
    marks = np.zeros([len(place), 10])
    marks[:, 0] = self.draws(action, place)
    marks[:, 1:3] = self._centers[action['end']]
    marks[:, 3:5] = self._centers[action['control']]
    marks[:, 5] = np.array(pressures)[action.get('pressure', 0)]
    marks[:, 6] = np.array(environment.brush_sizes)[action.get('size', 0)]
    for column, name in enumerate(painting.COLORS, 7):
      marks[:, column] = levels[action.get(name, 0)]
    return marks

  def _observation(self, beginnings: Beginnings) -> dict[str, Any]:
    """What the environment would show, leaves `[M, ...]`."""
    steps = beginnings.steps
    rows = np.arange(len(steps))
    last, previous = (
      {k: x[rows, steps - back] for k, x in beginnings.actions.items()}
      for back in (1, 2)
    )
    draws = (steps > 0) & self.draws(last, steps - 1)
    drew = (steps > 1) & self.draws(previous, steps - 2)
    cell = np.where(steps > 0, last['end'], 0)
    mask = {
      name: np.float32(steps > 0 if name in ('flag', 'end') else draws)
      for name in self._components
    }
    return {
      'canvas': self._painter.pictures(beginnings.branches),
      'target': self._targets[beginnings.target],
      'step_fraction': np.float32(steps / self.length),
      'position': self._positions[cell],
      'stroke_start': np.float32(draws & ~drew),
      'action_mask': mask,
      'noise': beginnings.noise,
    }


class Found(NamedTuple):
  """Whole programs that a search found.

  Attributes:
    actions: int32 `[N, S, T]` for each component: for each of `N` targets `S`
      programs, the nearest first.
    errors: int64 `[N, S]`, squared differences of all bytes from the target.
  """

  actions: dict[str, np.ndarray]
  errors: np.ndarray


def found(parts: Sequence[Found]) -> Found:
  """What was found for the targets of all parts, in their order."""
  return tree.map_structure(lambda *x: np.concatenate(x), *parts)
