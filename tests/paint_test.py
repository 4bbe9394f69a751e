"""Tests of launch.paint, as one runs it, on what launch.export made."""

import dataclasses
import os

import numpy as np
from PIL import Image
import pytest

from spiral_tf import builders
from tests import commands
from tests import runs
from tests import small


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  """Runs a command of `launch` with arguments."""
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
    with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
      yield lambda command, *arguments: runner.run(
        f'launch.{command}', *arguments
      )


def _export(launch, tmp_path_factory, config):
  """Makes a run and exports its agent; returns the model's path."""
  workdir = str(tmp_path_factory.mktemp('run'))
  path = str(tmp_path_factory.mktemp('models') / 'model')
  runs.make(workdir, config)
  done = launch('export', f'--workdir={workdir}', f'--output={path}')
  assert done.returncode == 0, done.stderr
  assert path in done.stdout
  return path


@pytest.fixture(scope='module')
def model(launch, tmp_path_factory):
  """An unconditional agent."""
  return _export(launch, tmp_path_factory, small.CONFIG)


@pytest.fixture(scope='module')
def conditional(launch, tmp_path_factory):
  """An agent that reproduces pictures, without looking at its canvas."""
  network = dataclasses.replace(small.CONFIG.policy_network, blind=True)
  config = dataclasses.replace(small.CONDITIONAL, policy_network=network)
  return _export(launch, tmp_path_factory, config)


def test_paints(launch, model, tmp_path):
  pictures = []
  for name, seed in (('a.png', 1), ('b.png', 1), ('c.png', 2)):
    path = tmp_path / 'new' / name
    done = launch(
      'paint',
      f'--model={model}',
      f'--output={path}',
      '--num_samples=5',
      '--columns=3',
      f'--seed={seed}',
    )
    assert done.returncode == 0, done.stderr
    assert 'Painted 5 drawings' in done.stdout
    with Image.open(path) as image:
      pictures.append(np.array(image))
  # Drawings are shown twice as large, with lines of one pixel around them.
  cell = 2 * small.CONFIG.environment.canvas_width + 1
  assert pictures[0].shape == (2 * cell + 1, 3 * cell + 1)
  for i in range(5):
    top, left = (cell * x + 1 for x in divmod(i, 3))
    drawing = pictures[0][top : top + cell - 1, left : left + cell - 1]
    assert drawing.min() < 255
  assert len(np.unique(pictures[0][cell + 1 :, 2 * cell + 1 :])) == 1  # Empty.
  np.testing.assert_array_equal(pictures[0], pictures[1])
  assert np.any(pictures[0] != pictures[2])


def test_reproduces_pictures(launch, conditional, tmp_path):
  folder = tmp_path / 'pictures'
  folder.mkdir()
  for grey in (200, 100):
    image = Image.fromarray(np.full([20, 30], grey, np.uint8))
    image.save(folder / f'{grey}.png')
  path = tmp_path / 'pairs.png'
  done = launch(
    'paint',
    f'--model={conditional}',
    f'--images={folder}',
    f'--output={path}',
    '--columns=2',
  )
  assert done.returncode == 0, done.stderr
  assert 'Reproduced 2 pictures' in done.stdout
  picture = np.asarray(Image.open(path))
  cell = 2 * small.CONFIG.environment.canvas_width + 1
  for row, grey in enumerate((100, 200)):  # In order of name.
    top = cell * row + 1
    assert (picture[top : top + cell - 1, 1:cell] == grey).all()
    reproduction = picture[top : top + cell - 1, cell + 1 : 2 * cell]
    assert reproduction.max() == 255 and reproduction.min() < 255


def test_reproduces_built_in_pictures_that_were_held_out(
  launch, conditional, tmp_path
):
  path = tmp_path / 'pairs.png'
  done = launch(
    'paint',
    f'--model={conditional}',
    '--data=digits',
    f'--output={path}',
    '--num_samples=4',
    '--columns=2',
  )
  assert done.returncode == 0, done.stderr
  assert 'Reproduced 4 pictures' in done.stdout
  picture = np.asarray(Image.open(path))
  held_out = builders.load_dataset(small.CONDITIONAL).validation
  width = 2 * small.CONFIG.environment.canvas_width
  for row in range(4):
    top = (width + 1) * row + 1
    target = picture[top : top + width : 2, 1 : width + 1 : 2]
    np.testing.assert_array_equal(target, held_out[row, :, :, 0])


def test_takes_pictures_from_one_place(launch, conditional, tmp_path):
  path = tmp_path / 'pairs.png'
  done = launch(
    'paint',
    f'--model={conditional}',
    '--data=digits',
    f'--images={tmp_path}',
    f'--output={path}',
  )
  assert done.returncode != 0
  assert 'At most one of (images, data)' in done.stderr
  assert not path.exists()


def test_asks_for_pictures_where_it_needs_some(launch, conditional, tmp_path):
  path = tmp_path / 'pairs.png'
  done = launch('paint', f'--model={conditional}', f'--output={path}')
  assert done.returncode != 0
  assert '--images=' in done.stderr and '--data=digits' in done.stderr
  assert 'Traceback' not in done.stderr
  assert not path.exists()


def test_refuses_what_is_no_png(launch, model, tmp_path):
  path = tmp_path / 'a.jpg'
  done = launch('paint', f'--model={model}', f'--output={path}')
  assert done.returncode != 0
  assert done.stderr.strip().endswith('but it must end in .png.')
  assert repr(str(path)) in done.stderr
  assert not path.exists()


@pytest.mark.parametrize(
  'command,flag,words',
  [
    ('paint', '--model', 'not the folder of a SavedModel'),
    ('export', '--workdir', 'not the folder of a run'),
    ('evaluate', '--workdir', 'not the folder of a run'),
  ],
)
def test_what_is_missing_ends_in_a_message(
  launch, tmp_path, command, flag, words
):
  missing = str(tmp_path / 'missing')
  arguments = [f'{flag}={missing}']
  if command != 'evaluate':
    arguments.append(f'--output={tmp_path / "a.png"}')
  done = launch(command, *arguments)
  assert done.returncode != 0
  assert 'Traceback' not in done.stderr
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ')
  assert words in message and missing in message
  assert os.listdir(tmp_path) == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
