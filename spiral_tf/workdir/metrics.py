"""Numbers and pictures of a run: for TensorBoard, and as JSON lines."""

from collections.abc import Mapping
import os
import time

import numpy as np
import tensorflow as tf

from spiral_tf.workdir import json_lines


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
    self._node = node

  def scalars(self, step: int, values: Mapping[str, float]) -> None:
    """Writes numbers, at `step` environment frames."""
    values = {name: float(value) for name, value in values.items()}
    with self._summary.as_default(step=step):
      for name, value in values.items():
        tf.summary.scalar(f'{self._node}/{name}', value)
    line = {'time': time.time(), 'frames': int(step), **values}
    json_lines.append(self._path, line, on_disk=False)

  def image(self, step: int, name: str, image: np.ndarray) -> None:
    """Writes a picture, uint8 `[H, W, C]`, at `step` environment frames."""
    with self._summary.as_default(step=step):
      tf.summary.image(f'{self._node}/{name}', image[None])

  def flush(self) -> None:
    """Makes everything written so far visible to readers."""
    self._summary.flush()


def metrics_path(workdir: str, node: str) -> str:
  """Path of the JSON lines of `node`; creates its folder."""
  folder = os.path.join(workdir, 'metrics')
  os.makedirs(folder, exist_ok=True)
  return os.path.join(folder, node + '.jsonl')
