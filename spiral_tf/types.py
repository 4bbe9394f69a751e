"""The records that travel through the system, each shape written once.

Notation used everywhere: `T` steps of an episode, `B` batch, `W` canvas width
in pixels, `C` channels. Learners are time-major, `[T, B, ...]`.

An observation is a plain dictionary. Every environment provides

* `canvas`: uint8 `[W, W, C]`, what has been rendered so far;
* `action_mask`: a dictionary with one float32 `[]` an action component, 1 where
  that component of the *previous* action had an effect on the environment and 0
  where it was ignored (after `reset`, with no previous action, all 0);
* `step_fraction`: float32 `[]`, the share of the episode that has passed;

and where they make sense

* `position`: float32 `[2]`, the brush's (row, column), each in [-1, 1];
* `noise`: float32 `[noise_dim]`, drawn once an episode, the latent of an
  unconditional agent;
* `stroke_start`: float32 `[]`, 1 if the previous action began a new continuous
  sequence of strokes (paper section 4.3);
* `target`: uint8, like `canvas`, the image to reproduce, the same through an
  episode (section 3.3).

An action is a dictionary with one int32 `[]` an action component, in the order
of the environment's `action_spec`, which is also the order in which the policy
samples them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dm_env import specs
import numpy as np

# A dictionary of arrays or tensors, possibly nested; see the module docstring.
Observation = Mapping[str, Any]
Action = Mapping[str, Any]
# Observations that stay the same through an episode, see `Episode.context`.
CONTEXT = ('target',)
# Component name to spec, ordered; the policy samples in this order.
ActionSpec = Mapping[str, specs.DiscreteArray]


class LocationArray(specs.DiscreteArray):
  """Spec of an action component that is a cell of a square grid.

  A value `v` in `[0, grid_width**2)` is the cell in row `v // grid_width` and
  column `v % grid_width`. Networks recognise locations by this type.
  """

  __slots__ = ('_centers', '_grid_width')

  def __init__(
    self,
    grid_width: int,
    dtype=np.int32,
    name: str = '',
    centers: np.ndarray | None = None,
  ):
    """Creates the spec of one cell of a `grid_width` x `grid_width` grid.

    Args:
      grid_width: rows, and columns, of the grid.
      dtype: of the values.
      name: of the component.
      centers: float `[grid_width**2, 2]`, where in the picture each cell is,
        (row, column), as shares of its height and width; by default the cells
        divide the picture evenly.

    Raises:
      ValueError: `centers` is of another shape.
    """
    super().__init__(grid_width * grid_width, dtype=dtype, name=name)
    self._grid_width = grid_width
    if centers is not None and centers.shape != (grid_width**2, 2):
      raise ValueError(
        f'centers are {list(centers.shape)}, but a grid of {grid_width} rows '
        f'and columns needs [{grid_width**2}, 2].'
      )
    self._centers = centers

  @property
  def grid_width(self) -> int:
    """Number of rows, and of columns, of the grid."""
    return self._grid_width

  @property
  def centers(self) -> np.ndarray | None:
    """What the constructor was given; None if cells divide pictures evenly."""
    return self._centers

  @property
  def places(self) -> np.ndarray:
    """Where in the picture each cell is, see the constructor; never None."""
    if self._centers is not None:
      return self._centers
    cells = np.indices([self._grid_width, self._grid_width]).reshape(2, -1).T
    return (cells + 0.5) / self._grid_width

  def __reduce__(self):
    return LocationArray, (
      self._grid_width,
      self._dtype,
      self._name,
      self._centers,
    )


class AgentState(NamedTuple):
  """What a recurrent policy carries from step to step.

  Attributes:
    hidden: float32 `[B, H]`, output of the LSTM.
    cell: float32 `[B, H]`, memory of the LSTM.
    prev_action: int32 `[B]` for each action component, zeros before the first.
  """

  hidden: Any
  cell: Any
  prev_action: dict[str, Any]


class AgentOutput(NamedTuple):
  """What the policy says of one step.

  Attributes:
    action: int32 `[B]` for each action component, sampled.
    log_prob: float32 `[B]` for each action component, of the sampled value
      given the components before it.
    value: float32 `[B]`, the value function's estimate of the return.
  """

  action: dict[str, Any]
  log_prob: dict[str, Any]
  value: Any


class UnrollOutput(NamedTuple):
  """What the policy says of given (teacher-forced) actions.

  Attributes:
    log_prob: float32 `[T, B]` for each action component.
    entropy: float32 `[T, B]` for each action component, in nats, of its
      distribution given the components before it.
    value: float32 `[T, B]`.
  """

  log_prob: dict[str, Any]
  entropy: dict[str, Any]
  value: Any


class Episode(NamedTuple):
  """One whole episode, the unit of replay. Batched: `[T, B, ...]`.

  Attributes:
    observation: each leaf `[T + 1, ...]`; `observation[t]` is what the agent
      saw before action `t`, `observation[T]` what its last action led to.
    action: int32 `[T]` for each action component.
    log_prob: float32 `[T]`, the behaviour policy's log-probability of the
      components of the action that had an effect.
    context: what stays the same through an episode and so is not stored for
      every step: `target`, uint8 `[W, W, C]` (batched `[B, W, W, C]`), of a
      conditional agent; else empty.
  """

  observation: dict[str, Any]
  action: dict[str, Any]
  log_prob: Any
  context: dict[str, Any]


class Demonstration(NamedTuple):
  """What to imitate: an episode whose target is what it made.

  Attributes:
    observation: as that of an `Episode`.
    action: likewise.
    weight: float32 `[T]`, 1 for each action that is to be imitated, else 0.
    context: `target`, the episode's last canvas.
  """

  observation: dict[str, Any]
  action: dict[str, Any]
  weight: Any
  context: dict[str, Any]
