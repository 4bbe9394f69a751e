"""Checks of the fields of a program's records, each with its message."""

from typing import Any

from spiral_tf import messages
from spiral_tf.environments import mypaint

# Width and height of pictures, pixels, at most: what the brush engine can draw,
# and for other renderers the same.
MAX_WIDTH = mypaint.MAX_WIDTH


def that(holds: bool, name: str, value: Any, rule: str) -> None:
  """Raises a ValueError that quotes a value, unless a rule holds.

  Args:
    holds: whether the rule holds.
    name: of the field.
    value: of the field.
    rule: what the value must be, to go on after "it must be".
  """
  if not holds:
    raise ValueError(
      f'{name} is {messages.quoted(value)}, but it must be {rule}.'
    )


def number(name: str, value: Any, low: float, high: float) -> None:
  """Raises a ValueError unless a value is a number from `low` to `high`."""
  # Whoever paints many pictures makes many strokes, so the text of the message
  # is put together only when it is needed.
  if type(value) in (int, float) and low <= value <= high:
    return
  that(False, name, value, f'a number from {low:g} to {high:g}')


def index(name: str, value: Any, end: int, start: int = 0) -> None:
  """Raises a ValueError unless a value is an integer in [`start`, `end`)."""
  holds = type(value) is int and start <= value < end
  that(holds, name, value, f'a whole number from {start} to {end - 1}')


def length(name: str, value: Any, number_of: int) -> None:
  """Raises a ValueError unless a value is a tuple of that length."""
  if not isinstance(value, tuple) or len(value) != number_of:
    that(False, name, value, f'{number_of} numbers')


def point(name: str, value: Any) -> None:
  """Raises a ValueError unless a value is a place on some canvas."""
  length(name, value, 2)
  for coordinate in value:
    number(name, coordinate, -2 * MAX_WIDTH, 2 * MAX_WIDTH)


def unchecked(record: type, **fields: Any) -> Any:
  """Makes a record of fields that are known to be right.

  Agents paint hundreds of pictures a second; the checks would take a twentieth
  of the time.

  Args:
    record: the kind of record, a dataclass.
    **fields: all of its fields.

  Returns:
    The record.
  """
  made = object.__new__(record)
  made.__dict__.update(fields)
  return made
