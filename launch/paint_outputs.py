"""The files that launch.paint writes: which, whether it may, and how."""

import os

import numpy as np

from launch import paint_request
from launch import paint_sheet
from launch import paint_sources
from spiral_tf import progress
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import formats
from spiral_tf.programs import plotter as plotter_lib
from spiral_tf.programs import program as program_lib


def check(request: paint_request.Request, work: paint_sources.Work) -> None:
  """Refuses, before anything is painted, what could not be written.

  Args:
    request: what is asked for.
    work: what is to be painted.

  Raises:
    ValueError: an output is none for such paintings, or is what is painted; or
      would be in the place of a file that is not of this program.
    OSError: a file cannot be written.
  """
  program = work.program or program_lib.Program(work.renderer, ())
  changed = _changed(request, program)
  size = request.size
  if any(map(request.is_plot, request.output)):
    plotter_lib.check(changed.renderer)
  formats.check_program(
    changed.renderer, changed.commands, request.output, size
  )
  if request.sheet:
    paint_sheet.check(
      len(work.names) * (1 + work.reproduces),
      changed.renderer.shape(size or changed.renderer.own_size),
      changed.renderer.channels,
    )
  named = request.files
  written = list(filter(None, [request.sheet]))
  for name in work.names:
    written += _paths(request, name, work.several)
  sources = {os.path.realpath(path): path for path in work.inputs}
  for path in written:
    source = sources.get(os.path.realpath(path))
    if source is not None:
      raise ValueError(
        f'{path!r} would be written over {source!r}, which is what is painted; '
        'choose another --output.'
      )
    if path not in named and not formats.is_own(path):
      raise ValueError(
        f'{path!r} would be written, but is there and not from spiral_tf; move '
        'it away, or choose another --output.'
      )
  formats.check(written)


def write(request: paint_request.Request, work: paint_sources.Work) -> int:
  """Writes pictures as they come.

  Args:
    request: what is asked for.
    work: what is to be painted.

  Returns:
    How many there were.

  Raises:
    ValueError: a picture is not sound, or a program cannot be rendered.
    OSError: a file cannot be written.
  """
  count, errors = 0, []
  sheet = paint_sheet.Sheet(request.columns)
  for painting in work.paintings:
    # Single pixels of hatching are black or white.
    if painting.target is not None and not request.hatching:
      own = painting.program.render()
      errors.append(reconstruction.errors(own, painting.target[np.newaxis]))
    program = _changed(request, painting.program)
    paths = _paths(request, painting.name, work.several)
    pictures = [path for path in paths if not request.is_plot(path)]
    program.save(
      *pictures,
      size=request.size,
      report=_report,
    )
    for path in paths:
      if request.is_plot(path):
        drawn = _on_white(request, program)
        made = plotter_lib.save(
          drawn.renderer, drawn.commands, path, request.plotter
        )
        print(f'{path}: {made}')
    if request.sheet:
      sheet.add(program.render(request.size), painting.target)
    count += 1
  if errors:
    print(f'Mean squared error of a pixel: {np.mean(errors):.4f}')
  if request.sheet:
    sheet.write(request.sheet)
  return count


def _report(path: str) -> progress.Progress:
  """Says how far a film is."""
  return progress.Progress(f'frames of {os.path.basename(path)}')


def _paths(
  request: paint_request.Request, name: str, several: bool
) -> list[str]:
  """The outputs of one painting, with its name if there are several."""
  paths = []
  for output in request.output:
    stem, extension = os.path.splitext(output)
    paths.append(f'{stem}_{name}{extension}' if several else output)
  return paths


def _on_white(
  request: paint_request.Request, program: program_lib.Program
) -> program_lib.Program:
  """A program for the paper of a plotter.

  A painting of a photograph has the photograph's mean colour for paper, which
  nobody has: strokes of that colour would be left out.
  """
  if request.strokes is None or request.background:
    return program
  return program.with_background('white')


def _changed(
  request: paint_request.Request, program: program_lib.Program
) -> program_lib.Program:
  """The program with the brush, background and colours of the flags."""
  if request.brush:
    program = program.with_brush(request.brush)
  if request.background:
    program = program.with_background(request.background)
  if request.color_strokes:
    program = program.with_stroke_colors()
  return program
