"""The files that launch.paint writes: which, whether it may, and how."""

import os

import numpy as np

from launch import paint_flags
from launch import paint_sheet
from launch import paint_sources
from spiral_tf import progress
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import formats
from spiral_tf.programs import program as program_lib


def check(work: paint_sources.Work) -> None:
  """Refuses, before anything is painted, what could not be written.

  Args:
    work: what is to be painted.

  Raises:
    ValueError: an output is none for such paintings, or is what is painted; or
      would be in the place of a file that is not of this program.
    OSError: a file cannot be written.
  """
  program = work.program or program_lib.Program(work.renderer, ())
  changed = _changed(program)
  size = paint_flags.SIZE.value
  formats.check_program(
    changed.renderer, changed.commands, paint_flags.OUTPUT.value, size
  )
  if paint_flags.SHEET.value:
    paint_sheet.check(
      len(work.names) * (1 + work.reproduces),
      size or changed.renderer.canvas_width,
      changed.renderer.channels,
    )
  named = paint_flags.files()
  written = list(filter(None, [paint_flags.SHEET.value]))
  for name in work.names:
    written += _paths(name, len(work.names) > 1)
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


def write(work: paint_sources.Work) -> int:
  """Writes pictures as they come.

  Args:
    work: what is to be painted.

  Returns:
    How many there were.

  Raises:
    ValueError: a picture is not sound, or a program cannot be rendered.
    OSError: a file cannot be written.
  """
  count, errors = 0, []
  sheet = paint_sheet.Sheet(paint_flags.COLUMNS.value)
  for painting in work.paintings:
    if painting.target is not None:
      own = painting.program.render()
      errors.append(reconstruction.errors(own, painting.target[np.newaxis]))
    program = _changed(painting.program)
    program.save(
      *_paths(painting.name, len(work.names) > 1),
      size=paint_flags.SIZE.value,
      report=_report,
    )
    if paint_flags.SHEET.value:
      sheet.add(program.render(paint_flags.SIZE.value), painting.target)
    count += 1
  if errors:
    print(f'Mean squared error of a pixel: {np.mean(errors):.4f}')
  if paint_flags.SHEET.value:
    sheet.write(paint_flags.SHEET.value)
  return count


def _report(path: str) -> progress.Progress:
  """Says how far a film is."""
  return progress.Progress(f'frames of {os.path.basename(path)}')


def _paths(name: str, several: bool) -> list[str]:
  """The outputs of one painting, with its name if there are several."""
  paths = []
  for output in paint_flags.OUTPUT.value:
    stem, extension = os.path.splitext(output)
    paths.append(f'{stem}_{name}{extension}' if several else output)
  return paths


def _changed(program: program_lib.Program) -> program_lib.Program:
  """The program with the brush, background and colours of the flags."""
  if paint_flags.BRUSH.value:
    program = program.with_brush(paint_flags.BRUSH.value)
  if paint_flags.BACKGROUND.value:
    program = program.with_background(paint_flags.BACKGROUND.value)
  if paint_flags.COLOR_STROKES.value:
    program = program.with_stroke_colors()
  return program
