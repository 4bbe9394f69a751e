"""Tests of spiral_tf.agents.agent, on agents that were never trained."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

import spiral_tf
from spiral_tf import builders
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import saved_model
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from tests import small

_WIDTH = small.CONFIG.environment.canvas_width


def _load(folder, config):
  path = str(folder / 'model')
  saved_model.save(config, builders.make_policy(config), path)
  return spiral_tf.load(path)


@pytest.fixture(scope='module')
def artist(tmp_path_factory):
  """Draws without images, with noise."""
  return _load(tmp_path_factory.mktemp('artist'), small.CONFIG)


@pytest.fixture(scope='module')
def copyist(tmp_path_factory):
  """Reproduces images, in colour."""
  environment = dataclasses.replace(
    small.CONFIG.environment, color=True, noise_dim=0
  )
  config = dataclasses.replace(small.CONDITIONAL, environment=environment)
  return _load(tmp_path_factory.mktemp('copyist'), config)


_IMAGE = (
  np.random.RandomState(0).randint(256, size=[40, 50, 3]).astype(np.uint8)
)


def test_what_an_agent_says_of_itself(artist, copyist):
  assert (artist.conditional, copyist.conditional) == (False, True)
  assert (artist.channels, copyist.channels) == (1, 3)
  assert artist.canvas_width == _WIDTH
  assert isinstance(artist, agent_lib.Agent)
  assert spiral_tf.Program is program_lib.Program


def test_draws_as_the_seed_says(artist):
  assert artist.paint(seed=3) == artist.paint(seed=3)
  drawn = artist.draw(70, seed=3)
  assert len(drawn) == 70
  assert drawn[:2] == artist.draw(70, seed=3)[:2]
  assert len(set(drawn)) > 60
  assert artist.draw(1, seed=4) != artist.draw(1, seed=3)


def test_reproduces_what_it_is_shown(copyist):
  program = copyist.paint(_IMAGE, seed=1)
  assert program == copyist.paint(_IMAGE, seed=1)
  assert program.renderer.canvas_width == _WIDTH
  assert program.render().shape == (_WIDTH, _WIDTH, 3)


def test_of_more_samples_the_nearest_is_kept(copyist):
  target = copyist.target(_IMAGE)

  def error(program):
    return reconstruction.errors(program.render(), target[np.newaxis])[0]

  tries = copyist.paint_many(np.stack([target] * 32), seed=5)
  best = copyist.paint(_IMAGE, samples=32, seed=5)
  assert error(best) == min(map(error, tries))
  # Each of several targets gets the best of its own.
  light, dark = (np.full_like(target, grey) for grey in (250, 5))
  reported = []
  both = copyist.paint_many(
    np.stack([light, dark]), 40, report=lambda *done: reported.append(done)
  )
  assert both[0].render().mean() > both[1].render().mean()
  assert reported[-1] == (2, 2)


def test_the_nearest_is_varied_and_gets_nearer(copyist):
  targets = np.stack([copyist.target(_IMAGE)] * 18)
  targets[1:] = np.arange(17, dtype=np.uint8)[:, None, None, None] * 15

  def errors(programs):
    drawn = np.stack([program.render() for program in programs])
    return reconstruction.errors(drawn, targets)

  reported, checked = [], []
  varied = copyist.paint_many(
    *(targets, 4),
    seed=5,
    report=lambda *done: reported.append(done),
    check=lambda: checked.append(1),
    tries=300,
  )
  nearest = errors(copyist.paint_many(targets, 4, seed=5))
  assert (errors(varied) < nearest).all()
  assert reported == [(16, 18), (18, 18)] and checked
  # Equal seeds make equal pictures.
  assert copyist.paint_many(targets, 4, seed=5, tries=300) == varied
  assert copyist.paint_many(targets, 4, seed=6, tries=300) != varied
  one = copyist.paint(_IMAGE, samples=4, seed=5, tries=300)
  assert one == copyist.paint(_IMAGE, samples=4, seed=5, tries=300)
  few = copyist.paint(_IMAGE, samples=4, seed=5, tries=10)
  target = copyist.target(_IMAGE)[np.newaxis]
  nearer, near = (
    reconstruction.errors(program.render(), target) for program in (one, few)
  )
  assert nearer < near


def test_a_judge_says_what_is_kept(copyist):
  def ink(images, targets):
    assert images.shape == targets.shape
    return -images.mean(axis=(1, 2, 3))

  def darkness(**search):
    drawn = copyist.paint(_IMAGE, samples=16, seed=5, **search).render()
    return 255 - drawn.mean()

  targets = np.stack([copyist.target(_IMAGE)] * 16)
  drawn = copyist.paint_many(targets, seed=5)
  chosen = darkness(judge=ink)
  assert chosen == max(255 - program.render().mean() for program in drawn)
  assert chosen > darkness()
  varied = darkness(judge=ink, tries=200)
  assert varied > chosen + 10
  assert varied == darkness(judge=ink, tries=200)
  assert varied > darkness(tries=200) + 10


def test_strokes_may_cost(tmp_path):
  environment = dataclasses.replace(
    small.CONDITIONAL.environment, pen_down=False, noise_dim=0
  )
  lifter = _load(
    tmp_path, dataclasses.replace(small.CONDITIONAL, environment=environment)
  )

  def strokes(cost):
    program = lifter.paint(_IMAGE, samples=4, tries=500, stroke_cost=cost)
    return program.num_strokes

  assert strokes(1.0) == 0 < strokes(0.0)


def test_at_temperature_0_seeds_make_no_difference(copyist):
  cold = {copyist.paint(_IMAGE, temperature=0.0, seed=i) for i in range(3)}
  warm = {copyist.paint(_IMAGE, temperature=1.0, seed=i) for i in range(3)}
  assert len(cold) == 1 and len(warm) == 3


def test_what_makes_no_sense_is_refused(artist, copyist):
  target = copyist.target(_IMAGE)[np.newaxis]
  for call, message in (
    (lambda: artist.paint(_IMAGE), 'draws without images'),
    (lambda: artist.paint(samples=2), 'draws without images'),
    (lambda: artist.paint(tries=1), 'draws without images'),
    (lambda: artist.paint(judge=max), 'draws without images'),
    (lambda: artist.paint(stroke_cost=0.1), 'draws without images'),
    (lambda: artist.paint_many(target), 'draws without images'),
    (lambda: copyist.paint(), 'it needs one'),
    (lambda: copyist.draw(1), 'use paint'),
    (lambda: copyist.paint(_IMAGE, samples=0), '0 drawings'),
    (lambda: copyist.paint(_IMAGE, temperature=-1.0), 'temperature'),
    (lambda: copyist.paint(_IMAGE, seed=-1), 'seed is -1'),
    (lambda: copyist.paint(_IMAGE, tries=-1), 'tries is -1'),
    (lambda: copyist.paint(_IMAGE, tries=0.5), 'tries is 0.5'),
    (lambda: copyist.paint(_IMAGE, stroke_cost=2), 'stroke_cost is 2'),
    (lambda: copyist.paint(_IMAGE, stroke_cost=0.1), 'never lifts'),
    (lambda: copyist.paint(_IMAGE, fit='x'), "fit is 'x'"),
    (lambda: copyist.paint_tiles(_IMAGE, tiles=0), 'tiles is 0'),
    (lambda: artist.paint_tiles(_IMAGE), 'tiles need an agent'),
    (lambda: spiral_tf.load('nowhere'), 'nowhere'),
    (lambda: spiral_tf.nothing, 'has no attribute'),
  ):
    with pytest.raises((ValueError, AttributeError), match=message):
      call()


def test_tiles_need_a_brush(tmp_path):
  builder = _load(tmp_path, small.SCENES)
  assert builder.conditional and not builder.renderer.has_brush
  with pytest.raises(ValueError, match='with a brush'):
    builder.paint_tiles(_IMAGE)


def test_scenes_are_varied_and_get_nearer(tmp_path):
  builder = _load(tmp_path, small.SCENES)
  target = builder.target(_IMAGE)[np.newaxis]
  near, nearer = (
    builder.paint(_IMAGE, samples=4, seed=5, tries=tries) for tries in (0, 300)
  )
  errors = [
    reconstruction.errors(program.render()[np.newaxis], target)
    for program in (near, nearer)
  ]
  assert errors[1] < errors[0]
  assert nearer == builder.paint(_IMAGE, samples=4, seed=5, tries=300)
  nearer.save(str(tmp_path / 'x.json'), str(tmp_path / 'x.xml'))
  again = program_lib.Program.load(str(tmp_path / 'x.json'))
  assert again == nearer
  geoms = (tmp_path / 'x.xml').read_text().count('name="object-')
  assert geoms == len(nearer.commands) > 0


def test_importing_the_package_loads_no_tensorflow():
  code = 'import sys, spiral_tf; sys.exit("tensorflow" in sys.modules)'
  paths = [path for path in sys.path if path]
  subprocess.run(
    [sys.executable, '-c', f'import sys; sys.path[:0] = {paths!r}; {code}'],
    check=True,
  )


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
