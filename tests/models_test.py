"""Tests of the agents in models/, and of tools/models.sh, which makes them."""

import os
import pathlib
import re
import subprocess

import pytest

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_SCRIPT = _ROOT / 'tools' / 'models.sh'
_MODELS = sorted(path.name for path in (_ROOT / 'models').iterdir())


def _limit():
  """Bytes that an agent may have."""
  return int(re.search(r'MAX_BYTES=(\d+)', _SCRIPT.read_text())[1])


def _made():
  """Agents that the script makes, with the frames of their training."""
  table = re.search(r'FRAMES=\(\n(.*?)\n\)', _SCRIPT.read_text(), re.DOTALL)[1]
  return dict(re.findall(r'\[(\w+)\]=([\d_]+)', table))


def _run(*names, **folders):
  """Runs the script, which is expected to refuse before any work."""
  environment = {
    key: value
    for key, value in os.environ.items()
    if key not in ('MNIST', 'OMNIGLOT', 'CELEBA')
  }
  result = subprocess.run(
    ['bash', _SCRIPT, *names],
    env={**environment, **folders},
    capture_output=True,
    text=True,
    check=False,
  )
  assert result.returncode == 1
  assert not result.stdout  # It says what it begins with.
  return result.stderr


def test_all_that_are_made_are_here_and_the_other_way_round():
  assert sorted(_made()) == _MODELS


@pytest.mark.parametrize('name', _MODELS)
def test_each_is_as_small_as_a_repository_wants_it(name):
  files = (_ROOT / 'models' / name).rglob('*')
  assert sum(p.stat().st_size for p in files if p.is_file()) <= _limit()


@pytest.mark.parametrize('name', _MODELS)
def test_each_has_a_config_and_a_card_that_says_what_it_cannot_do(name):
  assert (_ROOT / 'configs' / f'{name}.py').exists()
  card = (_ROOT / 'models' / name / 'README.md').read_text()
  assert "What it can't do" in card
  notes = _ROOT / 'tools' / 'notes' / f'{name}.md'
  assert notes.read_text().strip() in card


@pytest.mark.parametrize('name', _MODELS)
def test_each_was_made_by_what_its_card_says(name):
  card = (_ROOT / 'models' / name / 'README.md').read_text()
  assert f'--config=configs/{name}.py' in card


def test_an_unknown_name_is_answered_by_those_there_are():
  error = _run('nobody')
  assert 'there is no agent nobody' in error
  assert all(name in error for name in _MODELS)


@pytest.mark.parametrize(
  ('name', 'variable', 'missing'),
  [
    ('mnist_small', 'MNIST', 'train-images-idx3-ubyte.gz'),
    ('omniglot_conditional_small', 'OMNIGLOT', 'images_background.zip'),
    ('celeba_conditional_small', 'CELEBA', 'img_align_celeba.zip'),
  ],
)
def test_data_that_lack_are_named_before_any_work(
  name, variable, missing, tmp_path
):
  error = _run('photos_small', name)
  assert f'{variable} is not given' in error
  assert missing in error
  assert f'{variable}=FOLDER' in error
  error = _run('photos_small', name, **{variable: str(tmp_path)})
  assert f'{tmp_path} lacks {missing}' in error
