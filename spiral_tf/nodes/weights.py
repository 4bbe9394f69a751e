"""Carries a network's weights from the learner that trains it to its users.

Users ask with the version they have, and get bytes only if there is a newer
one: Courier hangs on NumPy arguments, but carries numbers and bytes both ways.
The bytes are arrays in NumPy's format, one after the other and without pickled
objects, so that reading them runs no code. (A zip of them, as of `np.savez`,
takes three times as long to read.) Members of a population copy each other's
networks and optimizers by the same bytes, see `pack` and `unpack`.
"""

import abc
from collections.abc import Sequence
import io
from typing import Any

import numpy as np
import tensorflow as tf

# A version, and the weights if they are newer than the caller's.
Reply = tuple[int, bytes | None]
# The same within one process.
Held = tuple[int, Sequence[tf.Variable] | None]
# Versions count a learner's updates, and above them how often it began to train
# what it copied from another.
_GENERATION = 2**40
_CURE = (
  'Both sides must have the same networks: give all nodes and all members of a '
  'population the same network settings.'
)


def version(generation: int, updates: int) -> int:
  """The version of weights; other weights never have the same one."""
  return generation * _GENERATION + updates


def pack(variables: Sequence[tf.Variable]) -> bytes:
  """Returns the values of variables, in order."""
  file = io.BytesIO()
  for variable in variables:
    np.lib.format.write_array(file, variable.numpy(), allow_pickle=False)
  return file.getvalue()


def unpack(packed: bytes, variables: Sequence[tf.Variable]) -> None:
  """Assigns what `pack` made of the like of `variables`.

  Args:
    packed: what `pack` returned.
    variables: as many, of the same shapes and dtypes, in the same order.

  Raises:
    ValueError: they are not; nothing was assigned.
  """
  for variable, value in zip(variables, _values(packed, variables)):
    variable.assign(value)


def _values(
  packed: bytes, variables: Sequence[tf.Variable]
) -> list[np.ndarray]:
  """Returns the arrays in what `pack` returned, if they fit variables."""
  file = io.BytesIO(packed)
  values = []
  while file.tell() < len(packed):
    values.append(np.lib.format.read_array(file, allow_pickle=False))
  if len(values) != len(variables):
    raise ValueError(
      f'{len(values)} arrays came for {len(variables)} variables. {_CURE}'
    )
  for variable, value in zip(variables, values):
    if variable.shape != value.shape or variable.dtype != value.dtype:
      raise ValueError(
        f'An array of {value.dtype}{list(value.shape)} does not fit the '
        f'variable {variable.name}, {variable.dtype.name}'
        f'{list(variable.shape)}. {_CURE}'
      )
  return values


class Holder(abc.ABC):
  """Who trains weights, where it is in the process of who uses them."""

  @abc.abstractmethod
  def held(self, have_version: int) -> Held:
    """The weights themselves, if the caller does not have them.

    Args:
      have_version: what the caller has; negative for nothing.

    Returns:
      Their version; and the variables, or None if the caller has those.
    """


class WeightsServer:
  """The learner's side: packs the weights once a version."""

  def __init__(self, variables: Sequence[tf.Variable]):
    """Creates a server of `variables`, whose order the client must share."""
    self._variables = tuple(variables)
    self._version = -1
    self._packed = b''

  def get(self, version: int, have_version: int) -> Reply:
    """Answers a request; call it while the weights cannot change.

    Args:
      version: the weights' version, at least 0, growing with each update.
      have_version: what the caller has; negative for nothing.

    Returns:
      `version` and the weights, or None for them if the caller has those.
    """
    version, variables = self.held(version, have_version)
    if variables is None:
      return version, None
    if version != self._version:
      self._packed = pack(self._variables)
      self._version = version
    return version, self._packed

  def held(self, version: int, have_version: int) -> Held:
    """Answers a request from this process, as `get` does others."""
    return version, None if version == have_version else self._variables


class WeightsClient:
  """The user's side: keeps variables up to date."""

  def __init__(self, learner: Any, variables: Sequence[tf.Variable]):
    """Creates a client.

    Args:
      learner: client of a node with a method `get_weights(have_version)`; or
        that node itself, a `Holder`, from which nothing is sent.
      variables: what to keep up to date, in the learner's order.
    """
    self._learner = learner
    self._variables = tuple(variables)
    self._version = -1
    self._assign = tf.function(self._assign_all, autograph=False)

  @property
  def version(self) -> int:
    """Version of the weights; -1 before the first `update`."""
    return self._version

  @property
  def updates(self) -> int:
    """Updates that the learner had made; 0 before the first `update`."""
    return max(0, self._version) % _GENERATION

  @property
  def generation(self) -> int:
    """Copies that the learner had made; 0 before the first `update`."""
    return max(0, self._version) // _GENERATION

  def update(self) -> None:
    """Fetches the newest weights; waits for the learner if it is starting.

    Raises:
      ValueError: they do not fit the variables; nothing was assigned.
    """
    if isinstance(self._learner, Holder):
      version, values = self._learner.held(self._version)
    else:
      version, packed = self._learner.get_weights(self._version)
      values = None if packed is None else _values(packed, self._variables)
    if values is not None:
      self._assign([tf.convert_to_tensor(value) for value in values])
    self._version = version

  def _assign_all(self, values: Sequence[tf.Tensor]) -> None:
    for variable, value in zip(self._variables, values, strict=True):
      variable.assign(value)
