"""Tests of launch.study, as one runs it: what is wrong is said at once."""

import pytest

from spiral_tf.studies import store
from spiral_tf.studies import variant
from tests import commands
from tests import launched
from tests import small
from tests import studied

_LOW = 'low: policy_learner.entropy_cost=0.5'


@pytest.fixture(scope='module')
def command(tmp_path_factory):
  """Runs the command with arguments."""
  config = launched.write_config(
    tmp_path_factory.mktemp('config'), small.CONDITIONAL
  )
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda folder, *arguments: runner.run(
      *('launch.study', f'--config={config}', f'--workdir={folder}'),
      *arguments,
    )


@pytest.mark.parametrize(
  'arguments,words',
  [
    (['--variant=a: x.y=1', '--variant=b: sed=1'], ["'a': ", "'b': "]),
    (['--variant=a: sed=1'], ['Did you mean "seed"?']),
    (['--variants=no/file'], ['no/file does not exist']),
    # What only the network knows, of all variants.
    (
      [
        '--variant=a: policy_network.lstm_size=17',
        '--variant=b: policy_network.lstm_size=18',
      ],
      ["Variant 'a': ", "Variant 'b': ", 'a multiple of 16'],
    ),
    (['--config.training.frames=0'], ['Set --frames']),
    (['--config.population.size=2'], ['config.population.size is 2']),
    (
      ['--config.data.name=mnist', '--config.data.path=no/folder'],
      ['no/folder'],
    ),
    (['--at=many'], ["--at is 'many'"]),
    (['--report_only'], ['is not the folder of a study']),
    (['something'], ['unknown arguments: something']),
  ],
  ids=lambda value: value[0],
)
def test_mistakes_are_told_before_anything_is_made(
  command, tmp_path, arguments, words
):
  folder = tmp_path / 'study'
  done = command(folder, *arguments)
  assert done.returncode == 1 and 'Traceback' not in done.stderr
  (line,) = done.stderr.splitlines()
  assert line.startswith('Error: ')
  for word in words:
    assert word in line
  assert not folder.exists()


def test_a_study_that_is_there_keeps_its_settings(command, tmp_path):
  settings = store.Settings(frames=1000, evaluate_every=50, images=500)
  low = variant.Variant('low', {'policy_learner.entropy_cost': 0.5})
  store.begin(str(tmp_path), small.CONDITIONAL, settings, [low])
  for arguments, words in (
    (['--frames=2000'], 'has --frames=1000, now it is 2000: rates that fall'),
    (['--frames=1000', '--images=9'], 'has --images=500, now it is 9'),
    (
      ['--frames=1000', '--config.reward.blank_penalty=2'],
      'has config.reward.blank_penalty=0.0, now it is 2.0',
    ),
    (
      ['--frames=1000', '--variant=low: policy_learner.entropy_cost=0.25'],
      "a variant 'low' already, with policy_learner.entropy_cost=0.5",
    ),
  ):
    done = command(tmp_path, *arguments)
    assert done.returncode == 1 and words in done.stderr, done.stderr
  assert not list(tmp_path.glob('runs/*/0'))


def test_files_of_somebody_else_are_let_be(command, tmp_path):
  (tmp_path / 'table.md').write_text('mine')
  done = command(tmp_path, '--frames=48')
  assert (
    done.returncode == 1 and 'table.md is no file of a study' in done.stderr
  )
  assert (tmp_path / 'table.md').read_text() == 'mine'
  assert [x.name for x in tmp_path.iterdir()] == ['table.md']


def test_a_report_can_be_had_at_any_time(command, tmp_path):
  study = store.begin(str(tmp_path), small.CONDITIONAL, studied.SETTINGS, [])
  studied.write(store.order(study, 1)[0], (2, 1, 0.5))
  done = command(tmp_path, '--report_only', '--at=500')
  assert done.returncode == 0, done.stderr
  assert '1.000' in done.stdout and '0.500' in done.stdout
  assert (tmp_path / 'table.md').read_text().strip() == done.stdout.strip()
  assert (tmp_path / 'curves.png').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
