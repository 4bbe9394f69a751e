"""Tests of spiral_tf.search.beginnings."""

import dataclasses

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf import types
from spiral_tf.config import sections
from spiral_tf.search import beginnings
from tests import small

_PLAIN = sections.EnvironmentConfig(
  episode_length=6,
  canvas_width=32,
  grid_width=16,
  brush='classic/pen',
  brush_sizes=(1.0, 2.0),
  num_pressures=5,
  substrokes=8,
  noise_dim=0,
)
_ENVIRONMENTS = {
  'plain': _PLAIN,
  'pen down': dataclasses.replace(
    _PLAIN, pen_down=True, brush_sizes=(1.0,), num_pressures=1
  ),
  'color': dataclasses.replace(
    _PLAIN, color=True, background='transparent', brush='classic/smudge+paint'
  ),
  'random brush': dataclasses.replace(_PLAIN, brush='classic/dry_brush'),
}


class _Recorder:
  """Plays at random, and keeps what it is shown."""

  def __init__(self, spec, seed):
    self._spec = spec
    self._random = np.random.default_rng(seed)
    self.seen = []

  @property
  def player(self):
    return rollout.Player(
      lambda number: {'steps': np.zeros(number)}, self._step
    )

  def _step(self, observation, state):
    self.seen.append(observation)
    number = len(observation['canvas'])
    action = {
      name: self._random.integers(s.num_values, size=number)
      for name, s in self._spec.items()
    }
    state = {'steps': np.asarray(state['steps']) + 1}
    return types.AgentOutput(action, None, None), state


def _config(environment):
  return dataclasses.replace(
    small.CONFIG, environment=environment, conditional=True
  )


@pytest.mark.parametrize('kind', _ENVIRONMENTS)
def test_an_agent_sees_what_the_environment_would_show(kind):
  config = _config(_ENVIRONMENTS[kind])
  spec = builders.environment_spec(config)
  targets = np.random.default_rng(0).integers(
    256, size=[3, *spec.observation['canvas'].shape], dtype=np.uint8
  )
  shown = _Recorder(spec.action, 1)
  rollout.play(builders.make_environments(config, 3, 0, targets), shown.player)
  searched = _Recorder(spec.action, 1)
  easel = beginnings.Easel(
    *(config.environment, spec.action, searched.player, targets),
    np.random.default_rng(0),
  )
  made = easel.begin(range(3))
  for _ in range(easel.length):
    made = easel.extend(made)
  assert len(searched.seen) == len(shown.seen) == 6
  for got, want in zip(searched.seen, shown.seen):
    for name in want:
      if name == 'action_mask':
        assert list(got[name]) == list(want[name])
        for part, values in want[name].items():
          np.testing.assert_array_equal(got[name][part], values, part)
      else:
        np.testing.assert_array_equal(got[name], want[name], name)
        assert got[name].dtype == want[name].dtype, name
  np.testing.assert_array_equal(made.state['steps'], [6, 6, 6])


def test_beginnings_of_any_lengths_go_on_together():
  config = _config(_PLAIN)
  spec = builders.environment_spec(config).action
  targets = np.full([2, 32, 32, 1], 255, np.uint8)
  recorder = _Recorder(spec, 3)
  easel = beginnings.Easel(
    *(_PLAIN, spec, recorder.player, targets), np.random.default_rng(0)
  )
  empty = easel.begin([0, 1])
  one = easel.extend(empty)
  two = easel.extend(one)
  mixed = beginnings.gathered([(two, 1), (empty, 0), (two, 1)])
  assert mixed.steps.tolist() == [2, 0, 2]
  assert mixed.target.tolist() == [1, 0, 1]
  assert mixed.state['steps'].tolist() == [2, 0, 2]
  longer = easel.extend(mixed)
  assert longer.steps.tolist() == [3, 1, 3]
  seen = recorder.seen[-1]
  np.testing.assert_allclose(seen['step_fraction'], [2 / 6, 0, 2 / 6])
  assert seen['action_mask']['end'].tolist() == [1, 0, 1]
  for name, values in two.actions.items():
    np.testing.assert_array_equal(longer.actions[name][0, :2], values[1, :2])
    np.testing.assert_array_equal(longer.actions[name][2, :2], values[1, :2])
    assert not longer.actions[name][:, 3:].any()
    # What was there is as it was.
    assert not values[:, 2:].any() and not empty.actions[name].any()
  # Of one parent, two different children.
  assert longer.branches[0] is not longer.branches[2]


def test_the_noise_stays_the_same_and_errors_are_of_the_target():
  environment = dataclasses.replace(_PLAIN, noise_dim=4)
  config = _config(environment)
  spec = builders.environment_spec(config).action
  targets = np.stack([np.full([32, 32, 1], x, np.uint8) for x in (255, 250)])
  recorder = _Recorder(spec, 3)
  easel = beginnings.Easel(
    *(environment, spec, recorder.player, targets), np.random.default_rng(0)
  )
  begun = easel.begin([0, 1])
  assert begun.errors.tolist() == [0, 32 * 32 * 25]
  easel.extend(easel.extend(begun))
  first, second = (seen['noise'] for seen in recorder.seen)
  assert first.shape == (2, 4) and first.dtype == np.float32
  np.testing.assert_array_equal(first, second)
  assert (first[0] != first[1]).all()


def test_work_can_be_ended():
  def check():
    raise InterruptedError

  spec = builders.environment_spec(_config(_PLAIN)).action
  targets = np.zeros([1, 32, 32, 1], np.uint8)
  easel = beginnings.Easel(
    *(_PLAIN, spec, _Recorder(spec, 0).player, targets),
    *(np.random.default_rng(0), check),
  )
  with pytest.raises(InterruptedError):
    easel.extend(easel.begin([0]))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
