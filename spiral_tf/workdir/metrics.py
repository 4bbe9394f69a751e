"""Numbers and pictures of a run: for TensorBoard, and as JSON lines.

TensorBoard's files can only grow, so they get less the longer a run has gone
on; it shows 1,000 numbers of a curve, and 10 pictures, anyway. JSON lines get
all, and are thinned; see `thinning`.
"""

from collections.abc import Mapping
import os
import time

import numpy as np
import tensorflow as tf

from spiral_tf.workdir import json_lines
from spiral_tf.workdir import thinning

# Bytes of JSON lines from which on they are thinned: hours of a learner.
MAX_BYTES = 8_000_000
# Shares of a run's frames by which it goes on between numbers, and pictures,
# for TensorBoard.
_SCALARS_SHARE = 0.001
_IMAGES_SHARE = 0.02


class MetricsWriter:
  """Writes one node's metrics, for TensorBoard and as JSON lines."""

  def __init__(self, workdir: str, node: str):
    """Creates files below `workdir`, adding to those that are there.

    Args:
      workdir: folder of the run.
      node: name of the node; one writer a name.
    """
    self._summary = tf.summary.create_file_writer(
      os.path.join(workdir, 'tensorboard', node)
    )
    self._path = metrics_path(workdir, node)
    os.makedirs(os.path.dirname(self._path), exist_ok=True)
    self._thinned = thinning.Lines(self._path, MAX_BYTES, lambda x: x['frames'])
    self._node = node
    self._scalars_due = thinning.Sparse(_SCALARS_SHARE)
    self._images_due: dict[str, thinning.Sparse] = {}

  def scalars(self, step: int, values: Mapping[str, float]) -> None:
    """Writes numbers, at `step` environment frames.

    They are added to the JSON lines, and now and then to TensorBoard's.
    """
    values = {name: float(value) for name, value in values.items()}
    if self._scalars_due.is_due(int(step)):
      with self._summary.as_default(step=step):
        for name, value in values.items():
          tf.summary.scalar(f'{self._node}/{name}', value)
    line = {'time': time.time(), 'frames': int(step), **values}
    json_lines.append(self._path, line, on_disk=False)
    self._thinned.thin()

  def image(self, step: int, name: str, image: np.ndarray) -> None:
    """Shows TensorBoard, now and then, a picture.

    Args:
      step: environment frames by now.
      name: of the picture.
      image: uint8 `[H, W, C]`.
    """
    due = self._images_due.setdefault(name, thinning.Sparse(_IMAGES_SHARE))
    if not due.is_due(int(step)):
      return
    with self._summary.as_default(step=step):
      tf.summary.image(f'{self._node}/{name}', image[None])

  def flush(self) -> None:
    """Makes everything written so far visible to readers."""
    self._summary.flush()


def metrics_path(workdir: str, node: str) -> str:
  """Path of the JSON lines of `node`, whose folder a writer makes."""
  return os.path.join(workdir, 'metrics', node + '.jsonl')
