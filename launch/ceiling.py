r"""Says how near the programs of a config can come to pictures, whatever agent.

    python -m launch.ceiling --config=configs/omniglot_conditional_small.py \
        --config.data.path=FOLDER --output=ceiling.png
    python -m launch.ceiling --config=configs/omniglot_conditional_small.py \
        --config.data.path=FOLDER --config.environment.brush_sizes='(0.5,)'

An agent can be no better than the best programs of its environment: a pen that
is too thick, a coarse grid or few strokes cost more than any training gains.
This searches programs of held-out images, from random ones on, and prints the
error that is left. Search finds not quite the best, so the bound lies a little
lower still. Compare settings of the environment by it before training anything:
a minute each, and many with broad strokes in colour, where fewer --targets and
--tries compare as well.

The distance beside it is the yardstick's, by which agents without a target are
judged, too: how near what was found is, as a set, to the training images. It
tells lines that are too thick or too sharp, which are wrong in every drawing.
Small sets are far from any: compare with the images' own, and give --targets.
With --classifier the Frechet distance of launch.evaluate is taken as well, in
the features of a classifier of digits: it sees more of shapes, less of ink.
"""

from collections.abc import Callable
from collections.abc import Mapping
import os

from absl import flags
import numpy as np
import tabulate

from launch import commands
from launch import flags as launch_flags
from launch import places
from spiral_tf import builders
from spiral_tf import datasets
from spiral_tf import pictures
from spiral_tf import progress
from spiral_tf.config import experiment
from spiral_tf.environments import mypaint
from spiral_tf.evaluation import classifier
from spiral_tf.evaluation import frechet
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import yardstick
from spiral_tf.search import climbing
from spiral_tf.search import native

_CONFIG = launch_flags.define_config()
_TARGETS = flags.DEFINE_integer(
  'targets', 32, 'Held-out images to come near to.', lower_bound=1
)
_TRIES = flags.DEFINE_integer(
  'tries',
  20_000,
  'Variations of a program for each.',
  lower_bound=1,
  upper_bound=climbing.MAX_TRIES,
)
_SEED = flags.DEFINE_integer(
  'seed', 0, 'Seed of the first programs and the variations.', lower_bound=0
)
_CLASSIFIER = flags.DEFINE_bool(
  'classifier',
  False,
  'Train a classifier of digits, too, and take a distance in its features.',
)
_OUTPUT = flags.DEFINE_string(
  'output', None, 'PNG file for the images beside what was found.'
)

# Random programs for each image, of which the best is begun with.
_STARTS = 64
# Images whose programs are searched at once, by as many threads as there are
# cores.
_AT_ONCE = 8
_REPORT_SECONDS = 5.0
# Images that make a set.
_FEWEST = 2
_PAIRS_A_ROW = 8


def main(argv):
  """Searches, prints and draws."""
  launch_flags.no_arguments(argv)
  config = launch_flags.typed(_CONFIG)
  if config.environment.name != 'painting':
    raise ValueError(
      f'config.environment.name is "{config.environment.name}", but programs '
      'are searched of paintings only; launch.mcmc searches scenes.'
    )
  output = places.png('output', _OUTPUT.value) if _OUTPUT.value else ''
  if output:
    places.check_file(output)
  dataset = builders.load_dataset(config)
  if _CLASSIFIER.value and not classifier.has_ten_classes(dataset.train_labels):
    raise ValueError(
      f'config.data.name is "{config.data.name}", but --classifier needs '
      'images with labels of ten classes, such as digits. Leave it out.'
    )
  targets = np.asarray(dataset.validation[: _TARGETS.value])
  random, found = _search(config, targets)
  empty = reconstruction.empty_canvas(config)
  canvases = {
    'blank canvas': empty,
    f'best of {_STARTS} random programs': random,
    f'after {_TRIES.value:,} variations of it': found,
  }
  print(_table(canvases, targets, empty, _distances(config, dataset)))
  if output:
    pairs = reconstruction.pairs(targets, found)
    os.makedirs(os.path.dirname(output) or '.', exist_ok=True)
    pictures.save_png(output, pictures.grid(pairs, 2 * _PAIRS_A_ROW))
    print(f'Picture: {output}')


def _search(
  config: experiment.Config, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
  """Searches for programs.

  Args:
    config: whose environment has the programs.
    targets: uint8 `[N, W, W, C]`.

  Returns:
    What the best ones make before the search, from random, and after it, uint8
    `[N, W, W, C]` each.
  """
  random = np.random.default_rng(_SEED.value)
  spec = builders.environment_spec(config).action
  shape = _STARTS, config.environment.episode_length
  drafter = mypaint.Drafter(
    **native.settings(config.environment, targets.shape[-1], threads=None)
  )
  report = progress.Progress('images', _REPORT_SECONDS, to_the_end=True)
  canvases = [], []
  for first in range(0, len(targets), _AT_ONCE):
    batch = targets[first : first + _AT_ONCE]
    starts = {
      name: random.integers(component.num_values, size=(len(batch), *shape))
      for name, component in spec.items()
    }
    seeds = _SEED.value + first + np.arange(len(batch))
    for tries, drawn in zip((0, _TRIES.value), canvases):
      found = climbing.climb(config.environment, starts, batch, tries, seeds)
      drawn.append(drafter.draw(native.pack(found.actions)))
    report(first + len(batch), len(targets))
  random_ones, searched = map(np.concatenate, canvases)
  return random_ones, searched


def _distances(
  config: experiment.Config, dataset: datasets.Dataset
) -> dict[str, Callable[[np.ndarray], float]]:
  """How far a set is from the training images, by heads of columns."""
  ruler = yardstick.of_many(dataset.train)
  distances = {
    'distance': lambda images: ruler.distance(ruler.features(images))
  }
  if _CLASSIFIER.value:
    network, _ = classifier.train_on(dataset, config.seed)
    real = network.features(dataset.train)
    distances['by the classifier'] = lambda images: frechet.distance(
      network.features(images), real
    )
  return distances


def _table(
  canvases: Mapping[str, np.ndarray],
  targets: np.ndarray,
  empty: np.ndarray,
  distances: Mapping[str, Callable[[np.ndarray], float]],
) -> str:
  """Errors, as such and as shares of the empty canvas's, and distances."""
  whole = reconstruction.errors(empty, targets).mean()
  rows = []
  for name, images in {**canvases, 'the images themselves': targets}.items():
    error = reconstruction.errors(images, targets).mean()
    row = [name, f'{error:.5f}', f'{error / whole:.3f}']
    if len(targets) >= _FEWEST:
      images = np.broadcast_to(images, targets.shape)
      row += [f'{distance(images):.3f}' for distance in distances.values()]
    else:
      row += ['-'] * len(distances)
    rows.append(row)
  title = f'Mean squared error of a pixel, {len(targets)} held-out images'
  return tabulate.tabulate(
    rows,
    (title, 'error', 'of the blank canvas', *distances),
    tablefmt='plain',
    disable_numparse=True,
  )


if __name__ == '__main__':
  commands.run(main)
