"""One update of the policy, paid by the discriminator (equation 3).

The episode's rewards (`rewards`), V-trace targets for them (`vtrace`), and the
sum of losses whose gradient moves the policy (`actor_critic`), `imitation` of
demonstrations among them where there are any.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from spiral_tf import shapes
from spiral_tf import types
from spiral_tf.config import learners
from spiral_tf.config import sections
from spiral_tf.learning import actor_critic
from spiral_tf.learning import imitation
from spiral_tf.learning import optimization
from spiral_tf.learning import rewards
from spiral_tf.learning import vtrace


class Losses(NamedTuple):
  """Parts of the loss, float32 `[]` each."""

  policy: tf.Tensor
  value: tf.Tensor
  entropy: tf.Tensor


class PolicyUpdate(tf.Module):
  """One step of the actor-critic: the mathematics, without the traffic.

  Attributes:
    policy: the network that is trained.
    discriminator: what pays it; kept up to date by whoever owns this.
    optimizer: Adam, with its moments made.
    hyperparameters: what a population may change while training goes on.
  """

  def __init__(
    self,
    config: learners.PolicyLearnerConfig,
    reward: sections.RewardConfig,
    policy: tf.Module,
    discriminator: tf.Module,
    uniform_entropy: Mapping[str, float],
  ):
    """Creates an update of a policy.

    Args:
      config: of losses and optimizer.
      reward: what an episode is worth.
      policy: has `unroll(observation, action)`, see `networks.policy.Policy`.
      discriminator: a score of images, see `rewards.ScoreFn`.
      uniform_entropy: of each action component, in nats, chosen uniformly.
    """
    super().__init__()
    self._config = config
    self._reward = reward
    self.policy = policy
    self.discriminator = discriminator
    self._uniform_entropy = {
      name: tf.constant(value, tf.float32)
      for name, value in uniform_entropy.items()
    }
    # Variables, not numbers: a traced function would freeze numbers.
    self.hyperparameters = {
      name: tf.Variable(getattr(config, name), trainable=False, name=name)
      for name in ('learning_rate', 'entropy_cost')
    }
    self._annealed_rate = tf.Variable(config.learning_rate, trainable=False)
    self.optimizer = optimization.adam(
      self._annealed_rate,
      config.adam_beta1,
      config.adam_beta2,
      policy.trainable_variables,
    )

  @property
  def network(self) -> tf.Module:
    """What is trained."""
    return self.policy

  @property
  def served(self) -> Sequence[tf.Variable]:
    """The variables that actors need."""
    return self.policy.trainable_variables

  @property
  def trackables(self) -> dict[str, tf.Module]:
    """What a checkpoint must hold, by name."""
    return {'policy': self.policy, 'optimizer': self.optimizer}

  @tf.function(autograph=False)
  def step(
    self,
    episodes: types.Episode,
    anneal: tf.Tensor,
    apply: bool | tf.Tensor = True,
    demonstrations: types.Demonstration | None = None,
  ) -> dict[str, tf.Tensor]:
    """Updates the policy, unless that would spoil it.

    Args:
      episodes: tensors, batch-major as replay delivers them,
        `[B, T or T + 1, ...]`, `context` `[B, ...]`.
      anneal: float32 `[]`, what learning rate and entropy cost are multiplied
        by.
      apply: bool `[]`; False to see the metrics only.
      demonstrations: what to imitate as well, batch-major as the episodes, but
        any number; None for nothing.

    Returns:
      Metrics, float32 `[]` each, and those of `optimization.apply_if_finite`.
    """
    _check_shapes(episodes)
    episodes = _time_major(episodes)
    observation = episodes.observation
    target = episodes.context.get('target')
    reward = rewards.total(
      self._reward, self.discriminator, observation, target
    )
    with tf.GradientTape() as tape:
      losses, details = self._losses(episodes, reward)
      config = self._config
      loss = (
        losses.policy
        + config.value_cost * losses.value
        + anneal * self.hyperparameters['entropy_cost'] * losses.entropy
      )
      if demonstrations is not None:
        unlikely = self._imitation(demonstrations)
        loss += config.imitation_cost * unlikely
        details['imitation'] = unlikely
    variables = self.policy.trainable_variables
    gradients, norm = tf.clip_by_global_norm(
      tape.gradient(loss, variables), config.max_gradient_norm
    )
    self._annealed_rate.assign(self.hyperparameters['learning_rate'] * anneal)
    outcome = optimization.apply_if_finite(
      self.optimizer, gradients, variables, loss, norm, apply
    )
    return {
      'loss_policy': losses.policy,
      'loss_value': losses.value,
      'entropy': -losses.entropy,
      'return': tf.reduce_mean(tf.reduce_sum(reward, axis=0)),
      'score': tf.reduce_mean(
        self.discriminator(observation['canvas'][-1], target)
      ),
      'blank': tf.reduce_mean(rewards.blank(observation['canvas'])[-1]),
      **details,
      **outcome,
    }

  def _losses(self, episodes: types.Episode, reward: tf.Tensor):
    config = self._config
    output, mask = self._unroll(episodes)
    log_prob = actor_critic.joint_log_prob(output.log_prob, mask)
    entropy = actor_critic.joint_entropy(output.entropy, mask)
    log_rhos = log_prob - episodes.log_prob
    if config.normalize_rewards:
      reward = actor_critic.normalize(reward)
    corrected = config.off_policy_correction
    returns = vtrace.vtrace(
      log_rhos=log_rhos if corrected else tf.zeros_like(log_rhos),
      discounts=tf.fill(tf.shape(reward), config.discount),
      rewards=reward,
      values=output.value,
      bootstrap_value=tf.zeros_like(reward[0]),
    )
    advantages = returns.pg_advantages
    if config.normalize_advantages:
      advantages = actor_critic.normalize(advantages)
    losses = Losses(
      policy=actor_critic.policy_gradient_loss(log_prob, advantages),
      value=actor_critic.value_loss(output.value, returns.vs),
      entropy=actor_critic.entropy_loss(entropy),
    )
    details = {
      f'entropy_{name}': tf.reduce_sum(value * mask[name])
      / (tf.reduce_sum(mask[name]) + 1e-6)
      for name, value in output.entropy.items()
    }
    # What choosing uniformly would have where `entropy` was measured.
    uniform = {
      name: tf.fill(tf.shape(mask[name]), value)
      for name, value in self._uniform_entropy.items()
    }
    details['entropy_max'] = tf.reduce_mean(
      actor_critic.joint_entropy(uniform, mask)
    )
    # 1 on policy; the further below, the staler the episodes.
    details['rho'] = tf.reduce_mean(tf.minimum(1.0, tf.exp(log_rhos)))
    return losses, details

  def _imitation(self, demonstrations: types.Demonstration) -> tf.Tensor:
    """How unlikely what is to be imitated is, float32 `[]`."""
    demonstrations = _time_major(demonstrations)
    output, mask = self._unroll(demonstrations)
    log_prob = actor_critic.joint_log_prob(output.log_prob, mask)
    return imitation.loss(log_prob, demonstrations.weight)

  def _unroll(self, episodes: types.Episode | types.Demonstration):
    """Scores actions; also returns which of their components had an effect."""
    before = tf.nest.map_structure(lambda x: x[:-1], episodes.observation)
    steps = before['step_fraction'].shape[0]
    for name, value in episodes.context.items():
      before[name] = tf.repeat(value[tf.newaxis], steps, axis=0)
    # What the environment says after an action of which parts had an effect.
    mask = tf.nest.map_structure(
      lambda x: x[1:], episodes.observation['action_mask']
    )
    return self.policy.unroll(before, episodes.action), mask


def _check_shapes(episodes: types.Episode) -> None:
  """Raises a ValueError unless these are batched episodes of one length."""
  steps = episodes.log_prob.shape[1]
  observation = dict(episodes.observation)
  masks = observation.pop('action_mask')
  shapes.check(
    [
      ('log_prob', episodes.log_prob, 'BT'),
      *((name, x, 'BT') for name, x in episodes.action.items()),
      *((f'mask of {k}', x, ('B', steps + 1)) for k, x in masks.items()),
      *((name, x, ('B', steps + 1, ...)) for name, x in observation.items()),
      ('canvas', observation['canvas'], ('B', steps + 1, *'WWC')),
      *((name, x, 'BWWC') for name, x in episodes.context.items()),
    ]
  )


def _time_major(
  episodes: types.Episode | types.Demonstration,
) -> types.Episode | types.Demonstration:
  """`[B, T, ...]` to `[T, B, ...]`, with T static; the context stays."""
  by_step = tf.nest.map_structure(
    lambda x: tf.transpose(x, [1, 0, *range(2, x.shape.rank)]),
    episodes._replace(context={}),
  )
  return by_step._replace(context=episodes.context)
