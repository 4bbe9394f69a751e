"""Tests of spiral_tf.environments.conditional."""

from absl.testing import absltest
from dm_env import test_utils
import numpy as np
import pytest

from spiral_tf.environments import conditional
from spiral_tf.environments import painting

_ACTION = {'end': 5, 'control': 2}


def _painting():
  return painting.Painting(
    episode_length=2,
    canvas_width=8,
    grid_width=4,
    brush_sizes=(1.0,),
    num_pressures=1,
    pen_down=True,
    seed=0,
  )


def _targets(number):
  return [np.full([8, 8, 1], 10 * i % 256, np.uint8) for i in range(number)]


def _shade(timestep):
  (shade,) = np.unique(timestep.observation['target'])
  return shade


def test_each_episode_has_the_next_target():
  environment = conditional.Conditional(_painting(), _targets(3))
  seen = [_shade(environment.reset())]
  seen += [_shade(environment.step(_ACTION)) for _ in range(5)]
  # The step after the last of an episode begins the next.
  assert seen == [0, 0, 0, 10, 10, 10]
  assert _shade(environment.reset()) == 20


def test_environments_can_share_their_targets():
  targets = iter(_targets(2))
  first, second = (
    conditional.Conditional(_painting(), targets) for _ in range(2)
  )
  assert (_shade(second.reset()), _shade(first.reset())) == (0, 10)


def test_the_rest_is_as_without_targets():
  bare = _painting()
  environment = conditional.Conditional(_painting(), _targets(1))
  assert environment.action_spec() == bare.action_spec()
  for step in ('reset', 'step', 'step'):
    arguments = () if step == 'reset' else (_ACTION,)
    expected = getattr(bare, step)(*arguments)
    actual = getattr(environment, step)(*arguments)
    assert actual.step_type == expected.step_type
    observation = dict(actual.observation)
    del observation['target']
    np.testing.assert_equal(observation, expected.observation)


def test_the_caller_may_write_into_what_it_gets():
  environment = conditional.Conditional(_painting(), _targets(1))
  environment.reset().observation['target'][:] = 99
  assert _shade(environment.step(_ACTION)) == 0


def test_says_when_targets_run_out():
  environment = conditional.Conditional(_painting(), _targets(1))
  environment.reset()
  with pytest.raises(ValueError, match='no target for this episode'):
    environment.reset()


@pytest.mark.parametrize(
  'target', [np.zeros([8, 8, 3], np.uint8), np.zeros([8, 8, 1], np.float32)]
)
def test_a_target_unlike_the_canvas_is_refused(target):
  environment = conditional.Conditional(_painting(), [target])
  with pytest.raises(ValueError, match=r'uint8 \[8, 8, 1\]'):
    environment.reset()


class DmEnvTest(test_utils.EnvironmentTestMixin, absltest.TestCase):
  def make_object_under_test(self):
    return conditional.Conditional(_painting(), _targets(1000))

  def make_action_sequence(self):
    for _ in range(20):
      yield _ACTION


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
