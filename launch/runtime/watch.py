"""Decides, from signs of life, which nodes hang.

A node is quiet if its file does not change, and stands still if it works and
does not get on. Both are said after a while, and after a longer one it hangs.
One that waits for another does not: that may be the one that hangs. Nor does
one that starts or compiles, which may take long, as long as it is not quiet.
"""

from collections.abc import Callable
import dataclasses
from typing import NamedTuple

from launch.runtime import heartbeats

# After which time it is said that something is wrong.
QUIET_SECONDS = 60.0
# The same before a node's first sign, and after which time it then hangs, at
# least: it imports TensorFlow first, on a machine that may be busy.
FIRST_SECONDS = 300.0
_FIRST_LIMIT_SECONDS = 600.0
# If so much time has passed between two looks, the launcher itself stood still,
# and what that was like for nodes is not known.
_GAP_SECONDS = 30.0


class Hung(NamedTuple):
  """A node that hangs.

  Attributes:
    name: of the node.
    since: when it was last seen to be well, by the time of the signs.
    reason: to follow its name.
  """

  name: str
  since: float
  reason: str


@dataclasses.dataclass
class _Node:
  """What is known of a node that runs.

  Attributes:
    text: of its file, None before the first look.
    alive_at: when that changed last.
    doing: what it said there.
    moved_at: when that changed last.
    has_beaten: whether there was a sign since it was started.
    patience: seconds after which it is said that something is wrong.
    said: what has been said to be wrong.
  """

  text: bytes | None = None
  alive_at: float = 0.0
  doing: heartbeats.Doing = heartbeats.Doing()
  moved_at: float = 0.0
  has_beaten: bool = False
  patience: float = 0.0
  said: str = ''

  def begin(self, now: float) -> None:
    """Counts from now on."""
    self.alive_at = self.moved_at = now


class Watch:
  """Watches the nodes that run."""

  def __init__(
    self,
    hang_seconds: float,
    say: Callable[[str], None],
    one_machine: bool = False,
  ):
    """Creates a watch.

    Args:
      hang_seconds: after which time without a sign of life, or at work without
        getting on, a node hangs; 0 for never.
      say: called with lines about what is wrong, or is well again.
      one_machine: whether all nodes are on this machine, so that a node that
        never gives a sign hangs, instead of not reaching the files.
    """
    self._hang_seconds = hang_seconds
    # Something is said before something is done.
    self._quiet_seconds = min(QUIET_SECONDS, hang_seconds / 2 or QUIET_SECONDS)
    self._say = say
    self._one_machine = one_machine
    self._nodes: dict[str, _Node] = {}
    self._reached: set[str] = set()
    self._last = 0.0
    self._is_blind = False

  def started(self, name: str) -> None:
    """Notes that a node was started, or started again."""
    self._nodes[name] = _Node(patience=self._quiet_seconds)

  def ended(self, name: str) -> None:
    """Notes that a node ended."""
    self._nodes.pop(name, None)

  def look(self, signs: heartbeats.Signs | None) -> list[Hung]:
    """Judges all nodes; call it often.

    Args:
      signs: what was read last; nothing happens if it was seen before.

    Returns:
      Those that hang. If they are not ended, they are named again when they
      have hung for as long again.
    """
    if signs is None or signs.time <= self._last:
      return []
    if signs.texts is None:
      if not self._is_blind:
        self._say(f'No signs of life of nodes can be had. {signs.error}')
      self._is_blind = True
      return []
    self._is_blind = False
    if signs.time - self._last > _GAP_SECONDS:
      for node in self._nodes.values():
        node.begin(signs.time)
    self._last = signs.time
    hung, waiting = [], {}
    for name, node in self._nodes.items():
      self._hear(name, node, signs.texts.get(name, b''))
      found = self._judge(name, node)
      if found:
        node.begin(self._last)
        hung.append(found)
      if self._waits_long(node):
        waiting.setdefault(node.doing.whom, []).append(name)
    for whom, names in waiting.items():
      self._say(
        f'{", ".join(names)}: waiting for {whom}, for '
        f'{self._quiet_seconds:.0f} s so far.'
      )
    return hung

  def _hear(self, name: str, node: _Node, text: bytes) -> None:
    """Takes note of a node's file."""
    if node.text is None:  # Perhaps that of its last life.
      node.text = text
      node.begin(self._last)
    if text == node.text:
      return
    node.text = text
    doing = heartbeats.parse(text) or node.doing
    moved = doing != node.doing
    if node.said and (node.said == 'quiet' or moved):
      since = node.alive_at if node.said == 'quiet' else node.moved_at
      if node.said != 'waiting':
        self._say(
          f'{name} is well again after {self._last - since:.0f} s, and {doing}.'
        )
        # What was no fault is not to be said again and again.
        node.patience *= 2
      node.said = ''
    node.alive_at, node.has_beaten = self._last, True
    self._reached.add(name)
    if moved:
      node.doing, node.moved_at = doing, self._last

  def _judge(self, name: str, node: _Node) -> Hung | None:
    """Says what is wrong with a node, and returns that it hangs, if it does."""
    quiet = self._last - node.alive_at
    still = self._last - node.moved_at
    reached = self._one_machine or name in self._reached
    limit = self._hang_seconds
    patience = node.patience
    if not node.has_beaten:
      patience = max(patience, FIRST_SECONDS)
      limit = limit and max(limit, _FIRST_LIMIT_SECONDS)
    if quiet >= patience:
      reason = (
        f'has given no sign of life for {quiet:.0f} s; it was {node.doing}'
      )
      if limit and quiet >= limit and reached:
        return Hung(name, node.alive_at, reason)
      self._complain(node, 'quiet', f'{name} {reason}.')
    elif node.doing.state == heartbeats.WORKING and still >= patience:
      reason = f'has been working for {still:.0f} s without getting on'
      if limit and still >= limit:
        return Hung(name, node.moved_at, reason)
      self._complain(node, 'still', f'{name} {reason}.')
    return None

  def _complain(self, node: _Node, what: str, line: str) -> None:
    if node.said != what:
      node.said = what
      self._say(line)

  def _waits_long(self, node: _Node) -> bool:
    """Whether it is to be said, now, that a node waits for another."""
    waits = (
      not node.said
      and node.doing.state == heartbeats.WAITING
      and self._last - node.moved_at >= self._quiet_seconds
    )
    if waits:
      node.said = 'waiting'
    return waits
