"""Backgrounds as people write them: names of colours, #FFF, capitals.

Programs have them in one form only, which every reader of their JSON knows.
"""

import re

from PIL import ImageColor

from spiral_tf.programs import checks

_HEX = re.compile('#(?:[0-9a-f]{3}|[0-9a-f]{6})')
# As they are in programs.
_KEPT = ('white', 'transparent')


def normal(text: str) -> str:
  """A background in the form that programs have it.

  Args:
    text: 'transparent', or a colour as CSS has it: a name of its 148, #rgb or
      #rrggbb. Capitals are as good as small letters.

  Returns:
    'white', 'transparent' or '#rrggbb', in small letters.

  Raises:
    ValueError: it is none of these.
  """
  small = text.lower() if isinstance(text, str) else ''
  if small in _KEPT:
    return small
  # Pillow reads much else, such as hsl(...) and numbers of other lengths.
  known = small in ImageColor.colormap or _HEX.fullmatch(small)
  rule = (
    '"white", "transparent", or a colour of CSS such as "#f0e6d2", "#fff" or '
    '"ivory"'
  )
  checks.that(bool(known), 'background', text, rule)
  red, green, blue = ImageColor.getrgb(small)
  return f'#{red:02x}{green:02x}{blue:02x}'
