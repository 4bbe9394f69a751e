"""`python -m launch.train` as a person uses it: stop, go on, break.

These start real processes, because signals and crashes are what they are about;
each start of TensorFlow in five processes takes some ten seconds.
"""

import os
import pathlib

import pytest

from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import launched
from tests import small


@pytest.fixture
def workdir(tmp_path):
  """A folder with the small experiment's config file beside it."""
  launched.write_config(tmp_path, small.CONFIG)
  return str(tmp_path / 'run')


def _start(workdir, *flags):
  path = os.path.join(os.path.dirname(workdir), 'small_config.py')
  return launched.start(path, workdir, *flags)


def test_ctrl_c_loses_nothing_and_the_same_command_goes_on(workdir):
  endless = '--config.training.frames=0'
  process = _start(workdir, endless)
  launched.wait_for_updates(workdir, process, 10)
  launched.interrupt(process)
  output = process.communicate(timeout=60)[0]
  assert process.returncode == 130, output
  assert 'The same command goes on from here' in output
  launched.assert_none_left(process.pid)
  stopped_at = checkpoints.done_so_far(workdir)[0]
  assert stopped_at >= 10

  total = stopped_at + 10
  frames = experiment.frames(small.CONFIG, total)
  process = _start(workdir, f'--config.training.frames={frames}')
  output = process.communicate(timeout=120)[0]
  assert process.returncode == 0, output
  assert 'come to its end' in output
  assert f'Goes on from {stopped_at} updates' in output
  launched.assert_none_left(process.pid)
  assert checkpoints.done_so_far(workdir)[0] == total
  updates = [line['updates'] for line in launched.policy_lines(workdir)]
  assert updates == sorted(updates)

  made_with = config_file.load(workdir)
  process = _start(
    workdir,
    f'--config.training.frames={frames}',
    '--config.policy_learner.learning_rate=0.5',
  )
  output = process.communicate(timeout=30)[0]
  assert process.returncode == 0, output
  assert 'has come to its end' in output
  assert 'Starting' not in output
  assert config_file.load(workdir) == made_with


def test_sigterm_saves_too_and_divergence_spoils_nothing(workdir):
  process = _start(workdir, '--config.training.frames=0')
  launched.wait_for_updates(workdir, process, 5)
  process.terminate()
  output = process.communicate(timeout=60)[0]
  assert process.returncode == 130, output
  launched.assert_none_left(process.pid)
  updates, _ = checkpoints.done_so_far(workdir)
  assert updates >= 5

  kept = checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {})
  process = _start(
    workdir,
    '--config.training.frames=0',
    '--config.policy_learner.learning_rate=1e30',
  )
  output = process.communicate(timeout=120)[0]
  assert process.returncode == 1, output
  launched.assert_none_left(process.pid)
  explanation = output[output.rindex('Error: ') :]
  assert f'at update {updates + 1}, which was not finite' in explanation
  assert f'goes on from its last checkpoint, {kept}.' in explanation
  assert 'lower --config.policy_learner.learning_rate' in explanation
  assert checkpoints.done_so_far(workdir)[0] == updates
  assert checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {}) == kept


def test_a_node_that_keeps_failing_ends_the_program_with_its_error(workdir):
  os.makedirs(workdir)
  # A file where the evaluator wants a folder.
  pathlib.Path(workdir, 'samples').touch()
  process = _start(workdir, '--config.training.frames=0')
  output = process.communicate(timeout=180)[0]
  assert process.returncode == 1, output
  assert 'evaluator/0 ended (1)' in output
  assert 'started again' in output
  assert 'FileExistsError' in output  # The traceback from its log.
  assert 'Error: evaluator/0 ended with code 1 again and again' in output
  launched.assert_none_left(process.pid)


def test_launchpads_own_launcher_runs_it_too(workdir):
  frames = experiment.frames(small.CONFIG, 5)
  process = _start(
    workdir, f'--config.training.frames={frames}', '--lp_launch_type=local_mp'
  )
  output = process.communicate(timeout=180)[0]
  assert process.returncode == 0, output
  assert checkpoints.done_so_far(workdir)[0] == 5
  launched.assert_none_left(process.pid)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
