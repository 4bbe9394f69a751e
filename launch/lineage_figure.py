"""The picture of a population's lineage: its members, and who copied whom."""

from typing import Any, NamedTuple

from matplotlib import figure
from matplotlib import lines
from matplotlib import patheffects
from matplotlib import ticker
import numpy as np

from spiral_tf.population import lineage

# Colours that the colour-blind can tell apart (Krzywinski), the darker first.
_COLORS = (
  *('#008DF9', '#E20134', '#009F81', '#8400CD', '#FF6E3A', '#9F0162'),
  *('#FFC33B', '#00C2F9', '#FF5AAF', '#A40122', '#00FCCF', '#FFB2FD'),
)
_PANELS = ('fitness', 'learning_rate', 'entropy_cost')
# Worst fitness over the best from which on a linear axis hides how the good
# members differ.
_WIDE = 6


class Run(NamedTuple):
  """A population's lineage, and what is made of it.

  Attributes:
    name: of the run.
    records: of the lineage.
    courses: of its members.
    summary: of all together.
  """

  name: str
  records: list[dict[str, Any]]
  courses: dict[int, lineage.Course]
  summary: lineage.Summary

  @property
  def start(self) -> float:
    """When the first record was made, seconds since 1970."""
    return min(record['time'] for record in self.records)

  @property
  def best(self) -> int:
    """The member whose last known fitness is the highest."""
    last = {i: course.known[-1:] for i, course in self.courses.items()}
    return max(last, key=lambda i: (*last[i], -np.inf)[0])


def _style(run: Run, member: int) -> dict[str, Any]:
  """How the line of a member looks."""
  best = member == run.best
  return {
    'color': _COLORS[member % len(_COLORS)],
    'linestyle': '-' if member < len(_COLORS) else ':',
    'linewidth': 3 if best else 1.3,
    'zorder': 3 if best else 2,
  }


def draw(run: Run, other: Run | None) -> figure.Figure:
  """Draws fitness and hyperparameters against time, a panel each.

  Args:
    run: a population's.
    other: another one's, whose fitness is drawn, too.
  """
  drawn = figure.Figure(figsize=(10, 11), layout='constrained')
  panels = drawn.subplots(3, 1, sharex=True, height_ratios=(1.4, 1, 1))
  for axes, name in zip(panels, _PANELS):
    axes.set_ylabel(name.replace('_', ' '))
    axes.grid(alpha=0.3)
    axes.spines[['top', 'right']].set_visible(False)
    for member, course in run.courses.items():
      _draw_member(axes, name, run, member, course)
  handles = [
    _handle(f'member {i}{", the best" * (i == run.best)}', **_style(run, i))
    for i in run.courses
  ]
  handles += _draw_summaries(panels[0], run, other)
  _scale_fitness(panels[0], run, other)
  for axes, form in zip(panels[1:], ('{x:.0e}', '{x:g}')):
    axes.set_yscale('log')
    low, high = axes.get_ylim()
    # Wide enough for a number on the axis, however near the members are.
    axes.set_ylim(low / 1.2, high * 1.2)
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(form)
    axes.minorticks_off()
  for axes, name in zip(panels, _PANELS):
    # Last: how an arrow bends, and the lowest it gets, depend on the scales.
    _draw_copies(axes, name, run)
  marks = {'color': '0.3', 'linestyle': ''}
  if any(course.copies for course in run.courses.values()):
    arrow = '$\N{DOWNWARDS ARROW}$'
    handles.append(_handle('copy: donor to recipient', marker=arrow, **marks))
  if any(np.isneginf(course.fitness).any() for course in run.courses.values()):
    handles.append(_handle('diverged', marker='x', **marks))
  panels[-1].set_xlabel('minutes since the first round')
  panels[-1].set_xlim(left=0)
  drawn.legend(handles=handles, loc='outside right upper', frameon=False)
  return drawn


def _handle(label: str, **style) -> lines.Line2D:
  """An entry of the legend."""
  return lines.Line2D([], [], label=label, markersize=8, **style)


def _draw_member(axes, name, run, member, course) -> None:
  """Draws the line of a member in the panel of that name."""
  minutes = (course.time - run.start) / 60
  values = getattr(course, name)
  style = _style(run, member)
  if name != 'fitness':
    axes.plot(minutes, values, drawstyle='steps-post', **style)
    return
  finite = np.isfinite(values)
  axes.plot(minutes[finite], values[finite], marker='.', **style)
  lost = np.isneginf(values)
  foot = {'transform': axes.get_xaxis_transform(), 'color': style['color']}
  axes.plot(minutes[lost], np.full(lost.sum(), 0.02), 'x', **foot)


def _scale_fitness(axes, run: Run, other: Run | None) -> None:
  """Makes the axis of fitness logarithmic where it is a distance."""
  values = np.concatenate(
    [course.known for r in (run, other) if r for course in r.courses.values()]
  )
  values = values[np.isfinite(values)]
  if values.max() >= 0 or values.min() > _WIDE * values.max():
    return
  linear = {'linthresh': -values.max()}
  axes.set_yscale('symlog', linscale=0.1, **linear)
  axes.set_ylim(1.1 * values.min(), 0.8 * values.max())
  axes.yaxis.set_major_locator(
    ticker.SymmetricalLogLocator(base=10, subs=(1, 2, 5), **linear)
  )
  axes.yaxis.set_major_formatter('{x:g}')


def _draw_summaries(axes, run: Run, other: Run | None) -> list[lines.Line2D]:
  """Draws means, and all of the other run; returns them for the legend."""
  minutes = (run.summary.time - run.start) / 60
  handles = axes.plot(
    minutes, run.summary.mean, 'k--', linewidth=1.8, label='mean', zorder=4
  )
  if other:
    minutes = (other.summary.time - other.start) / 60
    for values, style, name in (
      (other.summary.best, '-', 'best'),
      (other.summary.mean, '--', 'mean'),
    ):
      handles += axes.plot(
        minutes,
        values,
        style,
        color='0.55',
        linewidth=2.2,
        label=f'{name} of {other.name}',
      )
  return handles


def _draw_copies(axes, name: str, run: Run) -> None:
  """Draws copies as arrows from the donor's value to the recipient's."""
  bottom, _ = axes.get_ylim()
  for record in run.records:
    donor = record.get('donor')
    if record['kind'] != 'copy' or donor not in run.courses:
      continue
    minute = (record['time'] - run.start) / 60
    if name == 'fitness':
      tail, head = record['donor_fitness'], record['member_fitness']
      if None in (tail, head):
        continue
    else:
      course = run.courses[donor]
      before = np.searchsorted(course.time, record['time'], 'right') - 1
      tail, head = getattr(course, name)[max(0, before)], record[name]
    if head > bottom:
      color = _COLORS[record['member'] % len(_COLORS)]
      axes.plot(minute, head, 'o', color=color, markersize=4, zorder=4)
    arrow = axes.annotate(
      '',
      (minute, max(head, bottom)),  # A member that diverged is below all.
      (minute, tail),
      arrowprops={
        'arrowstyle': '-|>',
        'color': _COLORS[donor % len(_COLORS)],
        'linewidth': 0.9,
        'mutation_scale': 9,
        'shrinkA': 0,
        'shrinkB': 1,
        # Bent, so that arrows of one round do not lie on each other.
        'connectionstyle': 'arc3,rad=0.15',
        'zorder': 5,
      },
    )
    # The white edge shows an arrow on lines of its own colour, too.
    edge = patheffects.withStroke(linewidth=2.2, foreground='white')
    arrow.arrow_patch.set_path_effects([edge])
