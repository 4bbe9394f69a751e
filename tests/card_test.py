"""Tests of spiral_tf.agents.card."""

import contextlib
import dataclasses
import io
import json
import pathlib
import re

import numpy as np
from PIL import Image
import pytest
import yaml

from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf.agents import card as card_lib
from spiral_tf.agents import saved_model
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import results as results_lib
from tests import runs
from tests import small

_COMMAND = 'python -m launch.train --config=configs/some.py'
# What 5 updates of 8 episodes of 3 steps are.
_FRAMES = 120

_CONDITIONAL = dataclasses.replace(
  small.CONDITIONAL,
  data=dataclasses.replace(small.CONFIG.data, name='omniglot'),
  seed=7,
)
_IN_COLOR = dataclasses.replace(
  small.CONDITIONAL,
  environment=dataclasses.replace(small.CONFIG.environment, color=True),
  data=dataclasses.replace(small.CONFIG.data, name='patches'),
)

_JUDGED = {
  'frames': _FRAMES,
  'classifier_accuracy': 0.987,
  **{
    name: {
      'number': 10,
      'score': 0.5,
      'recognised': 0.625,
      'classes': [1] * 10,
      'frechet_distance': distance,
    }
    for name, distance in (('trained', 12.5), ('untrained', 50), ('real', 1))
  },
}
_COMPARED = {
  'frames': _FRAMES,
  'number': 10,
  'trained': 0.0125,
  'untrained': 0.5,
  'empty': 0.25,
  'mean_image': 0.125,
}


class _Model:
  """A run without training, and the SavedModel of its agent."""

  def __init__(self, folder, config):
    self.workdir, self.path = folder / 'run', folder / 'models' / 'scribbler'
    runs.make(str(self.workdir), config, updates=5, minutes=2.25)
    saved_model.save(config, builders.make_policy(config), str(self.path))

  def evaluate(self, split='validation', **results):
    """Puts results, by name, and a picture where an evaluation would."""
    folder = pathlib.Path(results_lib.folder(str(self.workdir), split))
    folder.mkdir()
    for name, result in results.items():
      (folder / f'{name}.json').write_text(json.dumps(result))
    (folder / 'comparison.png').write_bytes(b'a picture')

  def card(self, notes='', alone=None):
    """Writes the card and returns it."""
    card_lib.write(str(self.workdir), str(self.path), _COMMAND, notes, alone)
    return (self.path / 'README.md').read_text()

  @property
  def picture(self):
    return self.path / 'picture.png'


@pytest.fixture
def model(tmp_path, request):
  """That of the config by which a test is parametrised, or unconditional."""
  return _Model(tmp_path, getattr(request, 'param', small.CONFIG))


def _blocks(card, language):
  return re.findall(rf'^```{language}\n(.*?)\n```$', card, re.M | re.S)


@pytest.mark.parametrize(
  'model,does,seed,data,paint',
  [
    (
      small.CONFIG,
      'draws',
      0,
      "scikit-learn's handwritten digits",
      ['--model=models/scribbler --samples=64 --sheet=drawings.png'],
    ),
    (
      _CONDITIONAL,
      'reproduces pictures',
      7,
      '[Omniglot](https://github.com/brendenlake/omniglot)',
      [
        '--model=models/scribbler --data=digits --sheet=pairs.png',
        '--model=models/scribbler --image=FOLDER --sheet=pairs.png',
      ],
    ),
    (
      _IN_COLOR,
      'reproduces pictures',
      0,
      datasets.describe('patches'),
      [
        '--model=models/scribbler --image=PHOTO --tiles=8 '
        '--output=painting.png',
        '--model=models/scribbler --image=FOLDER --sheet=pairs.png',
      ],
    ),
  ],
  indirect=['model'],
)
def test_says_what_it_does_how_it_was_made_and_how_to_use_it(
  model, does, seed, data, paint
):
  card = model.card()
  _, front, text = card.split('---\n', 2)
  assert yaml.safe_load(front) == {
    'license': 'apache-2.0',
    'library_name': 'tensorflow',
    'pipeline_tag': {
      'draws': 'unconditional-image-generation',
      'reproduces pictures': 'image-to-image',
    }[does],
    'tags': ['spiral', 'reinforcement-learning', 'stroke-based-rendering'],
  }
  title = f'\n# scribbler\n\nAn agent that {does}, trained on {data}.\n'
  assert text.startswith(title)
  assert dict(re.findall(r'^\| (\w.*) \| (.+) \|$', card, re.M)) == {
    'canvas': '16x16 pixels',
    'grid of locations': '4x4',
    'actions a picture': '3, the first of which only moves',
    'brush': '`classic/pen`, radius 1.0 pixels',
    'data': data,
    'seed': str(seed),
    'minutes of training': '2.2',
    'environment frames (actions) of training': '120',
  }
  commands = _blocks(card, 'sh')
  assert commands[0] == _COMMAND
  assert commands[-1].splitlines() == [
    'python -m launch.paint ' + arguments for arguments in paint
  ]


@pytest.mark.parametrize(
  'model,name,table,wrong,words',
  [
    (
      small.CONFIG,
      'evaluation',
      generation.table(_JUDGED),
      'reconstruction',
      'drawings after training',
    ),
    (
      _CONDITIONAL,
      'reconstruction',
      reconstruction.table(_COMPARED),
      'evaluation',
      'targets, held-out images',
    ),
  ],
  indirect=['model'],
)
def test_holds_figures_and_picture_of_the_evaluation(
  model, name, table, wrong, words
):
  result = {'evaluation': _JUDGED, 'reconstruction': _COMPARED}[name]
  model.evaluate(**{name: result, wrong: {}})
  card = model.card()
  assert _blocks(card, 'text') == [table]
  assert '(picture.png)' in card and words in card
  assert model.picture.read_bytes() == b'a picture'
  assert 'not evaluated' not in card


def test_holds_figures_of_the_test_images_as_such(model):
  tested = {**_JUDGED, 'classifier_accuracy': 0.876}
  model.evaluate('test', evaluation=tested)
  card = model.card()
  assert 'not evaluated' in card  # By held-out images.
  assert _blocks(card, 'text') == [generation.table(tested)]
  model.evaluate(evaluation=_JUDGED)
  card = model.card()
  tables = generation.table(_JUDGED), generation.table(tested)
  assert _blocks(card, 'text') == list(tables)
  _, between, _ = re.split('|'.join(map(re.escape, tables)), card)
  assert 'test images' in between
  assert model.picture.read_bytes() == b'a picture'
  # Of the last checkpoint, as the others.
  model_frames = {**tested, 'frames': _FRAMES - 24}
  path = model.workdir / 'evaluation_test' / 'evaluation.json'
  path.write_text(json.dumps(model_frames))
  assert _blocks(model.card(), 'text') == [tables[0]]
  path.write_text('{')
  with pytest.raises(ValueError, match=r'damaged.*--split=test'):
    card_lib.check(str(model.workdir))


def test_notes_go_before_how_to_use_it(model):
  notes = "## What it can't do\n\nSing."
  card = model.card(f'\n{notes}\n\n')
  assert f'\n\n{notes}\n\n## How to use it\n' in card
  assert card_lib.is_in(str(model.path))
  assert card.replace(f'{notes}\n\n', '') == model.card()


def test_says_that_one_process_trained_and_its_seed(model):
  card = model.card(alone=dataclasses.replace(small.CONFIG, seed=9))
  assert '| CPU minutes of training | 2.2 |' in card
  assert '| seed | 9 |' in card
  assert 'One process' in card and 'asynchronous' not in card
  assert 'One process' not in model.card()


@pytest.mark.parametrize('frames', [None, _FRAMES - 24])
def test_without_figures_says_so_and_draws(model, frames):
  if frames:  # An evaluation before the end.
    model.evaluate(evaluation={**_JUDGED, 'frames': frames})
  card = model.card()
  assert _blocks(card, 'text') == []
  assert 'not evaluated' in card and 'launch.evaluate' in card
  assert '(picture.png)' in card
  picture = np.asarray(Image.open(model.picture))
  # 64 drawings, 16 a row, twice as large, with lines of a pixel around them.
  assert picture.shape == (4 * 33 + 1, 16 * 33 + 1)
  for i in range(64):
    top, left = (33 * x + 1 for x in divmod(i, 16))
    drawing = picture[top : top + 32, left : left + 32]
    assert drawing.max() == 255 and drawing.min() < 255


@pytest.mark.parametrize('model', [_CONDITIONAL], indirect=True)
def test_without_targets_there_is_no_picture(model):
  model.picture.write_bytes(b'of an earlier export')
  assert '(picture.png)' not in model.card()
  assert not model.picture.exists()


@pytest.mark.parametrize(
  'model,high',
  [
    (small.CONFIG, {'end': 16, 'control': 16}),
    (_CONDITIONAL, {'end': 16, 'control': 16}),
  ],
  indirect=['model'],
)
def test_its_python_runs(model, high, monkeypatch):
  (program,) = _blocks(model.card(), 'python')
  assert re.findall(r'(?:import|from) \S+', program) == ['import tensorflow']
  monkeypatch.chdir(model.path.parent.parent)
  output = io.StringIO()
  names = {}
  with contextlib.redirect_stdout(output):
    exec(program, names)
  actions = {
    key.removeprefix('action/'): value.numpy()
    for key, value in names['outputs'].items()
    if key.startswith('action/')
  }
  assert set(actions) == set(high)
  for name, value in actions.items():
    assert value.shape == (1,) and 0 <= value[0] < high[name]
    assert f"'action/{name}': array([{value[0]}]" in output.getvalue()


def test_needs_a_run_and_a_model(model, tmp_path):
  with pytest.raises(FileNotFoundError, match='not the folder of a run'):
    card_lib.write(str(tmp_path / 'none'), str(model.path), _COMMAND)
  with pytest.raises(ValueError, match='not the folder of a SavedModel'):
    card_lib.write(str(model.workdir), str(tmp_path / 'none'), _COMMAND)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
