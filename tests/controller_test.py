"""Tests of spiral_tf.population.controller, with members that are fakes."""

import dataclasses
import os
import pathlib
import tempfile
import time

import pytest

from spiral_tf.config import cluster
from spiral_tf.population import controller as controller_lib
from spiral_tf.population import lineage
from spiral_tf.population import members as members_lib
from spiral_tf.population import reports
from spiral_tf.workdir import claims
from tests import damages
from tests import small

_CONFIG = dataclasses.replace(
  small.CONFIG,
  population=cluster.PopulationConfig(
    size=4, round_seconds=0.01, ready_updates=10, resample_probability=0.0
  ),
)


class _Learner:
  """A learner whose network is a text."""

  def __init__(self, network, **fields):
    self.network = network
    self.fields = {'updates': 100, 'generation': 0, 'diverged': '', **fields}
    self.adopted = []
    self.dead = False

  def status(self):
    if self.dead:
      raise RuntimeError('Deadline Exceeded')
    return dict(self.fields)

  def get_state(self):
    if self.dead:
      raise RuntimeError('Deadline Exceeded')
    return self.network.encode()

  def adopt(self, state, generation, hyperparameters):
    if self.dead:
      raise RuntimeError('Deadline Exceeded')
    if generation > self.fields['generation']:
      self.network = state.decode()
      self.fields.update(hyperparameters, generation=generation)
      self.adopted.append(generation)
    return self.fields['generation']


class _Replay:
  """A replay server that counts how often it was emptied."""

  def __init__(self):
    self.cleared = []
    self.folder = None

  def reset(self, table):
    self.cleared.append(table)

  def checkpoint(self):
    return tempfile.mkdtemp(dir=self.folder)


class _Evaluator:
  """Judges what its member's policy learner has."""

  def __init__(self, policy, fitness):
    self._policy = policy
    self.value = fitness

  def fitness(self):
    fields = self._policy.fields
    return {
      'fitness': self.value,
      'generation': fields['generation'],
      'updates': fields['updates'],
    }


def _member(index, fitness, **fields):
  policy = _Learner(
    f'policy {index}',
    learning_rate=10.0 ** -(index + 1),
    entropy_cost=1.0 + index,
    seconds=60.0,
    frames=1000,
    done=False,
    **fields,
  )
  discriminator = _Learner(f'discriminator {index}')
  return reports.Clients(
    policy, discriminator, _Evaluator(policy, fitness), _Replay()
  )


@pytest.fixture
def members(tmp_path):
  """Four; the third is best, the first is worst."""
  found = [_member(i, fitness) for i, fitness in enumerate([-9, -5, -1, -3])]
  for member in found:
    member.replay.folder = tmp_path
  return found


def _controller(tmp_path, members, **fields):
  settings = dataclasses.replace(_CONFIG.population, **fields)
  config = dataclasses.replace(_CONFIG, population=settings)
  return controller_lib.Controller(config, str(tmp_path), members)


def _round(controller):
  controller._next = time.monotonic()
  controller._gather()


def _records(tmp_path, kind):
  path = members_lib.lineage_path(str(tmp_path))
  return [
    record for record in lineage.read_sound(path) if record['kind'] == kind
  ]


def test_the_worst_copies_the_best_with_other_hyperparameters(
  tmp_path, members
):
  _round(_controller(tmp_path, members))
  worst, best = members[0], members[2]
  assert worst.policy_learner.network == 'policy 2'
  assert worst.discriminator_learner.network == 'discriminator 2'
  for name in ('learning_rate', 'entropy_cost'):
    ratio = worst.policy_learner.fields[name] / best.policy_learner.fields[name]
    assert ratio == pytest.approx(1.2) or ratio == pytest.approx(1 / 1.2)
  assert worst.replay.cleared == ['trajectories', 'renders']
  for member in members[1:]:
    assert not member.policy_learner.adopted
    assert not member.replay.cleared
  (copy,) = _records(tmp_path, 'copy')
  assert (copy['member'], copy['donor'], copy['generation']) == (0, 2, 1)
  assert (copy['member_fitness'], copy['donor_fitness']) == (-9, -1)
  statuses = _records(tmp_path, 'status')
  assert [record['fitness'] for record in statuses] == [-9, -5, -1, -3]


def test_who_has_copied_gets_time_to_show_what_it_can(tmp_path, members):
  controller = _controller(tmp_path, members)
  _round(controller)
  _round(controller)  # No update since.
  members[0].policy_learner.fields['updates'] += 9
  _round(controller)
  assert members[0].policy_learner.adopted == [1]
  members[0].policy_learner.fields['updates'] += 1
  _round(controller)
  assert members[0].policy_learner.adopted == [1, 2]


def test_without_exploit_members_are_only_compared(tmp_path, members):
  _round(_controller(tmp_path, members, exploit=False))
  assert len(_records(tmp_path, 'status')) == 4
  assert not _records(tmp_path, 'copy')


def test_members_that_do_not_answer_sit_the_round_out(tmp_path, members):
  members[0].discriminator_learner.dead = True
  controller = _controller(tmp_path, members)
  _round(controller)
  assert {r['member'] for r in _records(tmp_path, 'status')} == {1, 2, 3}
  # Of the rest, the worst copies.
  assert members[1].policy_learner.network == 'policy 2'
  assert not members[0].policy_learner.adopted


def test_a_diverged_member_copies_at_once_and_is_never_copied(
  tmp_path, members
):
  members[2].policy_learner.fields.update(diverged='not finite', updates=1)
  members[0].policy_learner.fields['updates'] = 1
  _round(_controller(tmp_path, members))
  assert members[2].policy_learner.network == 'policy 3'
  assert not members[0].policy_learner.adopted


def test_what_was_judged_before_a_copy_says_nothing(tmp_path, members):
  members[0].policy_learner.fields['generation'] = 1
  members[0].discriminator_learner.fields['generation'] = 1
  stale = members[0].evaluator.fitness() | {'generation': 0}
  members[0].evaluator.fitness = lambda: stale
  _round(_controller(tmp_path, members))
  assert not members[0].policy_learner.adopted
  assert _records(tmp_path, 'status')[0]['fitness'] is None


@pytest.mark.parametrize('part', ['policy_learner', 'discriminator_learner'])
def test_a_copy_that_failed_is_completed_by_the_next_controller(
  tmp_path, members, part, monkeypatch
):
  learner = getattr(members[0], part)

  def adopt(*args):
    raise RuntimeError('Deadline Exceeded')

  monkeypatch.setattr(learner, 'adopt', adopt)
  _round(_controller(tmp_path, members))
  assert not _records(tmp_path, 'copy')
  assert learner.network.endswith(' 0')

  monkeypatch.undo()
  # What is copied is what was to be, though the donor has trained on.
  members[2].policy_learner.network = 'policy 2 later'
  members[2].discriminator_learner.network = 'discriminator 2 later'
  again = _controller(tmp_path, members)
  _round(again)
  assert members[0].policy_learner.network == 'policy 2'
  assert members[0].discriminator_learner.network == 'discriminator 2'
  assert members[0].policy_learner.adopted == [1]
  assert members[0].discriminator_learner.adopted == [1]
  (copy,) = _records(tmp_path, 'copy')
  assert copy['generation'] == 1
  files = os.listdir(members_lib.folder(str(tmp_path)))
  assert not [name for name in files if name.endswith('.npz')]


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('part', ['policy', 'discriminator'])
def test_a_planned_copy_that_is_damaged_is_given_up_for_another(
  tmp_path, members, part, harm, monkeypatch, capsys
):
  def adopt(*args):
    raise RuntimeError('Deadline Exceeded')

  # The discriminator is copied, the policy is not.
  monkeypatch.setattr(members[0].policy_learner, 'adopt', adopt)
  _round(_controller(tmp_path, members))
  assert members[0].discriminator_learner.adopted == [1]
  monkeypatch.undo()
  path = tmp_path / 'population' / f'copy_00_{part}.npz'
  harm(path)
  controller = _controller(tmp_path, members)
  capsys.readouterr()
  _round(controller)
  assert str(path) in capsys.readouterr().out
  # What half a copy has left is no member; it copies as soon as it can.
  assert members[0].discriminator_learner.adopted == [1, 2]
  assert members[0].policy_learner.adopted == [2]
  (copy,) = _records(tmp_path, 'copy')
  assert copy['generation'] == 2
  assert not list((tmp_path / 'population').glob('*.npz'))


def test_learners_of_two_generations_are_made_alike(tmp_path, members):
  """One of them may have had to go back to a checkpoint before its copy."""
  members[3].policy_learner.fields.update(generation=5, updates=0)
  members[3].discriminator_learner.fields['generation'] = 4
  _round(_controller(tmp_path, members))
  assert members[3].policy_learner.adopted == [6]
  assert members[3].discriminator_learner.adopted == [6]


def test_a_controller_whose_place_was_taken_does_nothing(tmp_path, members):
  old = _controller(tmp_path, members)
  _controller(tmp_path, members)
  with pytest.raises(claims.SupersededError):
    _round(old)
  with pytest.raises(claims.SupersededError):
    old._save()
  assert not members[0].policy_learner.adopted
  assert not _records(tmp_path, 'status')


def test_a_broken_line_of_the_lineage_stops_nobody(tmp_path, members):
  controller = _controller(tmp_path, members)
  _round(controller)
  path = pathlib.Path(members_lib.lineage_path(str(tmp_path)))
  text = path.read_bytes()
  path.write_bytes(text.replace(b'"kind"', b'\0\0\0\0\0\0', 2))
  _round(_controller(tmp_path, members))
  records = lineage.read_sound(str(path))
  assert [r['round'] for r in records if r['kind'] == 'status'][-4:] == [1] * 4


def test_a_copy_that_is_on_record_is_not_recorded_again(tmp_path, members):
  controller = _controller(tmp_path, members)
  save, saved = controller._save, []

  def save_or_die():
    # The plan is saved, then the round begins to end with its completion.
    saved.append(1)
    if len(saved) == 2:
      raise KeyboardInterrupt
    save()

  controller._save = save_or_die
  with pytest.raises(KeyboardInterrupt):
    _round(controller)
  assert len(_records(tmp_path, 'copy')) == 1
  _round(_controller(tmp_path, members))
  assert len(_records(tmp_path, 'copy')) == 1
  assert members[0].policy_learner.adopted == [1]


def test_rounds_go_on_counting_after_a_restart(tmp_path, members):
  _round(_controller(tmp_path, members, exploit=False))
  _round(_controller(tmp_path, members, exploit=False))
  rounds = [record['round'] for record in _records(tmp_path, 'status')]
  assert rounds == [0] * 4 + [1] * 4


def test_it_ends_when_all_are_done_and_judged(tmp_path, members):
  controller = _controller(tmp_path, members)
  for member in members[1:]:
    member.policy_learner.fields['done'] = True
  _round(controller)
  assert not controller._done()
  members[0].policy_learner.fields['done'] = True
  fitness = members[0].evaluator.fitness
  members[0].evaluator.fitness = lambda: fitness() | {'updates': 99}
  _round(controller)
  assert not controller._done()  # Its last drawings were not judged.
  members[0].evaluator.fitness = fitness
  _round(controller)
  assert controller._done()
  # The end of training is on record, and nobody copied at the end.
  assert _records(tmp_path, 'status')[-1]['member'] == 3
  assert members[0].policy_learner.adopted == [1]


def test_rounds_go_on_if_a_member_goes_back_to_its_checkpoint(
  tmp_path, members
):
  controller = _controller(tmp_path, members, exploit=False)
  fitness = members[0].evaluator.fitness
  members[0].evaluator.fitness = lambda: fitness() | {'updates': 99}
  for member in members:
    member.policy_learner.fields['done'] = True
  _round(controller)  # The end, but for the judgement of the last drawings.
  assert not os.path.exists(members_lib.lineage_path(str(tmp_path)))
  members[1].policy_learner.fields['done'] = False
  _round(controller)
  assert len(_records(tmp_path, 'status')) == 4


def test_a_population_without_a_sound_member_is_an_error(tmp_path, members):
  for member in members:
    member.policy_learner.fields['diverged'] = 'not finite'
  with pytest.raises(RuntimeError, match='learning_rate_range'):
    _round(_controller(tmp_path, members))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
