"""Tests of launch.flags, through the command that trains."""

import dataclasses
import re

import pytest

from spiral_tf.config import experiment
from tests import commands


@pytest.fixture(scope='module')
def train(tmp_path_factory):
  """Runs the command with a working directory and arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda workdir, *arguments: runner.run(
      'launch.train', f'--workdir={workdir}', *arguments
    )


def test_help_explains_every_field(train, tmp_path):
  # Lines are broken after hyphens, too.
  lines = re.sub(r'-\n\s*', '-', train(tmp_path, '--helpshort').stdout)
  text = ' '.join(lines.split())
  assert '--workdir' in text
  config = experiment.Config()
  for section in dataclasses.fields(config):
    value = getattr(config, section.name)
    if not dataclasses.is_dataclass(value):
      assert f'{section.name}={value!r}: {section.metadata["doc"]}' in text
      continue
    for field in dataclasses.fields(value):
      name = f'{section.name}.{field.name}={getattr(value, field.name)!r}'
      assert f'{name}: {field.metadata["doc"]}' in text


@pytest.mark.parametrize(
  'arguments,words',
  [
    (
      ['--config.environment.grid_width=1'],
      ['config.environment.grid_width is 1', 'must be at least 2'],
    ),
    (
      ['--config.environment.gridwidth=8'],
      ['"environment.gridwidth"', '"environment.grid_width"'],
    ),
    (['--config.enviroment.color=1'], ['"enviroment"', '"environment"']),
    (['--config.sed=1'], ['"sed"', '"seed"']),
    (['--config.seed=one'], ['--config.seed=one']),
    (['--config=configs/nothing.py'], ['configs/nothing.py']),
    (['seed=1'], ['seed=1']),
    (
      ['--config.data.name=mnist', '--config.data.path=no/such/folder'],
      ['no/such/folder'],
    ),
    (['--config.environment.brush=no/brush'], ['no/brush']),
  ],
  ids=lambda value: value[0],
)
def test_mistakes_end_in_a_message_before_anything_starts(
  train, tmp_path, arguments, words
):
  workdir = tmp_path / 'run'
  done = train(workdir, *arguments)
  assert done.returncode not in (0, 130)
  assert 'Traceback' not in done.stderr + done.stdout
  message = done.stderr.strip().splitlines()
  assert len(message) <= 4, message
  for word in words:
    assert word in done.stderr
  assert not workdir.exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
