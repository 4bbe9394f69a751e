"""How fast a saved agent paints, and where the time goes.

    python -m launch.benchmark paint

The share of painting that is neither the network nor the brush engine is what
our own code costs. While it paints, the calls of both are timed.
"""

import dataclasses
import functools
import time
from typing import Any
from unittest import mock

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import saved_model
from spiral_tf.agents import signatures
from spiral_tf.environments import mypaint

_MODEL = 'models/mnist_conditional_small/1'
_ROUNDS = {1: 200, 64: 40}  # Pictures of a batch to how often it is painted.


def run() -> None:
  """Prints images a second for batches of 1 and 64."""
  loaded = saved_model.load(_MODEL)
  data = dataclasses.replace(loaded.config.data, name='digits')
  config = dataclasses.replace(loaded.config, data=data)
  targets = np.asarray(builders.load_dataset(config).validation[:64])
  print(f'{_MODEL}, medians')
  print(
    f'{"batch":>5}{"images/s":>10}{"ms/image":>10}{"network":>9}{"brush":>9}'
    f'{"other":>9}'
  )
  for batch, rounds in _ROUNDS.items():
    total, network, brush = measure(loaded, targets[:batch], rounds)
    print(
      f'{batch:5}{batch / np.median(total):10.1f}'
      f'{1000 * np.median(total) / batch:10.2f}'
      f'{np.median(network / total):9.1%}{np.median(brush / total):9.1%}'
      f'{np.median(1 - (network + brush) / total):9.1%}'
    )


def measure(
  loaded: saved_model.LoadedAgent, targets: np.ndarray, rounds: int
) -> np.ndarray:
  """Measures a conditional agent.

  Args:
    loaded: the agent.
    targets: uint8 `[B, W, W, C]`, what it paints.
    rounds: how often to paint them.

  Returns:
    float64 `[3, rounds]`: seconds to paint them all; of these, in the network,
    and in the brush engine.
  """
  network, brush = _Clock(), _Clock()
  model = _TimedModel(tf.saved_model.load(_MODEL), network)
  agent = agent_lib.Agent(
    loaded._replace(
      make_player=functools.partial(signatures.make_player, model)
    )
  )
  with mock.patch.object(mypaint, 'Canvas', _timed_canvas(brush)):
    agent.paint_many(targets)  # Makes the environments, and warms up.
  measured: list[list[float]] = []
  for _ in range(rounds):
    network.seconds = brush.seconds = 0.0
    started = time.perf_counter()
    agent.paint_many(targets)
    total = time.perf_counter() - started
    measured.append([total, network.seconds, brush.seconds])
  return np.transpose(measured)


class _Clock:
  """Adds up the time of calls."""

  seconds = 0.0

  def timed(self, function: Any, *args, **kwargs) -> Any:
    started = time.perf_counter()
    try:
      return function(*args, **kwargs)
    finally:
      self.seconds += time.perf_counter() - started


class _TimedModel:
  """A model whose network is timed."""

  def __init__(self, model: Any, clock: _Clock):
    self._step = model.signatures['step']
    self._clock = clock
    self.structured_input_signature = self._step.structured_input_signature
    self.structured_outputs = self._step.structured_outputs
    self.signatures = {**model.signatures, 'step': self}

  def __call__(self, **inputs):
    return self._clock.timed(self._step, **inputs)


def _timed_canvas(clock: _Clock) -> type:
  """A canvas whose calls are timed."""

  class TimedCanvas(mypaint.Canvas):
    pass

  for name in ('reset', 'move_to', 'stroke', 'to_array'):
    call = getattr(mypaint.Canvas, name)
    setattr(TimedCanvas, name, _method(clock, call))
  return TimedCanvas


def _method(clock: _Clock, call: Any) -> Any:
  def method(self, *args, **kwargs):
    return clock.timed(call, self, *args, **kwargs)

  return method
