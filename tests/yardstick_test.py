"""Tests of the yardstick: that it ranks what people would rank so, too."""

import dataclasses
import itertools
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage
import tensorflow as tf

import spiral_tf
from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf.config import sections
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import yardstick as yardstick_lib

_ROOT = pathlib.Path(__file__).absolute().parent.parent


@pytest.fixture(scope='module')
def digits():
  return datasets.load(
    sections.DataConfig(), canvas_width=32, channels=1, seed=0
  )


@pytest.fixture(scope='module')
def yardstick(digits):
  return yardstick_lib.Yardstick(digits.train)


@pytest.fixture(scope='module')
def drawings():
  """256 drawings of the trained agent, and as many of an untrained one."""
  agent = spiral_tf.load(str(_ROOT / 'models' / 'mnist_small'))
  trained = [program.render() for program in agent.draw(256)]
  # The same canvas and brush; its own data set is not at hand, nor needed.
  config = dataclasses.replace(agent.config, data=sections.DataConfig())
  untrained = builders.make_player(builders.make_policy(config), 0)
  return np.stack(trained), generation.draw(config, untrained, 256)


def _blurred(images, radius):
  return ndimage.gaussian_filter(images, (0, radius, radius, 0))


def _assert_ranked(yardstick, *sets):
  """Checks that each set is clearly better than the next."""
  found = [yardstick.fitness(images) for images in sets]
  assert max(found) <= 0
  for better, worse in itertools.pairwise(found):
    assert worse < 1.1 * better, found


def test_its_own_images_are_perfect(digits, yardstick):
  assert yardstick.fitness(digits.train) == pytest.approx(0, abs=1e-4)


def test_held_out_images_are_nearly_perfect(digits, yardstick):
  assert -0.1 < yardstick.fitness(digits.validation) < 0


def test_spoiled_images_are_worse_the_more_they_are_spoiled(digits, yardstick):
  real = digits.validation
  noise = np.random.default_rng(0).integers(0, 256, real.shape, np.uint8)
  _assert_ranked(
    yardstick, real, *(_blurred(real, x) for x in (0.7, 1.5, 4)), noise
  )
  moved = (np.roll(real, (x, x), axis=(1, 2)) for x in (1, 2, 4))
  _assert_ranked(yardstick, real, *moved, 255 - real)


def test_fewer_kinds_of_images_are_worse(digits, yardstick):
  real = digits.validation
  few = (np.repeat(real[:n], 180 // n, axis=0) for n in (18, 6, 1))
  _assert_ranked(yardstick, real, *few)


def test_the_unit_is_the_variance_of_the_real_images():
  white = np.full([200, 32, 32, 1], 255, np.uint8)
  yardstick = yardstick_lib.Yardstick(np.concatenate([white, 0 * white]))
  # Each is off the mean by one standard deviation, squared 1; and it lacks all
  # variance, another 1.
  assert yardstick.fitness(white) == pytest.approx(-2, rel=0.01)
  assert yardstick.fitness(0 * white) == pytest.approx(-2, rel=0.01)


def test_a_trained_agent_is_better_than_an_untrained_one(yardstick, drawings):
  trained, untrained = drawings
  assert trained.shape == untrained.shape == (256, 32, 32, 1)
  assert yardstick.fitness(untrained) < 2.5 * yardstick.fitness(trained)
  mixed = (np.concatenate([trained[n:], untrained[:n]]) for n in (64, 128, 192))
  _assert_ranked(yardstick, trained, *mixed, untrained)


def test_blank_canvases_among_drawings_make_them_worse(yardstick, drawings):
  trained, _ = drawings
  blank = np.full_like(trained, 255)
  mixed = (np.concatenate([trained[n:], blank[:n]]) for n in (64, 128))
  _assert_ranked(yardstick, trained, *mixed, blank)


def test_an_agent_that_collapsed_is_worse(yardstick, drawings):
  trained, _ = drawings
  few = (np.repeat(trained[:n], 256 // n, axis=0) for n in (16, 1))
  _assert_ranked(yardstick, trained, *few)


def test_chance_is_small_beside_what_is_judged(yardstick, drawings):
  halves = (drawings[0][:128], drawings[0][128:])
  first, second = (yardstick.fitness(half) for half in halves)
  assert first == pytest.approx(second, rel=0.2)


def test_the_order_and_batches_do_not_matter(digits, yardstick):
  order = np.random.default_rng(0).permutation(len(digits.train))
  judged = yardstick.fitness(digits.train[:600])
  shuffled = digits.train[:600][order[order < 600]]
  assert yardstick.fitness(shuffled) == pytest.approx(judged, rel=1e-3)


def test_it_is_the_same_whatever_tensorflow_drew(digits, yardstick):
  tf.random.set_seed(5)
  again = yardstick_lib.Yardstick(digits.train)
  judged = yardstick.fitness(digits.validation)
  assert again.fitness(digits.validation) == judged


def test_it_is_the_same_in_another_process(digits, yardstick, tmp_path):
  real, drawn = digits.train[:300], digits.validation[:50]
  np.savez(tmp_path / 'images.npz', real=real, drawn=drawn)
  code = (
    'import sys, numpy as np\n'
    'from spiral_tf.evaluation import yardstick as lib\n'
    'images = np.load(sys.argv[1])\n'
    'yardstick = lib.Yardstick(images["real"])\n'
    'print(yardstick.fitness(images["drawn"]))'
  )
  done = subprocess.run(
    [sys.executable, '-c', code, str(tmp_path / 'images.npz')],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    stdout=subprocess.PIPE,
    check=True,
  )
  here = yardstick_lib.Yardstick(real).fitness(drawn)
  assert float(done.stdout) == pytest.approx(here, rel=1e-3)


def test_colours_are_seen():
  rng = np.random.default_rng(0)
  real = rng.integers(0, 256, [64, 16, 16, 3], np.uint8)
  real[..., 0] = 255
  yardstick = yardstick_lib.Yardstick(real)
  _assert_ranked(yardstick, real, real[..., ::-1])


@pytest.mark.parametrize(
  'real,message',
  [
    (np.zeros([1, 32, 32, 1], np.uint8), 'at least 2'),
    (np.zeros([2, 32, 32], np.uint8), r'\[2, 32, 32\]'),
    (np.zeros([3, 32, 32, 1], np.uint8), 'all 3 real images are the same'),
    (np.zeros([3, 32, 32, 1], np.float32), 'float32'),
    (np.zeros([3, 4, 4, 1], np.uint8), 'at least 8 pixels'),
  ],
)
def test_real_images_of_no_use_are_refused(real, message):
  with pytest.raises(ValueError, match=message):
    yardstick_lib.Yardstick(real)


@pytest.mark.parametrize('shape', [(2, 32, 32, 3), (1, 32, 32, 1)])
def test_other_canvases_are_refused(yardstick, shape):
  with pytest.raises(ValueError):
    yardstick.fitness(np.zeros(shape, np.uint8))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
