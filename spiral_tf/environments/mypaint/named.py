"""Twelve brushes that paint well, and what people call them."""

from typing import NamedTuple


class Named(NamedTuple):
  """A brush with a name for people.

  Attributes:
    brush: its name among those of mypaint-brushes.
    words: what it is good for.
  """

  brush: str
  words: str


# Chosen by looking at what they make of photographs: docs/brushes.md.
BRUSHES = {
  'marker': Named('ramon/Marker', 'even strokes with soft sides: good at all'),
  'oil': Named(
    'deevad/pen', 'soft, in many thin layers: nearest to a photograph'
  ),
  'acrylic': Named('tanda/acrylic-04-paint', 'opaque, with ragged edges'),
  'watercolor': Named(
    'deevad/detail_brush_large_glazing',
    'washes that what is below shines through',
  ),
  'ink': Named(
    'experimental/irregular_ink', 'flat blots with sharp round edges'
  ),
  'calligraphy': Named(
    'classic/calligraphy', 'a slanted nib: flat strokes, thick and thin'
  ),
  'knife': Named('classic/knife', 'flat, with straight ends; takes longest'),
  'chalk': Named('deevad/chalk', 'opaque, with a crumbling outline'),
  'charcoal': Named('classic/charcoal', 'soft and a little grainy'),
  'pencil': Named('deevad/2B_pencil', 'soft lines that never cover all'),
  'pastel': Named(
    'ramon/Pastel_1', 'dabs of many sizes, by chance: loose pictures'
  ),
  'airbrush': Named('deevad/airbrush', 'mist without edges: skies, soft light'),
}


def real_name(name: str) -> str:
  """The name that a brush has among those of mypaint-brushes.

  Programs have no other: who reads one need not know what we call a brush.

  Args:
    name: of any brush; one for people, such as `marker`, or a real one.

  Returns:
    The real name; `name` as it is unless it is one for people.
  """
  named = BRUSHES.get(name)
  return named.brush if named else name
