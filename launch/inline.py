"""Trains in one process, in which the nodes of a run take turns.

No Launchpad, no Reverb, no processes: what a debugger, a notebook, or a Python
wants for which there are none. The nodes are those of the program graph, with
the same files, so a run that was begun in one way can go on in the other. What
differs: nothing runs beside anything else, so actors always have the newest
weights, and TensorFlow has all cores for whoever's turn it is.
"""

import contextlib
import itertools

from launch.runtime import stop_signals
from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.nodes import actor
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import evaluator
from spiral_tf.nodes import policy_learner
from spiral_tf.nodes import worker
from spiral_tf.replay import episodes
from spiral_tf.replay import memory


def check(config: experiment.Config) -> None:
  """Refuses what needs more than one process.

  Args:
    config: the experiment.

  Raises:
    ValueError: it is a population.
  """
  if config.population.size:
    raise ValueError(
      '--engine=inline trains one agent, but population.size is '
      f'{config.population.size}. Take another engine, which needs Launchpad, '
      'or --config.population.size=0.'
    )


def run(config: experiment.Config, workdir: str) -> bool:
  """Trains until the goal, or until the process is told to stop.

  Args:
    config: the experiment.
    workdir: folder of the run.

  Returns:
    Whether it reached its goal.

  Raises:
    guard.NonFiniteError: numbers were not finite; what was sound is saved.
    claims.SupersededError: another process trains in the same folder.
  """
  spec = builders.environment_spec(config)
  replay = memory.Replay(
    config, workdir, episodes.render_signature(spec.observation)
  )
  discriminator = discriminator_learner.DiscriminatorLearner(
    config, workdir, replay
  )
  policy = policy_learner.PolicyLearner(config, workdir, discriminator, replay)
  shower = evaluator.Evaluator(config, workdir, policy, discriminator)
  actors = [
    actor.Actor(config, policy, replay, index)
    for index in range(config.training.num_actors)
  ]
  with stop_signals.StopSignals() as signals, contextlib.ExitStack() as saving:
    # From the last to the first: pictures come after what they are pictures of.
    for node in (shower, discriminator, policy):
      saving.callback(worker.finish, node)
    for player in itertools.cycle(actors):
      if signals.wanted or worker.done(policy):
        break
      worker.turn(player)
      for learner in (discriminator, policy):
        while worker.turn(learner):
          pass
      worker.turn(shower)
  return worker.done(policy)
