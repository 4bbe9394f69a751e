"""Values in messages: short, and on one line, whoever they come from."""

from typing import Any

_LONGEST = 80  # Characters of a value.
_LONGEST_LINE = 200  # Characters of a line, such as a path.


def quoted(value: Any) -> str:
  """A value as Python writes it, cut off where it gets long.

  Args:
    value: anything.

  Returns:
    At most 80 characters.
  """
  return shortened(repr(value))


def shortened(text: str) -> str:
  """A text of one line, cut off where it gets long.

  Args:
    text: any text.

  Returns:
    At most 80 characters; three dots stand for what is left out.
  """
  return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'


def one_line(part: Any) -> str:
  """A path, or somebody else's message, as a part of a line.

  Args:
    part: what to say; whatever would break the line, or cannot be printed, is
      replaced. Of what is long the middle is left out, for a path's ends say
      most.

  Returns:
    From 1 to about 200 characters.
  """
  text = ' '.join(str(part).split()) or "''"
  text = ''.join(c if c.isprintable() else '?' for c in text)
  if len(text) <= _LONGEST_LINE:
    return text
  half = _LONGEST_LINE // 2
  return f'{text[:half]}...{text[-half:]}'
