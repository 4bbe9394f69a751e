"""The most memory that a process has held since its program began.

Not `getrusage`'s nor `wait4`'s: they count what the parent held when it forked.
"""

import re


def peak(process: int | str = 'self') -> float | None:
  """Reads it, in megabytes.

  Args:
    process: its number; by default this one.

  Returns:
    What was resident at most; None of a process that has ended, and that nobody
    has waited for.
  """
  with open(f'/proc/{process}/status', encoding='utf-8') as file:
    found = re.search(r'VmHWM:\s*(\d+) kB', file.read())
  return int(found[1]) / 1000 if found else None
