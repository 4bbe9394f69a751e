"""Launches a training run on this machine and sees it through to its end."""

import contextlib
import glob
import io
import os
import re
import sys
import time
from typing import Dict, Mapping

import launchpad as lp
from launchpad.launch.run_locally import launch_local_output_to_files
from launchpad.nodes.python import local_multi_processing

from launch import program
from spiral_tf import builders
from spiral_tf import checkpoint
from spiral_tf import config as config_lib
from spiral_tf import metrics
from spiral_tf import watchdog

# Exit code of a run that was stopped before its end, as of a shell's Ctrl-C.
_STOPPED = 130
# One thread a process: with as many busy processes as cores, more only wait.
_ENVIRONMENT = {
  'TF_NUM_INTRAOP_THREADS': '1',
  'TF_NUM_INTEROP_THREADS': '1',
  'OMP_NUM_THREADS': '1',
}


def train(config: config_lib.Config, workdir: str, launch_type: str) -> int:
  """Runs the program until its end.

  Args:
    config: the experiment.
    workdir: folder of the run.
    launch_type: one of Launchpad's, such as "local_mp" or "local_mt".

  Returns:
    Exit code: 0 when training came to its end, 130 when it was stopped before.

  Raises:
    RuntimeError: a node failed, or found numbers that were not finite.
    ValueError: `config` is not valid, or not the one of the run in `workdir`.
    FileNotFoundError: the data are not there.
  """
  # Mistakes that any node would find are found here, before there are nodes.
  builders.load_dataset(config)
  checkpoint.check_config(workdir, config)
  updates, seconds = checkpoint.done_so_far(workdir)
  if updates:
    so_far = (
      f'{updates:,} updates, {config_lib.frames(config, updates):,} frames, '
      f'{seconds / 60:.1f} minutes'
    )
    if config_lib.progress(config, updates, seconds) >= 1:
      print(
        f'The run in {workdir} has come to its end: {so_far}. To go on, raise '
        '--config.training.minutes or --config.training.frames.'
      )
      return 0
    print(f'Goes on from {so_far}.', flush=True)
  # Not before: a finished run keeps the configuration that made it.
  checkpoint.save_config(workdir, config)
  logs = os.path.join(workdir, 'logs')
  _remove_logs(logs)
  # Launchpad reads the variable for this folder once, when it is imported.
  launch_local_output_to_files._LOGGING_DIR = logs
  started = time.time()
  graph = program.make_program(config, workdir)
  with contextlib.redirect_stdout(io.StringIO()):  # A line a node.
    manager = lp.launch(
      graph,
      launch_type,
      local_resources={
        label: local_multi_processing.PythonProcess(env=_ENVIRONMENT)
        for label in graph.groups
      },
      terminal='output_to_files',
    )
  progress = metrics.Progress(workdir, config.training.log_seconds)
  try:
    manager.wait()
  except Exception:
    manager.wait(raise_error=False)
    texts = _read_logs(logs)
    _print_tracebacks(texts)
    _raise_explained(texts)
    raise
  finally:
    progress.stop()
  last = metrics.last_line(
    metrics.metrics_path(workdir, checkpoint.POLICY_LEARNER)
  )
  if last and last['time'] >= started and last['done']:
    print(f'Training has come to its end. See {workdir}/samples/.')
    return 0
  print('Stopped before its end. The same command goes on from here.')
  return _STOPPED


def _remove_logs(folder: str) -> None:
  """Removes the logs of an earlier run, whose errors are not this one's."""
  for path in glob.glob(os.path.join(folder, '*', '*')):
    os.remove(path)


def _read_logs(folder: str) -> Dict[str, str]:
  """Path to text of each node's log."""
  texts = {}
  for path in sorted(glob.glob(os.path.join(folder, '*', '*'))):
    with open(path, errors='replace') as file:
      texts[path] = file.read()
  return texts


def _print_tracebacks(texts: Mapping[str, str]) -> None:
  for path, text in texts.items():
    start = text.rfind('Traceback (most recent call last)')
    if start >= 0:
      print(f'--- {path}\n{text[start:]}', file=sys.stderr)


def _raise_explained(texts: Mapping[str, str]) -> None:
  """Raises the error of a node that has explained what the user can do."""
  for text in texts.values():
    found = re.search(r'^spiral_tf\.watchdog\.NonFiniteError: (.*)', text, re.M)
    if found:
      raise watchdog.NonFiniteError(found[1]) from None
