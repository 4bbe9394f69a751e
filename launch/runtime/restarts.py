"""When a node that ended is started again, and when it is given up."""

import dataclasses

# A node that was up for so long was sound; what follows is another story.
SOUND_SECONDS = 60.0
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
# Ends in a row, each soon after its start, after which a node is given up: of
# nodes that fail by themselves, which they will do again, and of nodes that
# were killed, by the kernel for lack of memory or by somebody.
MOST_FAILURES = 4
MOST_KILLS = 20


@dataclasses.dataclass
class History:
  """What happened to one node.

  Attributes:
    restarts: times that it was started again.
    failures: ends in a row, soon after the start, by its own fault.
    kills: the same by a signal.
  """

  restarts: int = 0
  failures: int = 0
  kills: int = 0

  def ended(self, code: int, seconds: float) -> float | None:
    """Notes an end, and says what to do.

    Args:
      code: the exit code, negative for a signal.
      seconds: how long the node was up.

    Returns:
      Seconds to wait before it is started again, which double each time; None
      to give it up.
    """
    if seconds >= SOUND_SECONDS:
      self.failures = self.kills = 0
    if code < 0:
      self.kills += 1
    else:
      self.failures += 1
    if self.failures > MOST_FAILURES or self.kills > MOST_KILLS:
      return None
    self.restarts += 1
    wait = FIRST_WAIT_SECONDS * 2 ** (self.failures + self.kills - 1)
    return min(wait, LONGEST_WAIT_SECONDS)
