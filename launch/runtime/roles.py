"""What a runtime must know of the nodes of a program, handed to it as data.

A node is a process, and all that it can say at its end is an exit code. 0 and
1 are Python's own, negative ones are signals'. What any other means, and who
may say it, the program's author writes into the roles.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Ending(NamedTuple):
  """What a node means by an exit code of its own.

  Attributes:
    reaches_goal: whether the whole program has reached its goal; otherwise the
      node has failed for a reason that a restart would only meet again.
    text: the meaning, to follow the node's name in a message.
  """

  reaches_goal: bool
  text: str


class Role(NamedTuple):
  """What is to be done about the nodes of a group.

  Attributes:
    kind: what these nodes are, by which their resources are looked up.
    member: name of the part of the program that must be restarted as a whole
      when the machine of one of its servers is lost; empty for the program.
    is_server: whether other nodes hold its address.
    stop_order: nodes of lower numbers are stopped first.
    asks_all: whether it holds addresses of every member.
    endings: the exit codes that these nodes may say, with their meanings. Any
      other, and any that is another kind's, is an ordinary failure.
  """

  kind: str
  member: str = ''
  is_server: bool = False
  stop_order: int = 0
  asks_all: bool = False
  endings: Mapping[int, Ending] = {}

  def goal_code(self) -> int:
    """The exit code that says that the program has reached its goal.

    Raises:
      ValueError: such a node cannot say so.
    """
    for code, ending in self.endings.items():
      if ending.reaches_goal:
        return code
    raise ValueError(
      f'A node of kind {self.kind!r} called lp.stop(), but its role has no '
      'exit code that ends the program; give it one in the graph.'
    )
