"""Tests of spiral_tf.agents.tiles, with an agent whose strokes are known."""

import numpy as np
import pytest

from spiral_tf.agents import tiles
from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib

_WIDTH = 16


def _canvas(**settings):
  return canvas.Canvas(
    **{
      'canvas_width': _WIDTH,
      'grid_width': 4,
      'brush': 'deevad/basic_digital_brush',
      'channels': 3,
      **settings,
    }
  )


class _Agent:
  """Puts one stroke of the window's mean colour over all of the window."""

  def __init__(self):
    self.seen = 0

  def __call__(self, views, seed):
    assert views.shape[1:3] == (_WIDTH, _WIDTH)
    self.seen += len(views)
    return [self._program(view) for view in views]

  def _program(self, view):
    color = np.broadcast_to(view.mean(axis=(0, 1)) / 255, [3]).tolist()
    return program_lib.Program(
      _canvas(),
      (
        canvas.Move((0, 1.5)),
        canvas.Stroke((1.5, 1.5), (3, 1.5), 1.0, 8.0, tuple(color)),
      ),
    )


def _quarters():
  image = np.zeros([64, 64, 3], np.uint8)
  image[:32, :32], image[:32, 32:] = (200, 30, 30), (30, 200, 30)
  image[32:, :32], image[32:, 32:] = (30, 30, 200), (220, 220, 40)
  return image


def _paint(agent, number, own=None, **kwargs):
  arguments = {'samples': 1, 'seed': 0, **kwargs}
  own = own or _canvas()
  return tiles.paint(own, agent, _quarters(), tiles=number, **arguments)


def test_levels_double_and_end_with_the_finest():
  assert list(tiles.levels(1)) == [1]
  assert list(tiles.levels(4)) == [1, 2, 4]
  assert list(tiles.levels(6)) == [1, 2, 4, 6]


def test_finer_windows_bring_the_picture_nearer():
  errors = []
  for number in (1, 2, 8):
    picture = _paint(_Agent(), number).render(64).astype(float)
    errors.append(abs(picture - _quarters()).mean())
  assert errors[0] > 1.5 * errors[1] > 1.5 * errors[2]
  # Strokes lie where their windows are: each quarter has its colour.
  picture = _paint(_Agent(), 8).render(64).astype(float)
  for row, column in np.ndindex(2, 2):
    top, left = 32 * row + 8, 32 * column + 8
    part = np.s_[top : top + 16, left : left + 16]
    assert abs(picture[part] - _quarters()[part]).mean() < 25


def test_every_window_is_seen_and_reported():
  agent, reported = _Agent(), []
  program = _paint(
    agent, 4, samples=3, report=lambda *done: reported.append(done)
  )
  windows = 1 + 3**2 + 7**2
  assert agent.seen == 3 * windows
  assert reported[-1] == (windows, windows)
  assert program.renderer.canvas_width == 4 * _WIDTH
  assert program == _paint(_Agent(), 4, samples=3)


class _Harmful(_Agent):
  """Takes colours for their opposites."""

  def _program(self, view):
    return super()._program(255 - view)


def test_only_strokes_that_help_are_kept():
  program = _paint(_Harmful(), 4)
  blank = np.full([64, 64, 3], 255.0)
  error = np.square(program.render(64).astype(float) - _quarters()).mean()
  assert error <= np.square(blank - _quarters()).mean()
  helpful = _paint(_Agent(), 4)
  assert len(program.commands) < len(helpful.commands)
  assert program.renderer == _canvas(canvas_width=64, grid_width=16)  # Square.


def test_colours_of_the_picture_instead_of_the_agents():
  picture = _paint(_Harmful(), 8, picture_colors=True).render(64)
  assert abs(picture.astype(float) - _quarters()).mean() < 15
  gray = _canvas(channels=1)
  picture = _paint(_Harmful(), 8, gray, picture_colors=True).render(64)
  luma = _quarters() @ [0.299, 0.587, 0.114]
  assert abs(picture[..., 0] - luma).mean() < 15


def test_what_makes_no_sense_is_refused():
  for number, own, message in (
    (0, _canvas(), 'tiles is 0'),
    (65, _canvas(), 'tiles is 65'),
    (2, _canvas(background='transparent'), 'white paper'),
    (64, _canvas(canvas_width=128), '8192 pixels wide'),
  ):
    with pytest.raises(ValueError, match=message):
      _paint(_Agent(), number, own)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
