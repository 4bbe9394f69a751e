"""Tests of launch.training, with nodes that load no TensorFlow.

With those that do, it is tested in whole/train_test.
"""

import dataclasses
import os
import sys

import cloudpickle
import launchpad as lp
import pytest

from launch import graph
from launch import training
from launch.runtime import node_error
from launch.runtime import restarts
from spiral_tf.config import experiment
from spiral_tf.workdir import config_file
from tests import runs
from tests import small

# The nodes' processes need not be able to import this.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


class _Fails:
  """A node that makes a folder where there is a file."""

  def __init__(self, folder):
    os.mkdir(folder)


class _Works:
  """A node that does what it should, until it is told to stop."""


@pytest.mark.slow
def test_a_node_that_keeps_failing_ends_the_program_with_its_error(
  tmp_path, monkeypatch, capsys
):
  file = tmp_path / 'samples'
  file.touch()
  roles = graph.make_program(small.CONFIG, 'unused')[1]

  def make_program(config, workdir):
    program = lp.Program('test')
    for kind, node in (
      ('policy_learner', lp.CourierNode(_Works)),
      ('evaluator', lp.CourierNode(_Fails, str(file))),
    ):
      with program.group(kind):
        program.add_node(node)
    return program, roles

  monkeypatch.setattr(graph, 'make_program', make_program)
  monkeypatch.setattr(restarts, 'FIRST_WAIT_SECONDS', 0.01)
  with pytest.raises(
    node_error.NodeError, match='evaluator/0 ended with code 1 again and again'
  ):
    training.train(small.CONFIG, str(tmp_path))
  output = capsys.readouterr()
  assert output.out.count('evaluator/0 ended (1)') == restarts.MOST_FAILURES
  assert 'started again' in output.out
  assert 'policy_learner' not in output.out
  # The traceback, from the node's log.
  assert output.err.count('FileExistsError') == 1
  assert 'Stopped' not in output.out + output.err


def test_a_run_that_is_over_keeps_the_config_that_made_it(tmp_path, capsys):
  workdir = str(tmp_path)
  updates = 20
  assert experiment.frames(small.CONFIG, updates) == (
    small.CONFIG.training.frames
  )
  runs.make(workdir, small.CONFIG, updates)
  other = dataclasses.replace(
    small.CONFIG,
    policy_learner=dataclasses.replace(
      small.CONFIG.policy_learner, learning_rate=0.5
    ),
  )
  assert training.train(other, workdir) == 0
  output = capsys.readouterr().out
  assert 'has come to its end: 20 updates' in output
  assert config_file.load(workdir) == small.CONFIG
  assert not (tmp_path / 'logs').exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
