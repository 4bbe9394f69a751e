r"""Draws figure 11 of the paper: l2 beside a trained discriminator, on circles.

    python -m launch.figure11 --output=docs/figure11.png

Trains the discriminator, prints how well each of the two leads to the target,
and writes the picture.
"""

from collections.abc import Mapping
import os

from absl import flags
from matplotlib import figure
import numpy as np
import tabulate

from launch import commands
from launch import flags as launch_flags
from launch import places
from spiral_tf import files
from spiral_tf import pictures
from spiral_tf import progress
from spiral_tf.experiments import circles
from spiral_tf.learning import rewards

_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the picture.', required=True
)
_STEPS = flags.DEFINE_integer(
  'steps', 400, 'Updates of the discriminator.', lower_bound=1
)
_SEED = flags.DEFINE_integer(
  'seed', 0, 'Seed of weights and pairs.', lower_bound=0
)
_CANVAS_WIDTH = flags.DEFINE_integer(
  'canvas_width', 32, 'Width and height of the images, pixels.', lower_bound=12
)
_RADIUS = flags.DEFINE_integer(
  'radius', 4, 'Radius of the circle, pixels.', lower_bound=2
)

_REPORT_SECONDS = 5.0
# Circles that are shown as examples, and circles a row.
_EXAMPLES = 16
_EXAMPLES_A_ROW = 4
_COLORS = 'viridis'


def main(argv):
  """Trains, measures and draws."""
  launch_flags.no_arguments(argv)
  output = places.png('output', _OUTPUT.value)
  _work(output)
  print(f'Picture: {output}')


def _work(output: str) -> None:
  """Trains, measures and draws."""
  radius = _RADIUS.value
  images = circles.make(_CANVAS_WIDTH.value, radius)
  # Before all the work, which a file that cannot be written would waste.
  os.makedirs(os.path.dirname(output) or '.', exist_ok=True)
  files.check(output)
  report = progress.Progress('steps', _REPORT_SECONDS, to_the_end=True)
  discriminator = circles.train(
    images,
    _STEPS.value,
    _SEED.value,
    lambda step, gap: report(
      step, _STEPS.value, note=f'real minus fake score {gap:.2f}'
    ),
  )
  distances = {
    'l2 distance': rewards.l2,
    'discriminator': lambda x, target: -discriminator(x, target),
  }
  descents = {
    name: circles.mean_descent(distance, images, radius)
    for name, distance in distances.items()
  }
  print(_table(descents))
  # Where it is seen well: near the front of the surfaces.
  target = (2 * len(images) // 3, len(images) // 3)
  surfaces = {
    name: circles.surface(distance, images, target)
    for name, distance in distances.items()
  }
  drawn = _draw(images, target, surfaces)
  pictures.write_figure(output, drawn, dpi=100)


def _table(descents: Mapping[str, circles.Descent]) -> str:
  """The numbers as text for people."""
  titles = circles.Descent(
    'downhill is towards the target, share of locations',
    'the same, where the circles do not overlap',
    'slope there, share of the range a pixel',
    'steepest descent arrives, share of locations',
  )
  rows = [
    (title, *(getattr(descent, field) for descent in descents.values()))
    for field, title in titles._asdict().items()
  ]
  return tabulate.tabulate(
    rows,
    ('Means over 25 targets', *descents),
    tablefmt='plain',
    floatfmt='.3f',
  )


def _draw(
  images: np.ndarray,
  target: circles.Location,
  surfaces: Mapping[str, np.ndarray],
) -> figure.Figure:
  """Draws (a) images, (b) and (c) surfaces; below, which way is downhill."""
  drawn = figure.Figure(figsize=(11, 7.6), layout='constrained')
  grid = drawn.add_gridspec(2, 3, width_ratios=(0.7, 1, 1))
  flat = images.reshape([-1, *images.shape[2:]])
  some = np.linspace(0, len(flat) - 1, _EXAMPLES).round().astype(int)
  for row, title, shown, columns in (
    (0, '(a) Some of the circles', flat[some], _EXAMPLES_A_ROW),
    (1, 'The target', images[target][None], 1),
  ):
    axes = drawn.add_subplot(grid[row, 0])
    axes.imshow(pictures.grid(shown, columns)[..., 0], cmap='gray')
    axes.set_title(title)
    axes.set_axis_off()
  # How far the circle's centre is from the upper, or left, edge of the canvas
  # at each location, pixels.
  first = (images.shape[2] - len(images) + 1) / 2
  centers = first + np.arange(len(images))
  place = (first + target[1], first + target[0])
  for i, (title, heights) in enumerate(surfaces.items(), start=1):
    _draw_surface(
      drawn.add_subplot(grid[0, i], projection='3d'),
      centers,
      heights,
      place,
      f'({"abc"[i]}) {title}',
    )
    axes = drawn.add_subplot(grid[1, i])
    image = _draw_map(axes, centers, heights, place)
  bar = drawn.colorbar(image, ax=drawn.axes, shrink=0.8, aspect=40)
  bar.set_label('distance to the target, from its least to its largest')
  return drawn


def _draw_surface(axes, centers, heights, place, title) -> None:
  """Draws a surface, with a line through the target."""
  x, y = np.meshgrid(centers, centers)
  axes.plot_surface(
    x, y, heights, cmap=_COLORS, vmin=0, vmax=1, rcount=50, ccount=50
  )
  lines = zip(place, place)
  axes.plot(*lines, [0, 1.2], color='red', linestyle=':', zorder=10)
  axes.set_title(title)
  axes.set_xlabel('column')
  axes.set_ylabel('row')
  axes.set_zticks([0, 0.5, 1])
  axes.invert_yaxis()  # As in images.
  axes.view_init(elev=30, azim=-110)


def _draw_map(axes, centers, heights, place):
  """Draws a surface from above, with arrows downhill where there is a slope."""
  edges = (centers[0] - 0.5, centers[-1] + 0.5)
  image = axes.imshow(
    heights, cmap=_COLORS, vmin=0, vmax=1, extent=(*edges, *edges[::-1])
  )
  slope = circles.downhill(heights)
  length = np.linalg.norm(slope, axis=-1)
  row, column = np.nonzero(length)
  arrows = slope[row, column] / length[row, column, None]
  axes.quiver(
    centers[column],
    centers[row],
    arrows[:, 1],
    arrows[:, 0],
    angles='xy',
    scale_units='xy',
    scale=1.25,
    pivot='middle',
    color='black',
    width=0.004,
  )
  axes.plot(*place, 'o', color='red')
  axes.set_title('arrows: downhill; red: the target')
  axes.set_xlabel('column of the circle, pixels')
  axes.set_ylabel('row of the circle, pixels')
  return image


if __name__ == '__main__':
  commands.run(main)
