"""What launch.paint paints, and how the paintings are called."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import os
from typing import NamedTuple

import numpy as np

from launch import bundled
from launch import paint_pictures
from launch import paint_request
from spiral_tf import builders
from spiral_tf import names as names_lib
from spiral_tf import progress
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import hatch
from spiral_tf.agents import inputs
from spiral_tf.agents import photographs
from spiral_tf.agents import proposing
from spiral_tf.agents import saved_model
from spiral_tf.evaluation import judges
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.search import by_environment
from spiral_tf.search import climbing
from spiral_tf.search import proposals as proposals_lib

# The built-in data set.
DIGITS = 'digits'
# Pictures that are painted, and written, before the next ones are read.
_CHUNK = 64


class Painting(NamedTuple):
  """A program, what it is called, and what it reproduces, if anything."""

  name: str
  program: program_lib.Program
  target: np.ndarray | None = None


class Work(NamedTuple):
  """What is to be painted.

  Attributes:
    renderer: who carries out the programs.
    names: of the paintings, each another, in their order.
    several: whether more than one was asked for, so that files are called by
      these names.
    inputs: paths of the files that they are made from.
    reproduces: whether paintings have a target.
    paintings: makes them one after the other.
    program: the only one, if it is known before.
  """

  renderer: renderer_lib.Renderer
  names: list[str]
  several: bool
  inputs: list[str]
  reproduces: bool
  paintings: Iterator[Painting]
  program: program_lib.Program | None = None


def find(request: paint_request.Request) -> Work:
  """Finds what is to be painted; nothing is yet.

  Args:
    request: what is asked for.

  Returns:
    The work.

  Raises:
    ValueError: there is no such agent, program or picture, or they do not fit
      together.
    OSError: a file is missing, or cannot be read.
  """
  if request.program:
    return _replay(request.program)
  paths = paint_pictures.find(request.image)
  if request.hatching:
    return _hatched(request, paths)
  if request.strokes is not None:
    return _photographs(request, paths)
  agent = agent_lib.load(request.model or bundled.best())
  asked = bool(paths or request.data)
  if asked and not agent.conditional:
    raise ValueError(
      'this agent draws without images; leave --image and --data out, or '
      'choose one that reproduces images with --model=...'
    )
  if not asked:
    if agent.conditional:
      raise ValueError(
        'this agent reproduces pictures. Name one, or a folder of some, with '
        '--image=..., or take the built-in ones with --data=digits.'
      )
    return _draw(request, agent)
  if request.improve:
    by_environment.check_environment(agent.config.environment)
    climbing.check_stroke_cost(request.stroke_cost, agent.config.environment)
  several = len(paths) > 1
  paths, targets = paint_pictures.read(
    paths, lambda path: agent.target(path, request.fit), request.bad_images
  )
  if request.tiles:
    return _tiled(request, agent, paths, several)
  judge = None
  if request.run:
    judge = judges.load_judge(request.run, agent.config, request.judge)
  return _reproduce(request, agent, paths, targets, several, judge)


def names(paths: list[str]) -> list[str]:
  """What to call the paintings of pictures: each name once."""
  stems = (os.path.splitext(os.path.basename(path))[0] for path in paths)
  return names_lib.distinct(stems)


def digits(agent: agent_lib.Agent) -> np.ndarray:
  """Held-out images of the built-in data set, uint8 `[N, W, W, C]`."""
  data = dataclasses.replace(agent.config.data, name=DIGITS)
  config = dataclasses.replace(agent.config, data=data)
  return np.asarray(builders.load_dataset(config).validation[:64])


def _replay(path: str) -> Work:
  """A program that is rendered again."""
  program = program_lib.Program.load(path)
  paintings = iter([Painting('', program)])
  return Work(program.renderer, [''], False, [path], False, paintings, program)


def _draw(request: paint_request.Request, agent: agent_lib.Agent) -> Work:
  """Drawings of the agent's own."""
  number = request.samples or 1
  called = [str(i) for i in range(1, number + 1)]

  def paintings():
    drawn = agent.draw(number, request.temperature, request.seed)
    yield from map(Painting, called, drawn)

  return Work(agent.renderer, called, number > 1, [], False, paintings())


def _reproduce(
  request: paint_request.Request,
  agent: agent_lib.Agent,
  paths: list[str],
  targets: Sequence[np.ndarray],
  several: bool,
  judge: judges.Judge | None,
) -> Work:
  """Paintings of pictures, or of the built-in ones if there are no paths."""
  called = names(paths)
  if not paths:
    targets = digits(agent)
    called = [str(i) for i in range(1, len(targets) + 1)]
  each = 1 if request.keeps_best else request.drawings
  every = [
    name + (f'_{sample}' if each > 1 else '')
    for name in called
    for sample in range(1, each + 1)
  ]
  paintings = _paintings(request, agent, every, targets, each, judge)
  several = several or len(every) > 1
  return Work(agent.renderer, every, several, paths, True, paintings)


def _paintings(
  request: paint_request.Request,
  agent: agent_lib.Agent,
  called: list[str],
  targets: Sequence[np.ndarray],
  each: int,
  judge: judges.Judge | None,
) -> Iterator[Painting]:
  """Reproduces pictures, so that there are `each` paintings of each.

  Args:
    request: what is asked for.
    agent: who paints.
    called: what to call the paintings, `each` of a picture.
    targets: what the agent sees of each picture.
    each: paintings to keep of each picture.
    judge: says what is better, if it is not what is nearer.

  Yields:
    The paintings, with the pictures in their order.
  """
  report = progress.Progress('pictures')
  total = len(called) // each
  for start in range(0, total, _CHUNK):
    shown = np.stack(targets[start : start + _CHUNK])
    painted = agent.paint_many(
      np.repeat(shown, each, axis=0),
      request.drawings if request.keeps_best else 1,
      request.temperature,
      request.seed + start,
      lambda done, _, start=start: report(start + done // each, total),
      tries=request.improve or 0,
      judge=judge,
      stroke_cost=request.stroke_cost,
    )
    for i, program in enumerate(painted):
      yield Painting(called[each * start + i], program, shown[i // each])


def _hatched(request: paint_request.Request, paths: list[str]) -> Work:
  """Drawings of pictures with one pen."""
  hatcher = hatch.Hatcher(request.plotter)
  return _without_agent(request, paths, hatcher, hatcher.draw, 'layers')


def _photographs(request: paint_request.Request, paths: list[str]) -> Work:
  """Paintings of photographs whose strokes search finds."""
  proposals = proposals_lib.Scan
  if request.model:
    proposals = proposing.by(saved_model.load(request.model))
  painter = request.painter(proposals)
  return _without_agent(request, paths, painter, painter.paint, 'steps')


def _without_agent(
  request: paint_request.Request,
  paths: list[str],
  painter: hatch.Hatcher | photographs.Painter,
  paint: Callable[..., program_lib.Program],
  unit: str,
) -> Work:
  """Paintings of whole pictures.

  Args:
    request: what is asked for.
    paths: of the pictures.
    painter: looks at them.
    paint: paints what it sees; called with that, a seed, and who is told how
      far it is.
    unit: what is counted for that.

  Returns:
    The work.
  """
  several = len(paths) > 1
  paths, targets = paint_pictures.read(
    paths, painter.target, request.bad_images
  )
  called = names(paths)

  def paintings():
    for path, name, target in zip(paths, called, targets):
      report = progress.Progress(f'{unit} of {os.path.basename(path)}')
      yield Painting(name, paint(target, request.seed, report), target)

  return Work(painter.renderer, called, several, paths, True, paintings())


def _tiled(
  request: paint_request.Request,
  agent: agent_lib.Agent,
  paths: list[str],
  several: bool,
) -> Work:
  """Paintings of pictures, window by window."""
  tiles, fit = request.tiles, request.fit
  renderer = agent.tiled_renderer(tiles)
  called = names(paths)

  def paintings():
    for path, name in zip(paths, called):
      picture = inputs.read(path)
      program = agent.paint_tiles(
        picture,
        tiles,
        request.samples or 4,
        request.temperature,
        request.seed,
        fit,
        request.picture_colors,
        progress.Progress(f'windows of {os.path.basename(path)}'),
      )
      width, channels = renderer.canvas_width, agent.channels
      target = inputs.fit(picture, width, channels, fit)
      yield Painting(name, program, target)

  return Work(renderer, called, several, paths, True, paintings())
