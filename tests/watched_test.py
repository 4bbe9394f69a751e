"""Tests of spiral_tf.web.watched."""

import dataclasses
import functools
import itertools
import pathlib

import numpy as np
import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import formats
from spiral_tf.programs import rendering
from spiral_tf.web import watched
from tests import program_cases

_PROGRAMS = {
  'painting': program_cases.painted(brush='classic/charcoal', channels=3),
  'pen': program_cases.painted(seed=3),
  'portrait': program_cases.painted(
    canvas_width=30, grid_width=15, canvas_height=64
  ),
  'scene': program_cases.staged(),
}


class _EndError(Exception):
  pass


@pytest.mark.parametrize('name', _PROGRAMS)
def test_makes_the_same(name, tmp_path):
  program = _PROGRAMS[name]
  renderer, commands = watched.watch(program, lambda: None)
  np.testing.assert_array_equal(
    rendering.render(renderer, commands, 48), program.render(48)
  )
  films = (
    list(rendering.frames(*parts, 48, 3))
    for parts in ((renderer, commands), (program.renderer, program.commands))
  )
  for ours, plain in itertools.zip_longest(*films):
    np.testing.assert_array_equal(ours, plain)
  for form in set(program.renderer.forms) - {'.mp4'}:  # No two are the same.
    paths = [str(tmp_path / f'{who}{form}') for who in ('ours', 'plain')]
    formats.save(renderer, commands, paths[:1], 32)
    program.save(paths[1], size=32)
    ours, plain = (pathlib.Path(path).read_bytes() for path in paths)
    assert ours == plain, form


@pytest.mark.parametrize('name', _PROGRAMS)
def test_every_form_can_be_ended(name, tmp_path):
  program = _PROGRAMS[name]

  def end():
    raise _EndError

  renderer, commands = watched.watch(program, end)
  for form in program.renderer.forms:
    with pytest.raises(_EndError):
      formats.save(renderer, commands, [str(tmp_path / f'x{form}')], 32)
  assert list(tmp_path.iterdir()) == []


def test_asks_between_the_pieces_of_large_strokes():
  for radius, number in ((1.0, 1), (30.0, 17)):
    program = program_cases.painted(substrokes=17)
    commands = tuple(
      dataclasses.replace(command, radius=radius)
      for command in program.commands
      if hasattr(command, 'radius')
    )
    asked = itertools.count()
    renderer, commands = watched.watch(
      dataclasses.replace(program, commands=commands),
      functools.partial(next, asked),
    )
    work = renderer.begin(512, commands)
    before = next(asked)
    commands[0].carry_out(work)
    assert next(asked) - before - 1 == number


def test_a_portrait_is_as_large_as_its_longer_side():
  """Its strokes ask as often as those of a square canvas of that size."""
  asks = []
  for width in (64, 8):
    program = program_cases.painted(canvas_width=width, canvas_height=64)
    stroke = canvas.Stroke((1, 1), (9, 9), 1.0, 10.0)
    asked = itertools.count()
    renderer, commands = watched.watch(
      dataclasses.replace(program, commands=(stroke,)),
      functools.partial(next, asked),
    )
    commands[0].carry_out(renderer.begin(512, commands))
    asks.append(next(asked))
  assert asks[0] == asks[1] > 2


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
