"""Keeps the C library from keeping memory that is no longer used.

Its malloc has a pool for each of many threads, and what is freed stays in the
pool for the next time. After many large requests at once that is hundreds of
megabytes that nobody uses.
"""

import ctypes
import gc

# Numbers of mallopt, from malloc.h.
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8
# Pools of memory, at most.
_POOLS = 2
# What is at least so large, bytes, goes back to the system when it is freed.
_LARGE = 2**20


def keep_little() -> None:
  """Lets there be few pools. To be called before there are many threads."""
  c = ctypes.CDLL(None)
  if hasattr(c, 'malloc_trim'):  # The GNU C library.
    c.mallopt(_ARENA_MAX, _POOLS)
    c.mallopt(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
  """Gives what nobody needs back to the system; takes milliseconds."""
  gc.collect()
  c = ctypes.CDLL(None)
  if hasattr(c, 'malloc_trim'):
    c.malloc_trim(0)
