"""How fast a saved agent paints, and where the time goes.

    python -m launch.benchmark paint

The share of painting that is neither the network nor the brush engine is what
our own code costs. Network and brush engine are timed alone, with the very
inputs and commands of the paintings.
"""

import dataclasses
import functools
import time
from typing import Any, Callable, Dict, List, Tuple

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import commands
from spiral_tf import painter
from spiral_tf import programs
from spiral_tf import saved_model
from spiral_tf import signatures
from spiral_tf.environments import mypaint

_MODEL = 'models/mnist_conditional_small/1'
_ROUNDS = 25


def run() -> None:
  """Prints images a second for batches of 1 and 64."""
  loaded = saved_model.load(_MODEL)
  data = dataclasses.replace(loaded.config.data, name='digits')
  config = dataclasses.replace(loaded.config, data=data)
  targets = np.asarray(builders.load_dataset(config).validation[:64])
  print(f'{_MODEL}, medians of {_ROUNDS} rounds, one after the other')
  print(
    f'{"batch":>5}{"images/s":>10}{"ms/image":>10}{"network":>9}{"brush":>9}'
    f'{"other":>9}'
  )
  for batch in (1, 64):
    total, network, brush = measure(loaded, targets[:batch])
    other = total - network - brush
    print(
      f'{batch:5}{batch / total:10.1f}{1000 * total / batch:10.2f}'
      f'{network / total:9.1%}{brush / total:9.1%}{other / total:9.1%}'
    )


def measure(
  loaded: saved_model.LoadedAgent, targets: np.ndarray
) -> Tuple[float, float, float]:
  """Measures a conditional agent.

  Args:
    loaded: the agent.
    targets: uint8 `[B, W, W, C]`, what it paints.

  Returns:
    Seconds for all of them: to paint them, of the network alone, of the brush
    engine alone; medians.
  """
  recorder = _Recorder(tf.saved_model.load(_MODEL))
  recorded = painter.Agent(
    loaded._replace(player=functools.partial(signatures.player, recorder))
  )
  drawings = [_drawing(p) for p in recorded.paint_many(targets)]
  agent = painter.Agent(loaded)

  def network():
    for inputs in recorder.calls:
      recorder.step(**inputs)

  def brush():
    for canvas, calls in drawings:
      for call in calls:
        call()
        canvas.to_array(targets.shape[-1])

  work = (functools.partial(agent.paint_many, targets), network, brush)
  rounds = [[_seconds(part) for part in work] for _ in range(_ROUNDS + 1)]
  return tuple(np.median(rounds[1:], axis=0))  # The first one warms up.


class _Recorder:
  """A model that notes what its network is asked."""

  def __init__(self, model: Any):
    self.calls: List[Dict[str, tf.Tensor]] = []
    self.step = model.signatures['step']
    self.structured_input_signature = self.step.structured_input_signature
    self.structured_outputs = self.step.structured_outputs
    self.signatures = {**model.signatures, 'step': self}

  def __call__(self, **inputs):
    self.calls.append(inputs)
    return self.step(**inputs)


def _drawing(
  program: programs.Program,
) -> Tuple[mypaint.Canvas, List[Callable[[], None]]]:
  """A canvas, and the calls of the brush engine that draw a program on it."""
  renderer = program.renderer
  cell = renderer.canvas_width / renderer.grid_width

  def pixels(point: commands.Point) -> List[float]:
    return [(x + 0.5) * cell for x in point]

  canvas = mypaint.Canvas(
    renderer.canvas_width, mypaint.brushes.load(renderer.brush)
  )
  calls = [functools.partial(canvas.reset, *pixels((0, 0)))]
  for command in program.commands:
    if isinstance(command, commands.Move):
      calls.append(functools.partial(canvas.move_to, *pixels(command.end)))
      continue
    calls.append(
      functools.partial(
        canvas.stroke,
        *pixels(command.control),
        *pixels(command.end),
        command.pressure,
        command.radius,
        *command.color,
        renderer.substrokes,
      )
    )
  return canvas, calls


def _seconds(work: Callable[[], Any]) -> float:
  started = time.perf_counter()
  work()
  return time.perf_counter() - started
