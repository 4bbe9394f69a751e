"""The program graph: which nodes there are and who asks whom.

Data flows from the actors through replay to the learners; only weights come
back, when somebody asks for them. So nodes can be made in an order in which
each knows those it asks, and the graph needs no cycle. Each member of a
population is such a graph of its own, and its controller asks them all.
"""

import launchpad as lp

from launch import replay_node
from launch.runtime import heartbeats
from launch.runtime import roles
from spiral_tf import activity
from spiral_tf import exit_codes
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.nodes import actor
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import evaluator
from spiral_tf.nodes import policy_learner
from spiral_tf.population import controller
from spiral_tf.population import members as members_lib
from spiral_tf.population import reports

# A remote call that is not answered for so long is an error. Learners compile
# their first update while their callers wait: minutes, for the paper's networks
# on a busy machine.
_CALL_TIMEOUT_SECONDS = 600.0
# The same for calls of the controller, which can use no later answer.
_ANSWER_SECONDS = 20.0

# What the exit codes of nodes mean, see `exit_codes`.
_GOAL = {
  exit_codes.REACHED_GOAL: roles.Ending(True, 'has reached its goal'),
}
_NOT_FINITE = {
  exit_codes.NOT_FINITE: roles.Ending(
    False, 'found numbers that are not finite, and would again'
  ),
}
_NO_CARD = {
  exit_codes.NO_CARD: roles.Ending(
    False, 'was promised a graphics card and sees none'
  ),
}
# What ends a whole program, also if it befalls a member of a population.
_HOPELESS = {
  exit_codes.DAMAGED: roles.Ending(
    False, 'cannot read what it is to go on from'
  ),
  exit_codes.SUPERSEDED: roles.Ending(
    False, 'found another process in its place'
  ),
  **_NO_CARD,
}
# Clients are stopped first, so that none waits for a server that is gone.
_ROLES = {
  role.kind: role
  for role in (
    roles.Role(node_kinds.ACTOR, endings=_NO_CARD),
    roles.Role(node_kinds.EVALUATOR, endings=_NO_CARD),
    roles.Role(
      node_kinds.POLICY_LEARNER,
      is_server=True,
      stop_order=1,
      endings={**_GOAL, **_NOT_FINITE, **_HOPELESS},
    ),
    roles.Role(
      node_kinds.DISCRIMINATOR_LEARNER,
      is_server=True,
      stop_order=1,
      endings={**_NOT_FINITE, **_HOPELESS},
    ),
    roles.Role(node_kinds.REPLAY, is_server=True, stop_order=2),
  )
}
_CONTROLLER = roles.Role(
  node_kinds.CONTROLLER, asks_all=True, endings={**_GOAL, **_HOPELESS}
)


def _member_role(role: roles.Role, member: str) -> roles.Role:
  """The role of a node in a population's member.

  Members do not end the program, and those that diverge wait. The controller
  asks evaluators, but can do without.
  """
  is_server = role.is_server or role.kind == node_kinds.EVALUATOR
  endings = {c: e for c, e in role.endings.items() if c in _HOPELESS}
  return role._replace(member=member, is_server=is_server, endings=endings)


def doing() -> heartbeats.Doing:
  """Says what the node that this process runs is doing."""
  return heartbeats.Doing(*activity.CURRENT.report())


def make_program(
  config: experiment.Config, workdir: str
) -> tuple[lp.Program, dict[str, roles.Role]]:
  """Wires one training run, or a population of them.

  Args:
    config: the experiment.
    workdir: folder for checkpoints, metrics and pictures; created if missing.

  Returns:
    A program for `lp.launch`, and the roles of its groups by their names: both
    together are for `supervisor.Supervisor`. Groups are named by the kind of
    their nodes, of members of a population after "member_<index>/".
  """
  program = lp.Program('spiral')
  if not config.population.size:
    _add_run(program, config, workdir)
    return program, dict(_ROLES)
  names = [f'member_{index:02d}' for index in range(config.population.size)]
  members = [
    _add_run(program, *run, f'{name}/', config.population.fitness)
    for name, run in zip(names, members_lib.runs(config, workdir))
  ]
  with program.group(node_kinds.CONTROLLER):
    program.add_node(
      lp.CourierNode(controller.Controller, config, workdir, members)
    )
  members_roles = {
    f'{name}/{kind}': _member_role(role, name)
    for name in names
    for kind, role in _ROLES.items()
  }
  return program, {**members_roles, node_kinds.CONTROLLER: _CONTROLLER}


def _add_run(
  program: lp.Program,
  config: experiment.Config,
  workdir: str,
  prefix: str = '',
  fitness: str = '',
) -> reports.Clients:
  """Adds the nodes of one training run.

  Args:
    program: to add them to.
    config: the experiment.
    workdir: folder of the run.
    prefix: of the groups' names, if the run is a member of a population.
    fitness: `config.population.fitness`, if it is a member.

  Returns:
    Handles for the controller.
  """
  is_member = bool(prefix)

  def add(constructor, *args):
    """Adds a node; returns a handle for nodes and one for the controller."""
    node = lp.CourierNode(constructor, *args)
    handle = program.add_node(node)
    handle.set_client_kwargs(call_timeout=_CALL_TIMEOUT_SECONDS)
    brief = node.create_handle()
    brief.set_client_kwargs(call_timeout=_ANSWER_SECONDS)
    return handle, brief

  with program.group(prefix + node_kinds.REPLAY):
    replay = program.add_node(replay_node.ReplayNode(config, workdir))
  with program.group(prefix + node_kinds.DISCRIMINATOR_LEARNER):
    discriminator, brief_discriminator = add(
      discriminator_learner.DiscriminatorLearner,
      *(config, workdir, replay, is_member),
    )
  with program.group(prefix + node_kinds.POLICY_LEARNER):
    policy, brief_policy = add(
      policy_learner.PolicyLearner,
      *(config, workdir, discriminator, replay, is_member),
    )
  with program.group(prefix + node_kinds.ACTOR):
    for i in range(config.training.num_actors):
      add(actor.Actor, config, policy, replay, i)
  with program.group(prefix + node_kinds.EVALUATOR):
    _, brief_evaluator = add(
      evaluator.Evaluator, *(config, workdir, policy, discriminator, fitness)
    )
  return reports.Clients(
    brief_policy, brief_discriminator, brief_evaluator, replay
  )
