"""`python -m launch.train` as a person uses it: stop, go on, break.

These start real processes, because signals and crashes are what they are about;
each start of TensorFlow in six processes takes some ten seconds. What needs no
processes is in training_test.
"""

import os

import pytest

from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.workdir import checkpoints
from tests import launched
from tests import patience
from tests import small


@pytest.fixture
def workdir(tmp_path):
  """A folder with the small experiment's config file beside it."""
  launched.write_config(tmp_path, small.CONFIG)
  return str(tmp_path / 'run')


def _start(workdir, *flags):
  path = os.path.join(os.path.dirname(workdir), 'small_config.py')
  return launched.start(path, workdir, *flags)


def _run_to(workdir, updates, *flags):
  """Trains until so many updates were made, and returns what it printed."""
  frames = experiment.frames(small.CONFIG, updates)
  process = _start(workdir, f'--config.training.frames={frames}', *flags)
  output = patience.output(process)[0]
  assert process.returncode == 0, output
  launched.assert_none_left(process)
  assert checkpoints.done_so_far(workdir)[0] == updates
  return output


def test_it_goes_on_after_ctrl_c_to_its_end_and_is_not_spoilt(workdir):
  """One run through all of it, as each start takes so long.

  That it stops as well when it is told to by SIGTERM, chaos_test shows.
  """
  process = _start(workdir, '--config.training.frames=0')
  launched.wait_for_updates(workdir, process, 10)
  launched.interrupt(process)
  output = patience.output(process)[0]
  assert process.returncode == 130, output
  assert 'The same command goes on from here' in output
  launched.assert_none_left(process)
  stopped_at = checkpoints.done_so_far(workdir)[0]
  assert stopped_at >= 10

  total = stopped_at + 10
  output = _run_to(workdir, total)
  assert 'come to its end' in output
  assert f'Goes on from {stopped_at} updates' in output
  updates = [line['updates'] for line in launched.policy_lines(workdir)]
  assert updates == sorted(updates)

  kept = checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {})
  process = _start(
    workdir,
    '--config.training.frames=0',
    '--config.policy_learner.learning_rate=1e30',
  )
  output = patience.output(process)[0]
  assert process.returncode == 1, output
  launched.assert_none_left(process)
  explanation = output[output.rindex('Error: ') :]
  assert f'at update {total + 1}, which was not finite' in explanation
  assert f'goes on from its last checkpoint, {kept}.' in explanation
  assert 'lower --config.policy_learner.learning_rate' in explanation
  assert checkpoints.done_so_far(workdir)[0] == total
  assert checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {}) == kept


def test_launchpads_own_launcher_runs_it_too(workdir):
  _run_to(workdir, 5, '--lp_launch_type=local_mp')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
