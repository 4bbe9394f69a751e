"""Figures of learning curves: several runs as one line, in several panels."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib import figure
from matplotlib import patches
import numpy as np

from spiral_tf.evaluation import curves

# Curves' colours, which the colour-blind can tell apart (Okabe and Ito, 2008).
COLORS = (
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#000000',
)
# Of curves beyond that many.
_STYLES = ('-', '--', ':', '-.')
# Letters of a legend on one line, at most.
_LEGEND_LETTERS = 80


class Course(NamedTuple):
  """One run.

  Attributes:
    xs: for each panel, where it was measured, `[N]`, never falling.
    y: what was found there, `[N]`.
  """

  xs: Sequence[np.ndarray]
  y: np.ndarray


def draw(
  courses: Mapping[str, Sequence[Course]],
  title: str,
  y_label: str,
  x_labels: Sequence[str],
  baselines: Mapping[str, float],
  top: float,
) -> figure.Figure:
  """Draws runs, a panel for each thing that they are held against.

  Args:
    courses: the runs of each curve, by its name in the legend.
    title: of the picture.
    y_label: what was measured.
    x_labels: of the panels.
    baselines: what it is held against, by name.
    top: end of the upward axis, which begins at 0.

  Returns:
    The picture.

  Raises:
    ValueError: runs of a curve have no span in common.
  """
  drawn = figure.Figure(
    figsize=(4.5 * len(x_labels), 4.5), layout='constrained'
  )
  drawn.suptitle(title)
  panels = drawn.subplots(1, len(x_labels), sharey=True)
  panels[0].set_ylabel(y_label)
  for i, (name, runs) in enumerate(courses.items()):
    color = COLORS[i % len(COLORS)]
    for panel, axes in enumerate(panels):
      band = curves.band([run.xs[panel] for run in runs], [x.y for x in runs])
      axes.plot(
        *(band.x, band.mean),
        color=color,
        linestyle=_STYLES[i // len(COLORS) % len(_STYLES)],
        label=name,
      )
      if len(runs) > 1:
        axes.fill_between(
          *(band.x, band.low, band.high), color=color, alpha=0.25, linewidth=0
        )
  for axes, x_label in zip(panels, x_labels):
    axes.set_xlabel(x_label)
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)
    axes.spines[['top', 'right']].set_visible(False)
    for value in baselines.values():
      axes.axhline(value, color='0.35', linestyle='--', linewidth=1)
  _name_baselines(panels[-1], baselines)
  panels[0].set_ylim(0, top)
  _add_legend(drawn, any(len(runs) > 1 for runs in courses.values()))
  return drawn


def _name_baselines(axes, baselines: Mapping[str, float]) -> None:
  """Names the lines at their right ends."""
  # One name above its line, the other below: apart, however near the lines are.
  names = sorted(baselines, key=lambda name: baselines[name])
  for name, side in zip(names, ('top', 'bottom')):
    axes.annotate(
      name,
      (1.01, baselines[name]),
      xycoords=axes.get_yaxis_transform(),
      va=side,
      color='0.35',
    )


def _add_legend(drawn: figure.Figure, has_bands: bool) -> None:
  handles, labels = drawn.axes[0].get_legend_handles_labels()
  if has_bands:
    handles.append(patches.Patch(color='0.5', alpha=0.25, linewidth=0))
    labels.append('from lowest to highest')
  drawn.legend(
    handles,
    labels,
    loc='outside lower center',
    ncols=4 if sum(map(len, labels)) <= _LEGEND_LETTERS else 2,
    frameon=False,
  )
