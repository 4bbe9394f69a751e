"""The program graph: which nodes there are and who asks whom.

Data flows from the actors through replay to the learners; only weights come
back, when somebody asks for them. So nodes can be made in an order in which
each knows those it asks, and the graph needs no cycle.
"""

import functools
import time

import launchpad as lp

from spiral_tf import actor
from spiral_tf import builders
from spiral_tf import config as config_lib
from spiral_tf import discriminator_learner
from spiral_tf import evaluator
from spiral_tf import policy_learner
from spiral_tf import replay

# A remote call that is not answered for so long is an error. Learners compile
# their first update while their callers wait: minutes, for the paper's networks
# on a busy machine.
_CALL_TIMEOUT_SECONDS = 600.0
# Replay outlives the other nodes, which all are told to stop at the same time,
# so that none of them is left waiting for a server that is gone.
_REPLAY_LINGERS_SECONDS = 2.0


class _ReplayNode(lp.ReverbNode):
  """A Reverb server that goes on for a moment when the program stops."""

  def run(self):
    super().run()
    time.sleep(_REPLAY_LINGERS_SECONDS)


def _make_tables(config: config_lib.Config):
  spec = builders.environment_spec(config)
  episode = replay.episode_signature(
    spec.observation, spec.action, config.environment.episode_length
  )
  return replay.make_tables(
    config, episode, replay.render_signature(spec.observation)
  )


def make_program(config: config_lib.Config, workdir: str) -> lp.Program:
  """Wires one training run.

  Args:
    config: the experiment.
    workdir: folder for checkpoints, metrics and pictures; created if missing.

  Returns:
    A program for `lp.launch`.
  """
  program = lp.Program('spiral')

  def add(constructor, *args):
    handle = program.add_node(lp.CourierNode(constructor, *args))
    handle.set_client_kwargs(call_timeout=_CALL_TIMEOUT_SECONDS)
    return handle

  with program.group('replay'):
    replay_client = program.add_node(
      _ReplayNode(functools.partial(_make_tables, config))
    )
  with program.group('discriminator_learner'):
    discriminator = add(
      discriminator_learner.DiscriminatorLearner, config, workdir, replay_client
    )
  with program.group('policy_learner'):
    policy = add(
      policy_learner.PolicyLearner,
      config,
      workdir,
      discriminator,
      replay_client,
    )
  with program.group('actor'):
    for i in range(config.training.num_actors):
      add(actor.Actor, config, policy, replay_client, i)
  with program.group('evaluator'):
    add(evaluator.Evaluator, config, workdir, policy, discriminator)
  return program
