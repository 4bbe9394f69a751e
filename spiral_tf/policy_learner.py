"""Trains the policy on episodes, paid by the discriminator (equation 3)."""

import time
from typing import Any, Dict, List, NamedTuple, Optional, Union

import numpy as np
import sonnet as snt
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import learner as learner_lib
from spiral_tf import metrics
from spiral_tf import replay
from spiral_tf import rewards
from spiral_tf import types
from spiral_tf import watchdog
from spiral_tf import weights
from spiral_tf.losses import actor_critic
from spiral_tf.losses import vtrace


class Losses(NamedTuple):
  """Parts of the loss, float32 `[]` each."""

  policy: tf.Tensor
  value: tf.Tensor
  entropy: tf.Tensor


class PolicyUpdate(tf.Module):
  """One step of the actor-critic: the mathematics, without the traffic."""

  def __init__(self, config: config_lib.Config):
    """Builds policy, discriminator, optimizer and hyperparameters."""
    super().__init__()
    self._config = config
    self.policy = builders.make_policy(config)
    self.discriminator = builders.make_discriminator(config)
    self._uniform_entropy = {
      name: tf.constant(np.log(spec.num_values), tf.float32)
      for name, spec in builders.environment_spec(config).action.items()
    }
    learner = config.policy_learner
    # Variables, not numbers: a traced function would freeze numbers.
    self.learning_rate = tf.Variable(learner.learning_rate, trainable=False)
    self.entropy_cost = tf.Variable(learner.entropy_cost, trainable=False)
    self._annealed_rate = tf.Variable(learner.learning_rate, trainable=False)
    self.optimizer = snt.optimizers.Adam(
      self._annealed_rate, beta1=learner.adam_beta1, beta2=learner.adam_beta2
    )
    # Now, not with the first update: a checkpoint before it has them too.
    self.optimizer._initialize(self.policy.trainable_variables)

  @tf.function
  def step(
    self,
    episodes: types.Episode,
    anneal: tf.Tensor,
    apply: Union[bool, tf.Tensor] = True,
  ) -> Dict[str, tf.Tensor]:
    """Updates the policy, unless that would spoil it.

    Args:
      episodes: tensors, batch-major as replay delivers them,
        `[B, T or T + 1, ...]`, `context` `[B, ...]`.
      anneal: float32 `[]`, what learning rate and entropy cost are multiplied
        by.
      apply: bool `[]`; False to see the metrics only.

    Returns:
      Metrics, float32 `[]` each, and those of `watchdog.apply_if_finite`.
    """
    episodes = _time_major(episodes)
    observation = episodes.observation
    target = episodes.context.get('target')
    reward = rewards.total(
      self._config.reward, self.discriminator, observation, target
    )
    with tf.GradientTape() as tape:
      losses, details = self._losses(episodes, reward)
      learner = self._config.policy_learner
      loss = (
        losses.policy
        + learner.value_cost * losses.value
        + anneal * self.entropy_cost * losses.entropy
      )
    variables = self.policy.trainable_variables
    gradients, norm = tf.clip_by_global_norm(
      tape.gradient(loss, variables), learner.max_gradient_norm
    )
    self._annealed_rate.assign(self.learning_rate * anneal)
    outcome = watchdog.apply_if_finite(
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
    learner = self._config.policy_learner
    before = tf.nest.map_structure(lambda x: x[:-1], episodes.observation)
    steps = episodes.log_prob.shape[0]
    for name, value in episodes.context.items():
      before[name] = tf.repeat(value[tf.newaxis], steps, axis=0)
    # What the environment says after an action of which parts had an effect.
    mask = tf.nest.map_structure(
      lambda x: x[1:], episodes.observation['action_mask']
    )
    output = self.policy.unroll(before, episodes.action)
    log_prob = actor_critic.joint_log_prob(output.log_prob, mask)
    entropy = actor_critic.joint_entropy(output.entropy, mask)
    log_rhos = log_prob - episodes.log_prob
    if learner.normalize_rewards:
      reward = actor_critic.normalize(reward)
    corrected = learner.off_policy_correction
    returns = vtrace.vtrace(
      log_rhos=log_rhos if corrected else tf.zeros_like(log_rhos),
      discounts=tf.fill(tf.shape(reward), learner.discount),
      rewards=reward,
      values=output.value,
      bootstrap_value=tf.zeros_like(reward[0]),
    )
    advantages = returns.pg_advantages
    if learner.normalize_advantages:
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
    details['entropy_max'] = tf.reduce_mean(
      actor_critic.joint_entropy(self._uniform_entropy, mask)
    )
    # 1 on policy; the further below, the staler the episodes.
    details['rho'] = tf.reduce_mean(tf.minimum(1.0, tf.exp(log_rhos)))
    return losses, details


class PolicyLearner(learner_lib.Learner):
  """Reads episodes, updates the policy, hands out its weights."""

  def __init__(
    self,
    config: config_lib.Config,
    workdir: str,
    discriminator_learner: Any,
    replay_client: replay.Client,
    member: bool = False,
  ):
    """Creates the learner, from its last checkpoint if there is one.

    Args:
      config: the experiment.
      workdir: folder of the run.
      discriminator_learner: client of the discriminator learner.
      replay_client: client of the replay server.
      member: whether this is part of a population: then the checkpoint says
        what the hyperparameters are, and the end of its training is not the
        end of the program.
    """
    self._module = PolicyUpdate(config)
    self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)
    super().__init__(
      workdir,
      checkpoint.POLICY_LEARNER,
      config.training.checkpoint_seconds,
      network=self._module.policy,
      optimizer=self._module.optimizer,
      step=self._module.step,
      served=self._module.policy.trainable_variables,
      trackables={
        'policy': self._module.policy,
        'optimizer': self._module.optimizer,
        'seconds': self._seconds,
      },
      hyperparameters={
        'learning_rate': self._module.learning_rate,
        'entropy_cost': self._module.entropy_cost,
      },
      member=member,
    )
    self._config = config
    spec = builders.environment_spec(config)
    signature = replay.episode_signature(
      spec.observation, spec.action, config.environment.episode_length
    )
    self._reader = replay.Reader(
      replay_client,
      replay.TRAJECTORIES,
      signature._asdict(),
      config.policy_learner.batch_size,
    )
    self._discriminator = weights.WeightsClient(
      discriminator_learner, self._module.discriminator.variables
    )
    self._metrics = metrics.MetricsWriter(workdir, checkpoint.POLICY_LEARNER)
    self._last_update: Optional[float] = None
    self._last_log = time.monotonic()
    self._waited = 0.0
    self._updates_logged = int(self._updates)
    self._values: Dict[str, tf.Tensor] = {}
    self._blank: List[tf.Tensor] = []

  def status(self) -> Dict[str, Any]:
    """Remote call: see `Learner.status`; with `seconds`, `frames`, `done`."""
    values = super().status()
    values['seconds'] = float(self._seconds)
    values['frames'] = config_lib.frames(self._config, values['updates'])
    values['done'] = self._is_trained()
    return values

  def _frames(self) -> int:
    return config_lib.frames(self._config, int(self._updates))

  def _done(self) -> bool:
    return not self._member and self._is_trained()

  def _is_trained(self) -> bool:
    return self._progress() >= 1

  def _progress(self) -> float:
    return config_lib.progress(
      self._config, int(self._updates), float(self._seconds)
    )

  def _anneal(self) -> float:
    share = self._config.policy_learner.anneal
    return min(1.0, (1 - self._progress()) / share) if share else 1.0

  def _gather(self) -> Optional[types.Episode]:
    if self._diverged or self._is_trained():  # Others may still train.
      self._stop.wait(0.5)
      return None
    start = time.monotonic()
    batch = self._reader.read()
    self._waited += time.monotonic() - start
    if batch is None:
      return None
    self._discriminator.update()
    return types.Episode(**batch)

  def _update(self, data: types.Episode) -> None:
    anneal = tf.constant(self._anneal())
    self._values = self._guarded_update(episodes=data, anneal=anneal)
    if not self._values:
      return
    self._blank.append(self._values['blank'])
    now = time.monotonic()
    if self._last_update is not None:
      self._seconds.assign_add(now - self._last_update)
    self._last_update = now
    if now - self._last_log >= self._config.training.log_seconds:
      self._log(now)
    self._save_if_due()
    if self._is_trained():
      self._last_update = None  # What follows is no time of training.

  def _log(self, now: float) -> None:
    updates = int(self._updates)
    seconds = now - self._last_log
    rate, waited = (updates - self._updates_logged) / seconds, self._waited
    self._last_log, self._updates_logged, self._waited = now, updates, 0.0
    batch_size = self._config.policy_learner.batch_size
    if self._values and self._blank:  # One batch may be blank by chance.
      self._values['blank'] = tf.reduce_mean(self._blank)
      self._blank.clear()
    self._metrics.scalars(
      self._frames(),
      {
        **self._values,
        'updates': updates,
        'done': self._is_trained(),
        'anneal': self._anneal(),
        'episodes_per_second': rate * batch_size,
        # The share of the time without an episode to learn from.
        'idle': waited / seconds,
        'seconds': float(self._seconds),
        'seconds_left': self._seconds_left(rate),
      },
    )
    self._metrics.flush()

  def _seconds_left(self, updates_per_second: float) -> float:
    """Seconds to the end of training; -1 if it has none."""
    training = self._config.training
    left = [np.inf]
    if training.minutes:
      left.append(60 * training.minutes - float(self._seconds))
    if training.frames:
      frames_per_second = (
        config_lib.frames(self._config, 1) * updates_per_second
      )
      frames_left = training.frames - self._frames()
      left.append(frames_left / max(frames_per_second, 1e-6))
    return max(0.0, min(left)) if len(left) > 1 else -1.0

  def _finish(self) -> None:
    self._reader.close()
    self._save()
    self._log(time.monotonic())


def _time_major(episodes: types.Episode) -> types.Episode:
  """`[B, T, ...]` to `[T, B, ...]`, with T static; the context stays."""
  by_step = tf.nest.map_structure(
    lambda x: tf.transpose(x, [1, 0, *range(2, x.shape.rank)]),
    episodes._replace(context={}),
  )
  return by_step._replace(context=episodes.context)
