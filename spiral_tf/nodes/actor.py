"""Plays episodes with the newest policy and files them (paper section 3.4)."""

from typing import Any

import numpy as np

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.nodes import graphics
from spiral_tf.nodes import weights
from spiral_tf.nodes import worker
from spiral_tf.replay import episodes as episodes_lib


class Actor(worker.Worker):
  """Steps several environments with one batched policy call."""

  def __init__(
    self,
    config: experiment.Config,
    policy_learner: Any,
    replay: episodes_lib.Replay,
    index: int,
  ):
    """Creates an actor.

    Args:
      config: the experiment.
      policy_learner: client of the policy learner.
      replay: where episodes go.
      index: which of the actors this is; each sees its own noise.
    """
    graphics.check(config, node_kinds.ACTOR)
    super().__init__()
    targets = ()
    if config.conditional:
      # A continued run goes on with targets in another order.
      order = int(np.random.SeedSequence().generate_state(1)[0])
      targets = builders.load_dataset(config).stream('train', order)
    seed = seeds.ACTORS[index]
    self._environments = builders.make_environments(
      config, config.training.environments_per_actor, seed, targets
    )
    policy = builders.make_policy(config)
    self._player = builders.make_player(policy, seed)
    self._weights = weights.WeightsClient(
      policy_learner, policy.trainable_variables
    )
    self._writer = replay.writer()

  def _gather(self) -> None:
    # Writing may wait too, so nothing is left to do under the lock.
    with activity.CURRENT.waiting(node_kinds.POLICY_LEARNER):
      self._weights.update()
    episodes = rollout.play(self._environments, self._player)
    with activity.CURRENT.waiting(node_kinds.REPLAY):
      self._writer.write(episodes, stopping=self._stop.is_set)
    activity.CURRENT.step()
