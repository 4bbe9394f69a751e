"""Judges of pictures beside their targets: the discriminator of a run.

It was trained to tell what the run's agent draws from the real thing. Search is
told by a judge what to keep: by the discriminator alone, or by how near a
picture is as well.
"""

import collections
from collections.abc import Callable
import math

import numpy as np
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import messages
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.evaluation import reconstruction
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

PIXELS, DISCRIMINATOR, BOTH = KINDS = ('pixels', 'discriminator', 'both')

# Pictures and targets, each uint8 `[N, W, W, C]`, to float32 `[N]`, higher for
# what is better.
Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Settings that decide what canvases look like.
_OF_A_CANVAS = ('name', 'canvas_width', 'color', 'background')
_CHUNK = 256  # Pictures scored at once.
_KEPT_ENDS = 4096  # Targets of which `Both` remembers the ends of the scale.


def load_judge(
  workdir: str,
  config: experiment.Config,
  kind: str = BOTH,
  weight: float = 1.0,
) -> Judge:
  """Restores the discriminator of a run as a judge of an agent's pictures.

  Args:
    workdir: folder of the run, which may be being trained.
    config: of the agent whose pictures are judged.
    kind: 'discriminator', or 'both', see `Both`.
    weight: see `Both`.

  Returns:
    The judge.

  Raises:
    FileNotFoundError: there is no run, or no checkpoint of a discriminator.
    ValueError: there is no such kind; or the run is unconditional, or of
      another kind of canvas, or a file of it is damaged.
  """
  if kind not in (DISCRIMINATOR, BOTH):
    raise ValueError(
      f'a run judges as {DISCRIMINATOR!r} or {BOTH!r}, not as '
      f'{messages.quoted(kind)}; {PIXELS} need no run.'
    )
  if not 0 <= weight < math.inf:
    raise ValueError(
      f'weight is {messages.quoted(weight)}, but it must be a number of at '
      'least 0.'
    )
  trained = config_file.load(workdir)
  if not trained.conditional:
    raise ValueError(
      f'the run in {workdir!r} is unconditional: its discriminator has never '
      'seen targets, and cannot say what is like them. Name the folder of a '
      'run with config.conditional=True.'
    )
  for name in _OF_A_CANVAS:
    its, own = (getattr(c.environment, name) for c in (trained, config))
    if its != own:
      raise ValueError(
        f'the run in {workdir!r} has config.environment.{name}={its!r}, and '
        f'the agent {own!r}, so its discriminator cannot judge what the agent '
        'makes. Name the folder of a run with the same.'
      )
  discriminator = builders.make_discriminator(trained)
  checkpoints.restore(
    workdir,
    node_kinds.DISCRIMINATOR_LEARNER,
    {'discriminator': discriminator},
  )
  shape = builders.environment_spec(config).observation['canvas'].shape
  judge = _in_chunks(discriminator, shape)
  if kind == DISCRIMINATOR:
    return judge
  return Both(judge, reconstruction.empty_canvas(config), weight)


def _in_chunks(
  discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
  shape: tuple[int, ...],
) -> Judge:
  """A discriminator of images `[W, W, C]` as a judge, in bounded memory."""
  spec = tf.TensorSpec([None, *shape], tf.uint8)
  score = tf.function(
    discriminator, input_signature=[spec, spec], autograph=False
  )

  def judge(images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    starts = range(0, len(images), _CHUNK)
    parts = [slice(i, i + _CHUNK) for i in starts]
    scores = [score(images[x], targets[x]).numpy() for x in parts]
    return np.concatenate([np.zeros([0], np.float32), *scores])

  return judge


class Both:
  """Judges how near a picture is, and how real, on one scale.

  Either is 0 for the blank canvas and 1 for the target itself: scores of a
  discriminator have no unit, and no zero, of their own.
  """

  def __init__(self, judge: Judge, blank: np.ndarray, weight: float = 1.0):
    """Creates the judge.

    Args:
      judge: scores how real pictures are.
      blank: the blank canvas, uint8 `[W, W, C]`.
      weight: of how real a picture is against how near it is.
    """
    self._judge = judge
    self._blank = blank
    self._weight = weight
    # By the target's bytes: error and score of the blank canvas, and the score
    # of the target itself.
    self._ends: collections.OrderedDict[bytes, np.ndarray] = (
      collections.OrderedDict()
    )

  def __call__(self, images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Scores pictures, float64 `[N]`; see `judges.Judge`."""
    blank_errors, blank_scores, target_scores = self._scale(targets).T
    errors = reconstruction.errors(images, targets)
    scores = self._judge(images, targets)
    near = nearness(errors, blank_errors)
    return near + self._weight * realism(scores, blank_scores, target_scores)

  def _scale(self, targets: np.ndarray) -> np.ndarray:
    """The ends of the scale, float64 `[N, 3]`."""
    keys = [target.tobytes() for target in targets]
    new = {k: x for k, x in zip(keys, targets) if k not in self._ends}
    if new:
      found = np.stack(list(new.values()))
      blank = np.broadcast_to(self._blank, found.shape)
      ends = np.stack(
        [
          reconstruction.errors(blank, found),
          self._judge(blank, found),
          self._judge(found, found),
        ],
        axis=1,
      )
      self._ends.update(zip(new, ends))
    scale = np.stack([self._ends[key] for key in keys])
    while len(self._ends) > _KEPT_ENDS:
      self._ends.popitem(last=False)
    return scale


def nearness(errors: np.ndarray, blank_errors: np.ndarray) -> np.ndarray:
  """How near pictures are: 1 is the target, 0 as far as the blank canvas.

  Args:
    errors: mean squared errors of the pictures, float64 `[N]`.
    blank_errors: those of the blank canvas, float64 `[N]`.

  Returns:
    float64 `[N]`, at most 1. Of blank targets it is 1 minus the error.
  """
  return 1 - errors / np.where(blank_errors > 0, blank_errors, 1)


def realism(
  scores: np.ndarray, blank_scores: np.ndarray, target_scores: np.ndarray
) -> np.ndarray:
  """How real pictures look: 1 as the target itself, 0 as the blank canvas.

  No picture looks more real than the target: what scores higher has only found
  what the discriminator does not know. If that holds the blank canvas for the
  more real of the two, it says nothing of this target, which is 0.

  Args:
    scores: a discriminator's, of the pictures, float `[N]`.
    blank_scores: of the blank canvas beside each target, float `[N]`.
    target_scores: of each target beside itself, float `[N]`.

  Returns:
    float64 `[N]`, at most 1.
  """
  gap = np.float64(target_scores) - blank_scores
  share = (scores - blank_scores) / np.where(gap > 0, gap, 1)
  return np.where(gap > 0, np.minimum(share, 1), 0)
