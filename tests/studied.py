"""Studies as runs leave them, without the runs."""

import json
import os

from spiral_tf.studies import curve
from spiral_tf.studies import store

SETTINGS = store.Settings(frames=1000, evaluate_every=500, images=30)
# Of the blank canvas and the mean image, so that shares are round.
EMPTY, MEAN_IMAGE = 0.1, 0.05


def write(run, values, seconds=10.0, done=True, conditional=True):
  """Writes the course of a run.

  Args:
    run: a `store.Run`.
    values: what was measured at 0, 500 and 1,000 frames, or some of these: of
      a conditional agent as shares of the blank canvas's error.
    seconds: CPU seconds that 1,000 frames take.
    done: whether the last is its end.
    conditional: whether the agent is.
  """
  os.makedirs(run.folder, exist_ok=True)
  with open(os.path.join(run.folder, curve.NAME), 'w') as file:
    for i, value in enumerate(values):
      row = {
        'frames': 500 * i,
        'seconds': seconds * i / 2,
        'done': done and i == len(values) - 1,
      }
      if conditional:
        row |= {'mse': EMPTY * value, 'mse_cold': EMPTY * value / 2}
        row |= {'mse_empty': EMPTY, 'mse_mean_image': MEAN_IMAGE}
      else:
        row |= {'distance': value, 'distance_cold': value / 2}
      file.write(json.dumps(row) + '\n')
