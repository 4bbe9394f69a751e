"""The recipes of CONTRIBUTING.md, followed to the letter.

To a copy of the product come the files of `tests/recipe/`, and the lines that
the recipes name, taken from their text; nothing else. Then commands that people
use must work with them.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
from PIL import Image
import pytest

from spiral_tf.programs import renderer

_ROOT = pathlib.Path(__file__).absolute().parents[2]
_RECIPE = _ROOT / 'tests' / 'recipe'
_FILES = sorted(p.relative_to(_RECIPE) for p in _RECIPE.rglob('*.py'))


def _recipes():
  """The text of the recipes."""
  text = (_ROOT / 'CONTRIBUTING.md').read_text()
  return re.search('^## Recipes$(.*?)^## ', text, re.DOTALL | re.MULTILINE)[1]


def _hunks(recipes):
  """Each file that changes, with the lines before and after, in their order."""
  for block in re.findall('^```diff\n(.*?)^```$', recipes, re.DOTALL | re.M):
    for part in re.split(r'^\+\+\+ ', block, flags=re.M)[1:]:
      path, *hunks = re.split('^@@\n', part, flags=re.M)
      assert hunks
      for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        assert all(line[0] in ' -+\n' for line in lines)
        before = ''.join(line[1:] for line in lines if line[0] != '+')
        after = ''.join(line[1:] for line in lines if line[0] != '-')
        yield path.strip(), before, after


def _follow(recipes, folder):
  """Makes a copy of the product in which the recipes were followed."""
  ignored = shutil.ignore_patterns('__pycache__')
  for name in ('spiral_tf', 'launch', 'configs'):
    shutil.copytree(_ROOT / name, folder / name, ignore=ignored)
  for path in _FILES:
    assert not (folder / path).exists()
    shutil.copyfile(_RECIPE / path, folder / path)
  for name, before, after in _hunks(recipes):
    text = (folder / name).read_text()
    assert text.count(before) == 1, f'{name}: where is\n{before}'
    (folder / name).write_text(text.replace(before, after))


def _run(folder, *command):
  """Runs a Python command in the copy, and returns what it printed."""
  paths = [str(folder), *(p for p in sys.path if p and p != str(_ROOT))]
  done = subprocess.run(
    [sys.executable, *command],
    cwd=folder,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stdout
  return done.stdout


# Exports the agent, as the command does, and paints with it: one process, for
# each that imports TensorFlow takes seconds.
_EXPORT_AND_PAINT = """
import runpy, sys
import numpy as np

sys.argv = ['export', '--workdir=run', '--output=models/turtle']
try:
  runpy.run_module('launch.export', run_name='__main__', alter_sys=True)
except SystemExit as end:
  assert not end.code, end.code

import spiral_tf
from spiral_tf.programs import turtle

agent = spiral_tf.load('models/turtle')
program, other = agent.draw(2, seed=1)
assert program != other and program.num_strokes == 4
program.save(*('walk' + form for form in program.renderer.forms))
read = spiral_tf.Program.load('walk.json')
assert read == program and type(read.renderer) is turtle.Turtle
np.save('picture.npy', read.render())
try:
  program.save('walk.svg')
except ValueError as error:
  print(error)
"""

# What an agent saw at the end of its episodes, and what their programs draw.
_PLAY = """
import numpy as np
from spiral_tf.environments import turtle
from spiral_tf.config import sections
from spiral_tf.programs import program as program_lib

settings = {'episode_length': 9, 'canvas_width': 40, 'grid_width': 16}
config = sections.EnvironmentConfig(name='turtle', **settings)
environment = turtle.Turtle(**settings)
random = np.random.default_rng(0)
for _ in range(20):
  step = environment.reset()
  steps = []
  while not step.last():
    steps.append({
      name: int(random.integers(spec.num_values))
      for name, spec in environment.action_spec().items()
    })
    step = environment.step(steps[-1])
  actions = {name: [s[name] for s in steps] for name in steps[0]}
  picture = program_lib.from_actions(config, actions).render()
  assert picture.min() == 0
  np.testing.assert_array_equal(picture, step.observation['canvas'])
"""


@pytest.fixture(scope='module')
def product(tmp_path_factory):
  """A copy of the product in which the recipes were followed."""
  folder = tmp_path_factory.mktemp('product')
  _follow(_recipes(), folder)
  return folder


def test_the_recipes_name_every_file_that_is_added():
  recipes = _recipes()
  assert len(_FILES) == 4  # A config, a data set and the two of a renderer.
  for path in _FILES:
    assert f'`{path.parent}/<name>.py`' in recipes


def test_programs_make_the_very_pixels_of_their_episodes(product):
  _run(product, '-c', _PLAY)


def test_trains_exports_and_paints_every_form(product):
  config = '--config=configs/turtle_crosses.py'
  _run(product, '-m', 'launch.train', config, '--workdir=run')
  lines = (product / 'run/metrics/policy_learner.jsonl').read_text()
  assert json.loads(lines.splitlines()[-1])['updates'] == 2

  refusal = _run(product, '-c', _EXPORT_AND_PAINT)
  assert 'this is a walk, which cannot be written as .svg; take' in refusal
  card = (product / 'models/turtle/README.md').read_text()
  assert 'An agent that draws, trained on crosses of two lines.' in card
  assert config in card
  with Image.open(product / 'walk.png') as image:
    picture = np.load(product / 'picture.npy')
    np.testing.assert_array_equal(np.asarray(image), picture[..., 0])
  for form in renderer.Renderer.forms:
    assert (product / f'walk{form}').stat().st_size > 100


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
