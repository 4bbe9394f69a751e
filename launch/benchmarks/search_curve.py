"""The picture of what search is worth: error against a processor's seconds."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib import figure
from matplotlib import ticker

# Colours that the colour-blind can tell apart (Krzywinski).
_COLORS = ('#008DF9', '#E20134', '#009F81', '#8400CD', '#FF6E3A', '#000000')
_MARKERS = 'osD^vP'


class Point(NamedTuple):
  """What one kind of search, at one budget, came to.

  Attributes:
    line: the kind, of which the points make a line.
    name: the kind and the budget.
    share: squared error as a share of the blank canvas's.
    seconds: that a processor worked on a picture.
    rate: variations tried a second; 0 if it tries none.
    strokes: the mean number of a program.
  """

  line: str
  name: str
  share: float
  seconds: float
  rate: float
  strokes: float


def draw(points: Sequence[Point], title: str) -> figure.Figure:
  """Draws a line for each kind, the seconds on a logarithmic axis.

  Args:
    points: in the order of the legend.
    title: over the picture.

  Returns:
    The figure.
  """
  drawn = figure.Figure(figsize=(7.5, 5), dpi=120, layout='constrained')
  axes = drawn.subplots()
  for i, line in enumerate(dict.fromkeys(point.line for point in points)):
    own = sorted((x for x in points if x.line == line), key=lambda x: x.seconds)
    axes.plot(
      [point.seconds for point in own],
      [point.share for point in own],
      color=_COLORS[i % len(_COLORS)],
      marker=_MARKERS[i % len(_MARKERS)],
      linestyle='-' if i < len(_COLORS) else ':',
      label=line,
    )
  axes.set_xscale('log')
  axes.xaxis.set_major_formatter(ticker.FormatStrFormatter('%g'))
  axes.set_ylim(bottom=0)
  axes.set_xlabel("Seconds of a processor's work on a picture")
  axes.set_ylabel("Squared error, as a share of the blank canvas's")
  axes.set_title(title)
  axes.grid(alpha=0.3)
  axes.legend()
  return drawn
