"""Settings of the learners, and of training as a whole."""

import dataclasses

from spiral_tf.config import fields


@dataclasses.dataclass(frozen=True)
class PolicyLearnerConfig(fields.Section):
  """The policy learner (equation 3, appendix C)."""

  _PATH = 'policy_learner.'

  learning_rate: float = fields.learning(
    1e-4, "Adam's learning rate", fields.above(0)
  )
  anneal: float = fields.learning(
    0.0,
    'last share of training, in which learning rate and entropy cost fall to 0',
    fields.at_least(0),
    fields.at_most(1),
  )
  adam_beta1: float = fields.learning(
    0.9, "Adam's beta1", fields.at_least(0), fields.below(1)
  )
  adam_beta2: float = fields.learning(
    0.999, "Adam's beta2", fields.at_least(0), fields.below(1)
  )
  entropy_cost: float = fields.learning(
    0.01, 'weight of the entropy bonus', fields.at_least(0)
  )
  value_cost: float = fields.learning(
    0.5, 'weight of the value loss', fields.at_least(0)
  )
  discount: float = fields.learning(
    1.0, 'discount of the return', fields.at_least(0), fields.at_most(1)
  )
  off_policy_correction: bool = fields.learning(
    True,
    "V-trace's importance weights; without them, actions of a slightly older "
    "policy count as the newest policy's",
  )
  normalize_advantages: bool = fields.learning(
    False, "divide a batch's advantages by their standard deviation"
  )
  normalize_rewards: bool = fields.learning(
    False, "divide a batch's rewards by their standard deviation"
  )
  demonstrations: int = fields.learning(
    0,
    'random programs a policy update that the agent imitates, the target being '
    'what each makes; of conditional agents in "scenes" only; not in the paper',
    fields.at_least(0),
  )
  imitation_cost: float = fields.learning(
    1.0, 'weight of the loss of imitating them', fields.at_least(0)
  )
  max_gradient_norm: float = fields.learning(
    10.0, 'global norm gradients are clipped to', fields.above(0)
  )
  batch_size: int = fields.figures(
    64, 'episodes a policy update', fields.at_least(1)
  )


@dataclasses.dataclass(frozen=True)
class DiscriminatorLearnerConfig(fields.Section):
  """The discriminator learner (equation 1, appendix C)."""

  _PATH = 'discriminator_learner.'

  learning_rate: float = fields.learning(
    1e-4, "Adam's learning rate", fields.above(0)
  )
  adam_beta1: float = fields.learning(
    0.5, "Adam's beta1", fields.at_least(0), fields.below(1)
  )
  adam_beta2: float = fields.learning(
    0.9, "Adam's beta2", fields.at_least(0), fields.below(1)
  )
  loss: str = fields.learning(
    'wasserstein',
    '"wasserstein", with a gradient penalty, or "cross_entropy", the standard '
    "GAN's, to go with discriminator_network.spectral_norm",
    fields.one_of('wasserstein', 'cross_entropy'),
  )
  gradient_penalty: float = fields.learning(
    10.0, 'weight of the gradient penalty of "wasserstein"', fields.at_least(0)
  )
  zero_mean_penalty: float = fields.learning(
    0.04,
    'weight of the squared mean score over real and generated images',
    fields.at_least(0),
  )
  batch_size: int = fields.learning(
    64, 'real, and generated, images an update', fields.at_least(1)
  )
  replay_batches: int = fields.learning(
    20, 'batches of final canvases kept for replay', fields.at_least(1)
  )
  updates_per_policy_update: float = fields.figures(
    3.0, 'discriminator updates for each policy update', fields.above(0)
  )


@dataclasses.dataclass(frozen=True)
class TrainingConfig(fields.Section):
  """How long, how wide, how often."""

  _PATH = 'training.'

  minutes: float = fields.free(
    0.0, 'minutes of training, over all runs; 0 for no end', fields.at_least(0)
  )
  frames: int = fields.free(
    0, 'environment steps, over all runs; 0 for no end', fields.at_least(0)
  )
  num_actors: int = fields.free(1, 'actor nodes', fields.at_least(1))
  environments_per_actor: int = fields.free(
    64, 'environments stepped as one batch', fields.at_least(1)
  )
  checkpoint_seconds: float = fields.free(
    120.0, 'seconds between checkpoints', fields.above(0)
  )
  sample_seconds: float = fields.free(
    60.0, 'seconds between pictures of samples', fields.above(0)
  )
  kept_samples: int = fields.free(
    500,
    'pictures of samples that are kept: the newer half, and older ones spread '
    'evenly over the run; 0 for all',
    fields.at_least(0),
  )
  log_seconds: float = fields.free(
    10.0, 'seconds between lines of progress', fields.above(0)
  )
  hang_seconds: float = fields.free(
    600.0,
    'seconds after which a node that gives no sign of life, or works without '
    'making an update or an episode, is killed and started again; 0 for never',
    fields.at_least(0),
  )
