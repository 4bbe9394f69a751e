"""Which pen draws which stroke: paintings have many colours, artists few pens.

Colours are compared where equal distances look about equally different (Oklab,
Ottosson 2020). The paper counts as a pen that draws nothing: strokes of its
colour only hide what is beneath them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import ImageColor

from spiral_tf.programs import checks
from spiral_tf.programs import easel

# Pens of one plot, at most.
MAX_PENS = 64
# So many colours each get a pen, if nobody says how many pens there are; of
# more than these, this many pens are made.
_FEW = 12
# Colours that are nearer to the paper's cannot be told from it.
_LIKE_PAPER = 0.04

# From linear red, green and blue to Oklab.
_CONES = np.array(
  [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ]
)
_LAB = np.array(
  [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
  ]
)


class Pens(NamedTuple):
  """Pens, and what each stroke is drawn with.

  Attributes:
    colors: of the pens, '#rrggbb', light ones first, as these would be soiled
      by dark ones.
    pen: of each stroke, int `[N]`; -1 is the paper.
  """

  colors: list[str]
  pen: np.ndarray


def parse(colors: Sequence[str]) -> tuple[str, ...]:
  """Reads the colours of an artist's pens.

  Args:
    colors: each as CSS has it: a name, #rgb or #rrggbb.

  Returns:
    Each as '#rrggbb', once.

  Raises:
    ValueError: one is no colour.
  """
  read = []
  for color in colors:
    try:
      red, green, blue = ImageColor.getrgb(color.strip())[:3]
    except (ValueError, AttributeError):
      rule = 'a colour as CSS has it, such as "#000000" or "crimson"'
      checks.that(False, 'pen_colors', color, rule)
    read.append(f'#{red:02x}{green:02x}{blue:02x}')
  return tuple(dict.fromkeys(read))


def check(number: int) -> None:
  """Raises a ValueError unless there can be so many pens."""
  checks.index('pens', number, MAX_PENS + 1, 1)


def choose(
  colors: Sequence[easel.Color],
  weights: Sequence[float],
  paper: easel.Color,
  number: int | None = None,
  own: Sequence[str] = (),
) -> Pens:
  """Chooses a pen for each stroke.

  Args:
    colors: of the strokes.
    weights: how much each stroke matters, such as how long it is.
    paper: its colour.
    number: of pens, at most; by default one for each colour if these are few.
    own: the pens that there are, '#rrggbb'; each stroke gets that which is
      nearest, or the paper, if that is nearer.

  Returns:
    The pens, those that draw something.

  Raises:
    ValueError: `number` is out of range.
  """
  if number is not None:
    check(number)
  if not len(colors):
    return Pens([], np.zeros(0, int))
  shades = np.rint(255 * np.asarray(colors, float)).astype(int)
  unique, kind = np.unique(shades, axis=0, return_inverse=True)
  kind = kind.ravel()
  places = _oklab(unique / 255)
  blank = _oklab(np.array([paper], float))
  if own:
    pens = np.array([ImageColor.getrgb(color) for color in own])
    pen = _nearest(places, np.concatenate([blank, _oklab(pens / 255)])) - 1
  else:
    seen = np.hypot.reduce(places - blank, axis=1) >= _LIKE_PAPER
    pens, pen = unique[seen], np.full(len(unique), -1)
    pen[seen] = np.arange(seen.sum())
    most = number or _FEW
    if len(pens) > most:
      weight = np.bincount(kind, weights, len(unique))[seen]
      pens, pen[seen] = _clusters(pens, places[seen], weight, most)
  used = np.unique(pen[pen >= 0])
  light = used[np.argsort(-_oklab(pens[used] / 255)[:, 0], kind='stable')]
  rank = np.full(len(pens) + 1, -1)  # The last is the paper, -1.
  rank[light] = np.arange(len(light))
  return Pens(
    ['#' + ''.join(f'{value:02x}' for value in pens[i]) for i in light],
    rank[pen][kind],
  )


def _clusters(
  colors: np.ndarray, places: np.ndarray, weight: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
  """The colours that stand for all, and which of them for which."""
  # Here, since importing it takes a second, and most plots do without.
  from sklearn import cluster

  found = cluster.KMeans(number, n_init=3, random_state=0).fit(
    places, sample_weight=np.maximum(weight, 1e-9)
  )
  # Each cluster's pen has a colour that is in the picture.
  kept = _nearest(found.cluster_centers_, places)
  return colors[kept], found.labels_


def _nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
  """Which of the others is nearest to each point."""
  far = np.hypot.reduce(points[:, np.newaxis] - others, axis=2)
  return far.argmin(axis=1)


def _oklab(colors: np.ndarray) -> np.ndarray:
  """Lightness and two shades of colours in [0, 1], `[N, 3]`."""
  linear = np.where(
    colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4
  )
  return np.cbrt(linear @ _CONES.T) @ _LAB.T
