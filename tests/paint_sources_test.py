"""Tests of launch.paint_sources."""

import types

import numpy as np
import pytest

from launch import paint_request
from launch import paint_sources
from spiral_tf import builders
from spiral_tf import pictures
from spiral_tf.agents import saved_model
from spiral_tf.evaluation import judges
from tests import small


def test_paintings_are_called_like_their_pictures_and_each_otherwise():
  paths = ['a/x.png', 'b/x.jpg', 'y', 'c/x.y.png']
  assert paint_sources.names(paths) == ['x', 'x_2', 'y', 'x.y']


def test_digits_are_held_out_and_as_large_as_the_agents_canvas():
  agent = types.SimpleNamespace(config=small.CONDITIONAL)
  digits = paint_sources.digits(agent)
  assert digits.dtype == np.uint8 and digits.shape == (64, 16, 16, 1)
  assert digits.min() == 0 and np.median(digits) > 200  # Ink on white paper.


def test_the_judge_that_is_asked_for_says_what_stays(tmp_path, monkeypatch):
  asked = []

  def load_judge(run, config, kind):
    asked.append((run, config.environment.canvas_width, kind))
    return lambda images, targets: -images.mean(axis=(1, 2, 3))

  monkeypatch.setattr(judges, 'load_judge', load_judge)
  config = small.CONDITIONAL
  model, image = str(tmp_path / 'model'), str(tmp_path / 'white.png')
  saved_model.save(config, builders.make_policy(config), model)
  pictures.write_png(image, np.full([16, 16, 1], 255, np.uint8))

  def brightness(**judged):
    work = paint_sources.find(
      paint_request.Request(model, (image,), improve=64, **judged)
    )
    (painting,) = work.paintings
    return painting.program.render().mean()

  near = brightness()
  assert not asked
  assert brightness(judge='both', run='runs/x') < near - 10
  assert asked == [('runs/x', 16, 'both')]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
