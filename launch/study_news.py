"""Says how the runs of a study are doing, and how long they will take."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from launch import study_jobs
from spiral_tf import progress as progress_lib
from spiral_tf.studies import curve
from spiral_tf.studies import store

_EVERY = 30.0  # Seconds between lines about all of them.


class Listener:
  """Hears what runs say, and tells people.

  Attributes:
    failed: a text for each run that ended before it was over.
  """

  def __init__(
    self,
    frames: int,
    so_far: Mapping[store.Run, curve.Curve],
    run_ended: Callable[[], object],
    say: Callable[[str], None],
  ):
    """Creates a listener.

    Args:
      frames: environment steps of each run.
      so_far: all runs of the study, and how far they are.
      run_ended: called when a run has ended.
      say: called with lines.
    """
    self.failed: list[str] = []
    self._frames = frames
    self._run_ended = run_ended
    self._say = say
    self._done = {
      run: frames if found.over else found.last_frames
      for run, found in so_far.items()
    }
    self._progress: progress_lib.Progress | None = None

  def __call__(self, news: study_jobs.News) -> None:
    """Hears something."""
    name = f'{news.run.variant}, seed {news.run.seed}'
    if news.row is None:
      if news.error:
        self.failed.append(f'{name}: {news.error}')
        self._say(f'{name} failed: {news.error}')
      self._run_ended()
      return
    if self._progress is None and news.row['frames']:
      # Not before: what comes first, compiling say, comes only once.
      self._progress = progress_lib.Progress(
        *('frames of all runs', _EVERY, sum(self._done.values())),
        say=self._say,
      )
    over = curve.is_over(news.row)
    frames = self._frames if over else news.row['frames']
    self._done[news.run] = min(frames, self._frames)
    if 'done' in news.row:
      self._say(f'{name}: {describe(news.row)}')
    if self._progress:
      total = len(self._done) * self._frames
      self._progress(sum(self._done.values()), total)


def describe(row: Mapping[str, Any]) -> str:
  """A line of a curve in words."""
  text = f'{row["frames"]:,} frames, {row["seconds"]:,.0f} CPU s, '
  if row.get('diverged'):
    return f'{text}ended early: {row["diverged"]}'
  if 'mse' in row:
    warm, cold = (row[x] / row['mse_empty'] for x in ('mse', 'mse_cold'))
    text += f"{warm:.3f} of the blank canvas's error"
  else:
    warm, cold = row['distance'], row['distance_cold']
    text += f'distance {warm:.3f}'
  return text + f', {cold:.3f} at temperature .3'
