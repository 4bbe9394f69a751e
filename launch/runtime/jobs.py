"""A program's nodes as jobs that processes run, once it is known who is where.

As Launchpad's own launchers do it, but for two things: addresses are given, and
what a node has to say at its end is an exit code, which any engine can carry. A
node that calls `lp.stop` ends with the code by which its role says that the
program has reached its goal, where Launchpad sends a signal to the launcher on
the same machine. An exception may have an attribute `exit_code`, which its node
then ends with. One for lack of room on a disk ends it with the error's number,
as its log may be on that disk, and have no room for the reason either.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import functools
import signal
import sys
import threading
import traceback

import cloudpickle
from launchpad import address as lp_address
from launchpad import context as lp_context
from launchpad import program as lp_program
from launchpad.launch import serialization
from launchpad.nodes import base

from launch.runtime import heartbeats
from launch.runtime import no_room
from launch.runtime import roles as roles_lib


def named_nodes(
  program: lp_program.Program,
) -> Iterator[tuple[str, str, base.Node]]:
  """Yields the name of each node, "<group>/<index>", its group, and itself."""
  for group, nodes in program.groups.items():
    for index, node in enumerate(nodes):
      yield f'{group}/{index}', group, node


def make(
  program: lp_program.Program,
  endpoints: Mapping[str, str],
  roles: Mapping[str, roles_lib.Role],
  beats: heartbeats.Beats | None = None,
) -> dict[str, bytes]:
  """Makes the jobs of all nodes.

  Args:
    program: just built; its handles are bound, so it is of no further use.
    endpoints: "host:port" of each node by its name.
    roles: of the nodes, by the names of their groups.
    beats: how nodes give signs of life; None if they give none.

  Returns:
    Name to the cloudpickle of a list of one function.
  """
  serialization.enable_lru_cache_pickling_once()
  nodes = list(named_nodes(program))
  for name, group, node in nodes:
    node._initialize_context(
      lp_context.LaunchType.LOCAL_MULTI_PROCESSING, launch_config=None
    )
    node._launch_context._program_stopper = functools.partial(
      _end_program, roles[group]
    )
    for handle in node.input_handles:
      handle.connect(node, group)
    for address in node.addresses:
      address.bind(_Endpoint(endpoints[name]))
  # Pickled only when all addresses are bound: a job holds those of others.
  return {
    name: cloudpickle.dumps(
      [functools.partial(run, node.function, name=name, beats=beats)]
    )
    for name, _, node in nodes
  }


def run(
  function: Callable[[], None],
  name: str = '',
  beats: heartbeats.Beats | None = None,
) -> None:
  """Runs a node; an exception's `exit_code`, if it has one, becomes its own.

  Args:
    function: what the node does.
    name: of the node.
    beats: how it gives signs of life, None if it gives none.
  """
  if beats is not None:
    beats.start(name)
  try:
    function()
  except Exception as error:
    code = getattr(error, 'exit_code', None) or no_room.exit_code(error)
    if code is None:
      raise
    traceback.print_exc()
    sys.exit(code)
  finally:
    if threading.current_thread() is threading.main_thread():
      # Launchpad's, of a node that was told to stop and does not. This one has,
      # but may take longer than a second to leave Python, and would be killed.
      signal.alarm(0)


def _end_program(role: roles_lib.Role, mark_as_completed: bool = False) -> None:
  """What `lp.stop` does in a node: ends it, and says: the goal is reached."""
  del mark_as_completed
  sys.exit(role.goal_code())


class _Endpoint(lp_address.AbstractAddressBuilder):
  """An address that is known."""

  def __init__(self, address: str):
    self._address = address

  def build(self) -> str:
    return self._address
