r"""Compares variants of an experiment: at equal frames, with seeds, resumable.

    python -m launch.study --config=configs/omniglot_conditional_small.py \
      --config.data.path=FOLDER --frames=1_000_000 --seeds=3 --jobs=2 \
      --workdir=studies/entropy \
      --variant="low entropy: policy_learner.entropy_cost=0.05"

The experiment as it is takes part, too. Each run is a process with one thread,
in which acting and learning take turns, so that neither the machine nor its
other work decides who wins. All variants have one seed before any has two.

Into --workdir go table.md, curves.png and curves.csv, written anew whenever a
run ends, and runs/, a folder for each. Stop it with Ctrl-C; the same command
goes on from there, and one with more variants or seeds goes on to those.
docs/learning.md says how to read the table.
"""

import os
import sys

from absl import flags

from launch import commands
from launch import flags as launch_flags
from launch import places
from launch import study_jobs
from launch import study_report
from launch import variants as variants_lib
from spiral_tf import builders
from spiral_tf import locks
from spiral_tf import progress as progress_lib
from spiral_tf.config import experiment
from spiral_tf.studies import curve
from spiral_tf.studies import plan

_CONFIG = launch_flags.define_config()
_WORKDIR = launch_flags.define_workdir(
  'Folder of the study, new or to go on with.'
)
_VARIANT = flags.DEFINE_multi_string(
  'variant',
  [],
  'A variant, "name: section.field=value, section.field=value"; may be given '
  'several times.',
)
_VARIANTS = flags.DEFINE_string(
  'variants', None, 'File of variants, one a line, and comments after #.'
)
_FRAMES = flags.DEFINE_integer(
  'frames',
  None,
  "Environment steps of each run; by default, the config's training.frames.",
  lower_bound=1,
)
_SEEDS = flags.DEFINE_integer(
  'seeds', 3, 'Runs of each variant.', lower_bound=1
)
_JOBS = flags.DEFINE_integer(
  'jobs', None, 'Runs at a time; by default, one a core.', lower_bound=1
)
_EVALUATE_EVERY = flags.DEFINE_integer(
  'evaluate_every',
  None,
  'Frames between measurements; by default, a 20th of --frames.',
  lower_bound=1,
)
_IMAGES = flags.DEFINE_integer(
  'images',
  500,
  'Held-out targets, or drawings of an unconditional agent, to measure by.',
  lower_bound=2,
)
_AT = flags.DEFINE_list(
  'at', [], 'Frames at which the table looks; by default, quarters.'
)
_REPORT_ONLY = flags.DEFINE_bool(
  'report_only', False, 'Write table, picture and numbers of what is there.'
)

_LOCK = 'study.lock'
_REPORT_SECONDS = 30.0


def main(argv):
  """Checks, runs, reports."""
  launch_flags.no_arguments(argv)
  workdir = _WORKDIR.value
  places.check_folder(workdir)
  at = [_number(text) for text in _AT.value]
  if _REPORT_ONLY.value:
    print(study_report.write(workdir, at))
    return 0
  config = launch_flags.typed(_CONFIG)
  texts = list(_VARIANT.value)
  if _VARIANTS.value:
    texts += variants_lib.read(_VARIANTS.value)
  variants = variants_lib.parse(texts, config)
  settings = _settings(config)
  if plan.exists(workdir):
    plan.check(workdir, plan.read(workdir), config, settings, variants)
  _try(config, settings, variants)
  os.makedirs(workdir, exist_ok=True)
  try:
    with locks.announced(os.path.join(workdir, _LOCK)):
      return _go_on(workdir, plan.begin(workdir, config, settings, variants), at)
  except locks.HeldError as error:
    raise ValueError(
      f'The study in {workdir} is being run already, by {error.holder}. Stop '
      'that one first, or take another --workdir.'
    ) from None


def _number(text: str) -> int:
  try:
    return int(text)
  except ValueError:
    sys.exit(f'Error: --at is {text!r}, but must be numbers of frames.')


def _settings(config: experiment.Config) -> plan.Settings:
  """What all runs have in common."""
  frames = _FRAMES.value or config.training.frames
  if not frames:
    raise ValueError(
      'the config says no number of frames (training.frames), so --frames '
      'must: 1000000, say.'
    )
  every = _EVALUATE_EVERY.value or max(1, frames // 20)
  return plan.Settings(frames, every, _IMAGES.value)


def _try(config, settings, variants) -> None:
  """Makes, for a moment, what runs will need: what fails, fails at once."""
  builders.load_dataset(config)
  study = plan.Study('', config, settings, [plan.Variant(plan.BASE, {}), *variants], [])
  for each in study.variants:
    try:
      changed = plan.config_of(study, plan.Run(each.name, 0, ''))
      builders.make_policy(changed)
      builders.make_discriminator(changed)
    except ValueError as error:
      raise ValueError(f'Variant {each.name!r}: {error}') from None


def _go_on(workdir: str, study: plan.Study, at: list[int]) -> int:
  """Makes the runs that are not over; returns the exit code."""
  runs = plan.order(study, workdir, _SEEDS.value)
  so_far = {run: curve.read(run.folder) for run in runs}
  left = [r for r, x in so_far.items() if not (x.done or x.diverged)]
  listener = _Listener(workdir, study, so_far, at)
  jobs = _JOBS.value or len(os.sched_getaffinity(0))
  print(
    f'{len(runs)} runs of {study.settings.frames:,} frames, {len(left)} to go, '
    f'{jobs} at a time.',
    flush=True,
  )
  try:
    study_jobs.make(study, left, jobs, listener)
  except KeyboardInterrupt:
    study_report.write(workdir, at)
    print('Stopped before its end. The same command goes on from here.')
    return commands.STOPPED
  print(study_report.write(workdir, at))
  files = ', '.join(study_report.FILES)
  print(f'Written to {workdir}: {files}')
  if listener.failed:
    raise RuntimeError(
      f'{len(listener.failed)} of {len(runs)} runs failed: '
      f'{"; ".join(listener.failed)}. The same command tries again.'
    )
  return 0


class _Listener:
  """Says how far the runs are, and writes the report when one ends.

  Attributes:
    failed: a text for each run that ended before it was over.
  """

  def __init__(self, workdir, study, so_far, at):
    self.failed: list[str] = []
    self._workdir = workdir
    self._at = at
    self._frames = study.settings.frames
    self._done = {
      run: self._frames
      if found.done or found.diverged
      else int(found.frames[-1]) if len(found.frames) else 0
      for run, found in so_far.items()
    }
    self._working: set[plan.Run] = set()
    self._progress = progress_lib.Progress(
      'frames', _REPORT_SECONDS, found=sum(self._done.values())
    )

  def __call__(self, news: study_jobs.News) -> None:
    """Hears what a run says."""
    name = f'{news.run.variant}, seed {news.run.seed}'
    if news.row is None:
      self._working.discard(news.run)
      if news.error:
        self.failed.append(f'{name}: {news.error}')
        print(f'{name} failed: {news.error}', flush=True)
      study_report.write(self._workdir, self._at)
      return
    self._working.add(news.run)
    over = curve.is_over(news.row)
    self._done[news.run] = (
      self._frames if over else min(news.row['frames'], self._frames)
    )
    if 'done' in news.row:
      print(f'{name}: {_describe(news.row)}', flush=True)
    total = len(self._done) * self._frames
    self._progress(sum(self._done.values()), total)


def _describe(row) -> str:
  """A line of a curve in words."""
  text = f'{row["frames"]:,} frames, {row["seconds"]:,.0f} CPU s: '
  if row.get('diverged'):
    return text + f'ended, for {row["diverged"]}'
  if 'mse' in row:
    warm, cold = (row[x] / row['mse_empty'] for x in ('mse', 'mse_cold'))
    text += f"{warm:.3f} of the blank canvas's error"
  else:
    warm, cold = row['distance'], row['distance_cold']
    text += f'distance {warm:.3f}'
  return text + f' ({cold:.3f} at temperature .3)'


if __name__ == '__main__':
  commands.run(main)
