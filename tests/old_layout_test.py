"""Runs and models from before the modules moved into rooms still load.

`old_layout/` was made at commit aafd8b1: a run of `small.CONDITIONAL` with 12
policy updates and its exported model. `expected.json` is what the code of then
read from them.
"""

import json
import pathlib
import shutil

import numpy as np
import pytest
import reverb
import tensorflow as tf

from launch import replay_node
import spiral_tf
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.agents import saved_model
from spiral_tf.replay import episodes
from spiral_tf.replay import server as server_lib
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import ports
from tests import small

_OLD = pathlib.Path(__file__).absolute().parent / 'old_layout'
_EXPECTED = json.loads((_OLD / 'expected.json').read_text())


@pytest.fixture
def workdir(tmp_path):
  """A copy of the run, to go on with."""
  shutil.copytree(_OLD / 'run', tmp_path / 'run')
  return str(tmp_path / 'run')


@pytest.mark.parametrize(
  'node,make',
  [
    (node_kinds.POLICY_LEARNER, builders.make_policy_update),
    (node_kinds.DISCRIMINATOR_LEARNER, builders.make_discriminator_update),
  ],
)
def test_learners_go_on_from_their_checkpoints(node, make, workdir):
  update = make(config_file.load(workdir))
  updates = tf.Variable(0, dtype=tf.int64)
  saved = {**update.trackables, 'updates': updates}
  checkpointer = checkpoints.Checkpointer(workdir, node, 1e6, saved)
  assert int(updates) == _EXPECTED[node]['updates']
  assert int(update.optimizer.step) == _EXPECTED[node]['updates']
  squares = [
    np.sum(np.square(v, dtype=np.float64)) for v in update.network.variables
  ]
  assert sum(squares) == pytest.approx(
    _EXPECTED[node]['sum_of_squares'], rel=1e-12
  )
  # And nothing is missing in it: else `restore` would complain.
  assert checkpoints.restore(workdir, node, saved) == checkpointer.last_path()


def test_the_run_may_go_on(workdir):
  config = config_file.load(workdir)
  assert config.environment == small.CONDITIONAL.environment
  config_file.check(workdir, config)
  assert checkpoints.done_so_far(workdir)[0] == 12


def test_replay_comes_back(workdir):
  config = config_file.load(workdir)
  server = server_lib.serve(
    config, workdir, replay_node.make_tables(config), port=ports.pick()
  )
  try:
    client = reverb.Client(f'localhost:{server.port}')
    assert client.server_info()[episodes.RENDERS].current_size > 0
  finally:
    server.stop()


def test_the_model_paints_the_same_program():
  agent = spiral_tf.load(str(_OLD / 'model'))
  image = np.full([16, 16], 255, np.uint8)
  image[3:12, 4:6] = 0
  program = agent.paint(image, seed=3)
  expected = spiral_tf.Program.from_values(_EXPECTED['program'])  # Version 1.
  assert program == expected
  assert saved_model.load(str(_OLD / 'model')).config.conditional


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
