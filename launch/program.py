"""The program graph: which nodes there are and who asks whom.

Data flows from the actors through replay to the learners; only weights come
back, when somebody asks for them. So nodes can be made in an order in which
each knows those it asks, and the graph needs no cycle. Each member of a
population is such a graph of its own, and its controller asks them all.
"""

import functools
import time
from typing import NamedTuple

import launchpad as lp
from launchpad import address as lp_address

from spiral_tf import actor
from spiral_tf import builders
from spiral_tf import census
from spiral_tf import config as config_lib
from spiral_tf import discriminator_learner
from spiral_tf import evaluator
from spiral_tf import pbt
from spiral_tf import policy_learner
from spiral_tf import population
from spiral_tf import replay
from spiral_tf import replay_server

# A remote call that is not answered for so long is an error. Learners compile
# their first update while their callers wait: minutes, for the paper's networks
# on a busy machine.
_CALL_TIMEOUT_SECONDS = 600.0
# For the controller, to whom an answer that comes later is of no use.
_ANSWER_SECONDS = 20.0
# Under Launchpad's own launchers, replay outlives the other nodes, which all
# are told to stop at the same time, so that none of them is left waiting for a
# server that is gone.
_REPLAY_LINGERS_SECONDS = 2.0


class Role(NamedTuple):
  """What is to be done about a node of a group.

  Attributes:
    kind: the group, without the member that it belongs to.
    member: name of the part of the program that must be restarted as a whole
      when the machine of one of its servers is lost; empty for the program.
    is_server: whether other nodes hold its address.
    stop_order: nodes of lower numbers are stopped first.
  """

  kind: str
  member: str
  is_server: bool
  stop_order: int


# Clients first, so that none waits for a server that is gone.
_STOP_ORDER = {
  'actor': 0,
  'evaluator': 0,
  'controller': 0,
  'policy_learner': 1,
  'discriminator_learner': 1,
  'replay': 2,
}


def role(group: str) -> Role:
  """The role of the nodes of a group of the program."""
  member, _, kind = group.rpartition('/')
  # The controller asks evaluators, but can do without.
  is_server = _STOP_ORDER[kind] > 0 or (kind == 'evaluator' and bool(member))
  return Role(kind, member, is_server, _STOP_ORDER[kind])


class _ReplayNode(lp.ReverbNode):
  """A Reverb server that comes back with what it held when it was saved."""

  def __init__(self, config: config_lib.Config, workdir: str):
    super().__init__(functools.partial(_make_tables, config))
    self._config = config
    self._workdir = workdir

  def run(self):
    self._server = replay_server.serve(
      self._config,
      self._workdir,
      self._priority_tables_fn(),
      lp_address.get_port_from_address(self._address.resolve()),
    )
    lp.wait_for_stop()
    time.sleep(_REPLAY_LINGERS_SECONDS)


def _make_tables(config: config_lib.Config):
  spec = builders.environment_spec(config)
  episode = replay.episode_signature(
    spec.observation, spec.action, config.environment.episode_length
  )
  return replay_server.make_tables(
    config, episode, replay.render_signature(spec.observation)
  )


def make_program(config: config_lib.Config, workdir: str) -> lp.Program:
  """Wires one training run, or a population of them.

  Args:
    config: the experiment.
    workdir: folder for checkpoints, metrics and pictures; created if missing.

  Returns:
    A program for `lp.launch` or `supervisor.Supervisor`. Its groups are named
    by the kind of their nodes, of members of a population after
    "member_<index>/", see `role`.
  """
  program = lp.Program('spiral')
  if not config.population.size:
    _add_run(program, config, workdir)
    return program
  members = [
    _add_run(
      program,
      population.member_config(config, index),
      population.member_workdir(workdir, index),
      f'member_{index:02d}/',
      config.population.fitness,
    )
    for index in range(config.population.size)
  ]
  with program.group('controller'):
    program.add_node(lp.CourierNode(pbt.Controller, config, workdir, members))
  return program


def _add_run(
  program: lp.Program,
  config: config_lib.Config,
  workdir: str,
  prefix: str = '',
  fitness: str = '',
) -> census.Clients:
  """Adds the nodes of one training run.

  Args:
    program: to add them to.
    config: the experiment.
    workdir: folder of the run.
    prefix: of the groups' names, if it is a member of a population.
    fitness: how it is compared then.

  Returns:
    Handles for the controller.
  """
  is_member = bool(prefix)

  def add(constructor, *args):
    node = lp.CourierNode(constructor, *args)
    handle = program.add_node(node)
    handle.set_client_kwargs(call_timeout=_CALL_TIMEOUT_SECONDS)
    brief = node.create_handle()
    brief.set_client_kwargs(call_timeout=_ANSWER_SECONDS)
    return handle, brief

  with program.group(prefix + 'replay'):
    replay_client = program.add_node(_ReplayNode(config, workdir))
  with program.group(prefix + 'discriminator_learner'):
    discriminator, brief_discriminator = add(
      discriminator_learner.DiscriminatorLearner,
      *(config, workdir, replay_client, is_member),
    )
  with program.group(prefix + 'policy_learner'):
    policy, brief_policy = add(
      policy_learner.PolicyLearner,
      *(config, workdir, discriminator, replay_client, is_member),
    )
  with program.group(prefix + 'actor'):
    for i in range(config.training.num_actors):
      add(actor.Actor, config, policy, replay_client, i)
  with program.group(prefix + 'evaluator'):
    _, brief_evaluator = add(
      evaluator.Evaluator, *(config, workdir, policy, discriminator, fitness)
    )
  return census.Clients(
    brief_policy, brief_discriminator, brief_evaluator, replay_client
  )
