"""Tests of launch.training, with nodes that load no TensorFlow.

With those that do, it is tested in whole/train_test.
"""

import dataclasses
import os
import socket
import sys

import cloudpickle
import pytest

from launch import training
from launch.runtime import node_error
from launch.runtime import restarts
from spiral_tf import locks
from spiral_tf.config import experiment
from spiral_tf.population import members as members_lib
from spiral_tf.workdir import belongings
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
  lp = pytest.importorskip('launchpad')
  from launch import graph

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
  # Each start loads TensorFlow.
  monkeypatch.setattr(restarts, 'MOST_FAILURES', 1)
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


def _files(folder):
  """What is in a folder, by paths."""
  return {
    str(path.relative_to(folder)): path.read_bytes()
    for path in folder.rglob('*')
    if path.is_file() and path.name != 'launcher.lock'
  }


@pytest.fixture
def launched(monkeypatch):
  """The folders that nodes would have been started in."""
  folders = []

  def supervise(config, workdir, logs, place):
    folders.append(workdir)
    return True

  monkeypatch.setattr(training, '_run', supervise)
  return folders


def test_a_second_launcher_is_refused_before_it_touches_anything(
  tmp_path, launched
):
  runs.make(str(tmp_path), small.CONFIG, updates=2)
  (tmp_path / 'logs' / 'actor').mkdir(parents=True)
  (tmp_path / 'logs' / 'actor' / '0').write_text('of the first')
  before = _files(tmp_path)
  with locks.announced(str(tmp_path / 'launcher.lock')):
    with pytest.raises(ValueError, match='is being trained already') as error:
      training.train(small.CONFIG, str(tmp_path))
    for part in (str(tmp_path), str(os.getpid()), socket.gethostname()):
      assert part in str(error.value)
    assert _files(tmp_path) == before
  assert not launched
  assert training.train(small.CONFIG, str(tmp_path)) == 0
  assert launched == [str(tmp_path)]


@pytest.mark.parametrize('first_is_population', [True, False])
def test_a_member_is_not_trained_alone_beside_its_population(
  tmp_path, launched, monkeypatch, first_is_population
):
  runs_of_both = [
    (small.POPULATION, str(tmp_path)),
    members_lib.runs(small.POPULATION, str(tmp_path))[1],
  ]
  first, second = (
    runs_of_both if first_is_population else reversed(runs_of_both)
  )

  def supervise(*args):
    with pytest.raises(ValueError, match='is being trained already'):
      training.train(*second)
    return True

  monkeypatch.setattr(training, '_run', supervise)
  assert training.train(*first) == 0


def test_only_logs_of_nodes_are_removed(tmp_path, launched):
  workdir = str(tmp_path)
  config_file.save(workdir, small.CONFIG)
  logs = tmp_path / 'logs'
  theirs = ['thesis.csv', 'actor/notes', '2024/0', 'others/0', 'actor/0/x']
  # There may have been more actors than there are now.
  ours = ['policy_learner/0', 'actor/17', 'member_03/replay/0', 'controller/0']
  for name in (*theirs, *ours):
    (logs / name).parent.mkdir(parents=True, exist_ok=True)
    (logs / name).write_text(name)
  training.train(small.CONFIG, workdir)
  assert sorted(_files(logs)) == sorted(theirs)


@pytest.mark.parametrize('config', [small.CONFIG, small.POPULATION])
def test_the_logs_of_all_nodes_are_known(config):
  pytest.importorskip('launchpad')
  from launch import graph
  from launch.runtime import jobs

  program, _ = graph.make_program(config, 'unused')
  names = [name for name, _, _ in jobs.named_nodes(program)]
  assert len(names) >= 6
  assert all(belongings.is_node(name) for name in names)


def test_in_a_folder_that_is_no_run_no_log_is_removed(tmp_path, launched):
  path = tmp_path / 'logs' / 'actor' / '0'
  path.parent.mkdir(parents=True)
  path.write_text('whose?')
  training.train(small.CONFIG, str(tmp_path))
  assert path.read_text() == 'whose?'
  assert launched


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
