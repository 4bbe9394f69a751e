"""The benchmarks that need no program of nodes, cut down: that they measure."""

import dataclasses
import pathlib
import re

from PIL import Image
import pytest

from launch.benchmarks import environment
from launch.benchmarks import graph
from launch.benchmarks import paint
from launch.benchmarks import round_trip
from launch.benchmarks import scenes
from launch.benchmarks import search
from launch.benchmarks import svg
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent


def test_the_environment_makes_the_very_strokes_of_a_c_program(
  monkeypatch, capsys
):
  monkeypatch.setattr(environment, '_BRUSHES', ('classic/pen',))
  monkeypatch.setattr(environment, '_EPISODES', 1)
  monkeypatch.setattr(environment, '_ROUNDS', 1)
  monkeypatch.setattr(environment, '_LEAST_RATIO', 0.0)
  environment.run()  # Compares the pictures, too.
  assert re.search(r'classic/pen.*\d', capsys.readouterr().out)


def test_scenes_are_those_of_mujocos_renderer(monkeypatch, capsys):
  monkeypatch.setattr(scenes, '_WIDTHS', (16,))
  monkeypatch.setattr(scenes, '_ROUNDS', 1)
  monkeypatch.setattr(scenes, '_LEAST_RATIO', 0.0)
  scenes.run()
  assert re.search(r'16.*\d\.\d', capsys.readouterr().out)


@pytest.mark.slow
def test_the_shares_of_painting_add_up(monkeypatch, capsys):
  monkeypatch.chdir(_ROOT)
  monkeypatch.setattr(paint, '_ROUNDS', {1: 2, 4: 1})
  paint.run()
  lines = capsys.readouterr().out.splitlines()
  shares = [re.findall(r'([\d.]+) ?%', line) for line in lines]
  shares = [[float(x) for x in row] for row in shares if len(row) >= 3]
  assert len(shares) == 2
  for row in shares:
    assert sum(row[:3]) == pytest.approx(100, abs=0.3)


@pytest.mark.slow
def test_search_is_held_against_drawing_alone(monkeypatch, capsys, tmp_path):
  monkeypatch.chdir(_ROOT)
  monkeypatch.setattr(search, '_SAMPLES', (1, 16))
  monkeypatch.setattr(search, '_BEAMS', ((4, 4),))
  monkeypatch.setattr(search, '_SIMULATIONS', (16,))
  monkeypatch.setattr(search, '_OTHER_TRIES', (300,))
  curve = tmp_path / 'curve.png'
  search.run(images=4, output=str(curve), tries=[300])
  printed = capsys.readouterr().out
  assert 'the last 4 held-out images' in printed
  rows = re.findall(r'^(\w.+?)  +(\d\.\d+) +(\d\.\d+)(.*)$', printed, re.M)
  shares = {name: float(share) for name, share, _, _ in rows}
  assert list(shares) == [
    *('one drawing', 'best of 16'),
    *('beam of 4, 4 proposals each', 'tree, 16 simulations'),
    *('best of 16, 300 tries', 'beam of 4, 300 tries'),
    *('random start, 300 tries', 'untrained start, 300 tries'),
  ]
  assert shares['one drawing'] > shares['best of 16']
  assert shares['one drawing'] > shares['tree, 16 simulations']
  assert shares['best of 16'] > shares['best of 16, 300 tries']
  found = shares['beam of 4, 4 proposals each']
  assert shares['one drawing'] > found > shares['beam of 4, 300 tries']
  # Tries a second where there are tries, and strokes always.
  for name, _, _, rest in rows:
    assert len(rest.split()) == (2 if 'tries' in name else 1), name
  assert Image.open(curve).size == (900, 600)


def test_search_needs_an_agent_that_reproduces_images(monkeypatch):
  monkeypatch.chdir(_ROOT)
  with pytest.raises(ValueError, match='draws without images'):
    search.run('models/mnist_small')


def test_stored_programs_come_back_as_the_very_pixels(monkeypatch, capsys):
  monkeypatch.setattr(round_trip, '_NUM', 16)
  round_trip.run()
  printed = capsys.readouterr().out
  assert '16 random programs of' in printed
  assert re.search(r': 0 of [\d,]+ pixels differ', printed)


def test_svg_of_a_plain_brush_is_near_to_the_brush_engines_picture():
  # Joints of curves show; an empty canvas would have a share of 1.
  _, share = svg.measure('deevad/liner', False, 64, 4)
  assert 0 < share < 0.2


def test_a_program_is_timed_without_side_shows():
  config = dataclasses.replace(
    small.CONFIG,
    training=dataclasses.replace(small.CONFIG.training, frames=1000),
  )
  training = graph.timed(config, log_seconds=2.0).training
  assert training.log_seconds == 2.0
  assert training.frames == 0  # It ends by the clock.
  # Neither pictures nor checkpoints before it ends.
  seconds = 60 * training.minutes
  assert seconds < min(training.sample_seconds, training.checkpoint_seconds)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
