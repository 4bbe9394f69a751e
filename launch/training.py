"""Sees a training run, or a population of them, through to its end."""

from collections.abc import Iterator
import contextlib
import os

from launch import commands
from launch import inline
from launch.runtime import engines
from launch.runtime import launcher_error
from launch.runtime import logs as logs_lib
from spiral_tf import builders
from spiral_tf import locks
from spiral_tf.config import experiment
from spiral_tf.population import members as members_lib
from spiral_tf.population import progress as population_progress
from spiral_tf.population import state as population_state
from spiral_tf.replay import snapshots
from spiral_tf.workdir import belongings
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from spiral_tf.workdir import film
from spiral_tf.workdir import progress as progress_lib

# File that says who trains in a folder.
_LOCK = 'launcher.lock'


def train(
  config: experiment.Config, workdir: str, place: engines.Place = engines.HERE
) -> int:
  """Runs the program until its end.

  Args:
    config: the experiment.
    workdir: folder of the run.
    place: where to run it.

  Returns:
    Exit code: 0 when training came to its end, 130 when it was stopped before.

  Raises:
    guard.NonFiniteError: of the engine "inline", numbers were not finite.
    node_error.NodeError: a node failed again and again, or found numbers that
      were not finite.
    launcher_error.LauncherError: the launcher itself failed.
    RuntimeError: there is no place for the nodes.
    ValueError: `config` is not valid, or not the one of the run in `workdir`,
      which is damaged, or is being trained already; or the network can't be
      isolated, as it must be.
    FileNotFoundError: the data are not there.
  """
  engines.check_network(place.engine, place.network)
  if place.engine == 'inline':
    inline.check(config)
  # Nodes have other current folders, on other machines.
  workdir = os.path.abspath(workdir)
  # Mistakes that any node would find are found here, before there are nodes.
  builders.load_dataset(config)
  with _alone(config, workdir):
    return _train(config, workdir, place)


@contextlib.contextmanager
def _alone(config: experiment.Config, workdir: str) -> Iterator[None]:
  """Keeps other trainings away from a run, and from each member of one.

  Raises:
    ValueError: another is there.
  """
  folders = {workdir: None}
  folders.update(
    (folder, None) for _, folder in members_lib.runs(config, workdir)
  )
  with contextlib.ExitStack() as stack:
    for folder in folders:
      os.makedirs(folder, exist_ok=True)
      try:
        stack.enter_context(locks.announced(os.path.join(folder, _LOCK)))
      except locks.HeldError as error:
        raise ValueError(
          f'The run in {folder} is being trained already, by {error.holder}. '
          'Nothing was touched. Stop that one first, or take another --workdir.'
        ) from None
    yield


def _train(
  config: experiment.Config, workdir: str, place: engines.Place
) -> int:
  """Does what `train` does, when nobody else does it in the same folder."""
  runs = members_lib.runs(config, workdir)
  for each, folder in [(config, workdir), *runs]:
    config_file.check(folder, each)
  for line in _damages(config, workdir):
    print(line, flush=True)
  so_far = [checkpoints.done_so_far(folder) for _, folder in runs]
  if any(updates for updates, _ in so_far):
    text = _describe(config, so_far)
    if all(experiment.progress(config, *done) >= 1 for done in so_far):
      print(
        f'The run in {workdir} has come to its end: {text}. To go on, raise '
        '--config.training.minutes or --config.training.frames.'
      )
      return 0
    print(f'Goes on from {text}.', flush=True)
  was_run = belongings.is_run(workdir)
  # Not before: a finished run keeps the configuration that made it.
  for each, folder in [(config, workdir), *runs]:
    config_file.save(folder, each)
  logs = os.path.join(workdir, 'logs')
  if was_run:  # Else they are somebody's.
    logs_lib.remove(logs, belongings.is_node)
  if config.population.size:
    progress = population_progress.Progress(config, workdir)
  else:
    progress = progress_lib.RunProgress(workdir, config.training.log_seconds)
  try:
    finished = _run(config, workdir, logs, place)
  except launcher_error.LauncherError:
    raise
  except Exception:
    logs_lib.print_tracebacks(logs, belongings.is_node)
    raise
  finally:
    progress.stop()
  if finished:
    for _, folder in runs:
      _film(folder)
    pictures = '/members/*' if config.population.size else ''
    print(
      f'Training has come to its end. See {workdir}{pictures}/samples/, and '
      f'{film.NAME} beside it.'
    )
    return 0
  print('Stopped before its end. The same command goes on from here.')
  return commands.STOPPED


def _run(
  config: experiment.Config, workdir: str, logs: str, place: engines.Place
) -> bool:
  """Runs until the goal; returns whether it was reached."""
  if place.engine == 'inline':
    return inline.run(config, workdir)
  # Here, for who has no Launchpad can train in one process.
  from launch import distributed

  return distributed.run(config, workdir, logs, place)


def _film(workdir: str) -> None:
  """Shows how a run learned. That there is no room for it is no failure."""
  try:
    film.write(workdir)
  except OSError as error:
    print(f'{film.NAME} was not written: {commands.line(error)}')


def _damages(config: experiment.Config, workdir: str) -> list[str]:
  """Finds, before any node does, what is damaged of what a run goes on from.

  Args:
    config: the experiment.
    workdir: its folder.

  Returns:
    A line for each thing that can be done without.

  Raises:
    damage.DamagedError: something cannot.
  """
  lines = []
  if config.population.size:
    lines += belongings.strays(workdir)
    lines += population_state.check(workdir, config.population.size)
  for each, folder in members_lib.runs(config, workdir):
    lines += belongings.strays(folder)
    lines += checkpoints.check(folder)
    lines += snapshots.newest(snapshots.folder(each, folder)).damaged
  return lines


def _describe(
  config: experiment.Config, so_far: list[tuple[int, float]]
) -> str:
  """What was done so far, by updates and seconds of each run, in words."""
  updates = sum(done[0] for done in so_far)
  minutes = sum(done[1] for done in so_far) / 60
  members = f' of {len(so_far)} members' if len(so_far) > 1 else ''
  return (
    f'{updates:,} updates, {experiment.frames(config, updates):,} frames, '
    f'{minutes:.1f} minutes{members}'
  )
