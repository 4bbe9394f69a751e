"""Names that must not be there twice."""

from collections.abc import Iterable


def distinct(names: Iterable[str], separator: str = '_') -> list[str]:
  """Gives each name once: what comes again gets a number.

  Args:
    names: some of which may be equal.
    separator: between a name and its number.

  Returns:
    A name for each of `names`, in their order: as it is where that is free,
    else with the first number, from 2, that makes it so.
  """
  found: dict[str, None] = {}
  for name in names:
    chosen, number = name, 1
    while chosen in found:
      number += 1
      chosen = f'{name}{separator}{number}'
    found[chosen] = None
  return list(found)
