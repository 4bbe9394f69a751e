"""What a node says by its exit code if a disk had no room for what it wrote.

Its log may be on the same disk, and end in the middle of a line; and libraries
that write report this in words of their own.
"""

import errno
import os

# Exit codes, which are the numbers of the errors. Also those of a node that
# means something else by them would be taken for this, so no role uses them.
_CODES = (errno.ENOSPC, errno.EDQUOT)


def exit_code(error: BaseException) -> int | None:
  """The code to end with after an error, None if it has another cause."""
  seen: set[int] = set()
  cause: BaseException | None = error
  while cause is not None and id(cause) not in seen:
    seen.add(id(cause))
    number = cause.errno if isinstance(cause, OSError) else None
    for code in _CODES:
      if number == code or os.strerror(code) in str(cause):
        return code
    cause = cause.__cause__ or cause.__context__
  return None


def meaning(code: int) -> str:
  """What an exit code says of the disk, to follow it; empty if nothing."""
  return f', {os.strerror(code)}' if code in _CODES else ''
