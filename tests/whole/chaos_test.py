"""Kills each kind of node of a population, and the launcher, in every way.

It takes two minutes: each process that is killed takes seconds to come back,
as each loads TensorFlow, and whether it works again can only be seen by waiting
for what it makes. `tests.soak` is the long form.
"""

import collections
import dataclasses
import functools
import itertools

import pytest

from spiral_tf.workdir import checkpoints
from tests import counters
from tests import launched
from tests import patience
from tests import records as records_lib
from tests import small
from tests import works

_CONFIG = small.POPULATION
_MEMBERS = ('member_00', 'member_01')
# Who is killed together: each node once, alone in a member, with one that asks
# it and with one that it asks.
_ROUNDS = (
  ('member_00/actor', 'member_00/policy_learner', 'member_01/evaluator'),
  ('member_00/replay', 'member_01/discriminator_learner', 'member_01/actor'),
  (
    *('member_00/evaluator', 'member_00/discriminator_learner'),
    *('member_01/policy_learner', 'member_01/replay'),
  ),
)
# Who gives no sign of life meanwhile.
_HELD = 'controller'
# Starts of TensorFlow after which such a node is killed: more than all need
# when they start at once.
_HANG_STARTS = 15
# Who of them is killed once more while it comes back.
_TWICE = ('member_00/replay', 'member_01/discriminator_learner')
# Who is down when the launcher is killed.
_DOWN = 'member_00/policy_learner'


def _new_node(process, group, pid):
  """Waits for the process that takes the place of another."""

  def new():
    found = launched.nodes(process, group)
    return found if found and found[0].pid != pid else None

  (node,) = launched.wait_for(process, f'new {group}', new)
  return node


def _kill(process, groups):
  """Kills nodes at once; returns the processes that take their places."""
  victims = {group: launched.node(process, group) for group in groups}
  for victim in victims.values():
    victim.kill()
  nodes = {}
  for group, victim in victims.items():
    nodes[group] = _new_node(process, group, victim.pid)
    if group in _TWICE:
      nodes[group].kill()
      nodes[group] = _new_node(process, group, nodes[group].pid)
  return nodes


def _config():
  """The experiment, in which a node that hangs is killed, on this machine."""
  seconds = _HANG_STARTS * patience.measure()
  training = dataclasses.replace(_CONFIG.training, hang_seconds=seconds)
  return dataclasses.replace(_CONFIG, training=training)


def _wait_for_work(process, run, nodes):
  """Waits until each of some new processes has done something."""
  begins = [run.begin(group, node) for group, node in nodes.items()]
  for begin in begins:
    launched.wait_for(
      process,
      f'work of {begin.group}',
      lambda begin=begin: run.has_worked(begin),
    )


def test_training_survives_the_death_of_everything(tmp_path):
  path = launched.write_config(tmp_path, _config())
  workdir = str(tmp_path / 'run')
  records = records_lib.Records(tmp_path / 'records')
  start = functools.partial(
    launched.start,
    path,
    workdir,
    module='tests.recorded',
    env=records.environment,
  )
  process = start()
  run = works.Run(workdir, _MEMBERS, records)
  folders = run.folders.values()
  for folder in folders:
    launched.wait_for_updates(folder, process, 5)

  other = start()  # While all is there.
  _wait_for_work(process, run, _kill(process, _ROUNDS[0]))
  refusal = patience.output(other)[0]
  assert other.returncode in (1, 2), refusal
  assert f'process {process.pid} ' in refusal and 'Traceback' not in refusal

  held = launched.node(process, _HELD)
  held.suspend()
  _wait_for_work(process, run, _kill(process, _ROUNDS[1]))
  nodes = _kill(process, _ROUNDS[2])
  # An evaluator's work can only be seen when there is a controller again.
  nodes[_HELD] = _new_node(process, _HELD, held.pid)
  _wait_for_work(process, run, nodes)

  # The launcher, while a node is down: nothing is left behind, and the same
  # command goes on.
  launched.node(process, _DOWN).kill()
  output = launched.kill_all(process)
  killed = collections.Counter([*itertools.chain(*_ROUNDS), *_TWICE, _HELD])
  assert f'{_HELD}/0 has given no sign of life' in output
  for group, number in killed.items():
    assert output.count(f'{group}/0 was killed by signal 9') in (
      # The launcher may not have seen the last one.
      (number, number + 1) if group == _DOWN else (number,)
    ), output
  launched.assert_none_left(process)
  before = {}
  for name, folder in run.folders.items():
    restarts = killed[f'{name}/replay']
    records.assert_nothing_twice(_CONFIG, name, restarts)
    counters.assert_lost_little(_CONFIG, folder)
    counters.assert_whole(_CONFIG, folder)
    before[folder] = checkpoints.done_so_far(folder)[0]
    assert before[folder] > 5
    records.assert_enough(_CONFIG, name, before[folder])

  process = start('--config.population.exploit=True')
  launched.wait_for(process, 'copy', lambda: run.records_of('copy'))
  process.terminate()
  output = patience.output(process)[0]
  assert process.returncode == 130, output
  assert 'killed' not in output, output
  launched.assert_none_left(process)
  copies = collections.Counter(
    record['member'] for record in run.records_of('copy')
  )
  for index, (name, folder) in enumerate(run.folders.items()):
    restarts = killed[f'{name}/replay'] + 1
    records.assert_nothing_twice(_CONFIG, name, restarts)
    for node in counters.LEARNERS:
      generation = counters.saved(_CONFIG, folder, node)['generation']
      # A copy that was under way may be in one learner, and is planned.
      assert generation - copies[index] in (0, 1)
    assert checkpoints.done_so_far(folder)[0] >= before[folder]
    counters.assert_lost_little(_CONFIG, folder)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
