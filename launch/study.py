r"""Compares variants of an experiment: at equal frames, with seeds, resumable.

    python -m launch.study --config=configs/omniglot_conditional_small.py \
      --config.data.path=FOLDER --frames=1_000_000 --seeds=3 --jobs=2 \
      --workdir=studies/entropy \
      --variant="less entropy: policy_learner.entropy_cost=0.05"

The experiment as it is takes part, too. Each run is a process with one thread,
in which acting and learning take turns, so that neither the machine nor its
other work decides who wins. All variants have one seed before any has two.

Into --workdir go table.md, curves.png and curves.csv, written anew whenever a
run ends, and runs/, a folder for each. Stop it with Ctrl-C; the same command
goes on from there, and with more variants or seeds it goes on to those.
docs/learning.md says how to read the table.
"""

from collections.abc import Sequence
import functools
import os
import sys

from absl import flags

from launch import commands
from launch import flags as launch_flags
from launch import places
from launch import study_jobs
from launch import study_news
from launch import study_report
from launch import variants as variants_lib
from spiral_tf import builders
from spiral_tf import locks
from spiral_tf.config import experiment
from spiral_tf.config import fields
from spiral_tf.studies import curve
from spiral_tf.studies import store
from spiral_tf.studies import variant as variant_lib

_CONFIG = launch_flags.define_config()
_WORKDIR = launch_flags.define_workdir(
  'Folder of the study, new or to go on with.'
)
_VARIANT = flags.DEFINE_multi_string(
  'variant',
  [],
  'A variant: "name: section.field=value, section.field=value". May be given '
  'several times.',
)
_VARIANTS = flags.DEFINE_string(
  'variants', None, 'File of variants, one a line, and comments after #.'
)
_FRAMES = flags.DEFINE_integer(
  'frames',
  None,
  'Environment steps of each run; by default, training.frames of --config.',
  lower_bound=1,
)
_SEEDS = flags.DEFINE_integer('seeds', 3, 'Runs a variant.', lower_bound=1)
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
  'report_only', False, 'Only write what there is to report.'
)

_LOCK = 'study.lock'


def main(argv):
  """Checks, runs, reports."""
  launch_flags.no_arguments(argv)
  folder, at = _WORKDIR.value, _places()
  if _REPORT_ONLY.value:
    print(study_report.write(folder, at))
    return 0
  places.check_folder(folder)
  _check_files(folder)
  config = launch_flags.typed(_CONFIG)
  lines = variants_lib.read(_VARIANTS.value) if _VARIANTS.value else []
  variants = variants_lib.parse([*_VARIANT.value, *lines], config)
  settings = _settings(config)
  store.check(folder, config, settings, variants)
  _try(config, variants)
  os.makedirs(folder, exist_ok=True)
  try:
    with locks.announced(os.path.join(folder, _LOCK)):
      study = store.begin(folder, config, settings, variants)
      return _go_on(study, at)
  except locks.HeldError as error:
    raise ValueError(
      f'The study in {folder} is going on already, in {error.holder}. Stop '
      'that one first, or take another --workdir.'
    ) from None


def _places() -> list[int]:
  """Frames at which the table looks."""
  try:
    return [int(text) for text in _AT.value]
  except ValueError:
    sys.exit(
      f'Error: --at is {",".join(_AT.value)!r}, but it must be numbers of '
      'frames, such as 100000,500000. Set it so.'
    )


def _check_files(folder: str) -> None:
  """Refuses to write over files that are not of a study."""
  for name in study_report.FILES:
    path = os.path.join(folder, name)
    places.check_own(
      path,
      lambda unused: store.exists(folder),
      'file of a study, for there is none beside it',
    )


def _settings(config: experiment.Config) -> store.Settings:
  """What all runs have in common."""
  fields.check(
    not config.population.size,
    'population.size',
    config.population.size,
    'each run of a study trains one agent, so it must be 0',
  )
  frames = _FRAMES.value or config.training.frames
  if not frames:
    raise ValueError(
      'neither --frames nor config.training.frames says how long runs are. Set '
      '--frames, to 1_000_000, say.'
    )
  every = _EVALUATE_EVERY.value or max(1, frames // 20)
  return store.Settings(frames, every, _IMAGES.value)


def _try(
  config: experiment.Config, variants: Sequence[variant_lib.Variant]
) -> None:
  """Makes what runs will need, for what is wrong with it is told at once."""
  builders.load_dataset(config)
  faults = []
  for each in (variant_lib.BASE, *variants):
    try:
      changed = variant_lib.apply(config, each)
      builders.make_policy(changed)
      builders.make_discriminator(changed)
    except ValueError as error:
      faults.append(f'Variant {each.name!r}: {error}')
  if faults:
    raise ValueError(' '.join(faults))


def _go_on(study: store.Study, at: Sequence[int]) -> int:
  """Makes the runs that are not over; returns the exit code."""
  say = functools.partial(print, flush=True)
  runs = store.order(study, _SEEDS.value)
  so_far = {run: curve.read(run.folder) for run in runs}
  left = [run for run, found in so_far.items() if not found.over]
  jobs = _JOBS.value or len(os.sched_getaffinity(0))
  report = functools.partial(study_report.write, study.folder, at)
  listener = study_news.Listener(study.settings.frames, so_far, report, say)
  say(
    f'{len(runs)} runs of {study.settings.frames:,} frames, of which '
    f'{len(left)} are not over, {min(jobs, len(left))} at a time.'
  )
  try:
    study_jobs.make(study, left, jobs, listener)
  except KeyboardInterrupt:
    report()
    say('Stopped before its end. The same command goes on from here.')
    return commands.STOPPED
  say(report())
  say(f'Written to {study.folder}: {", ".join(study_report.FILES)}')
  if listener.failed:
    raise RuntimeError(
      f'{len(listener.failed)} of {len(runs)} runs failed: '
      f'{"; ".join(listener.failed)} The same command goes on with them.'
    )
  return 0


if __name__ == '__main__':
  commands.run(main)
