"""Runs the program graph: on an engine, or by one of Launchpad's launchers."""

import contextlib
import io
import os
import time

import launchpad as lp
from launchpad.launch.run_locally import launch_local_output_to_files
from launchpad.nodes.python import local_multi_processing

from launch import graph
from launch.runtime import engines
from launch.runtime import heartbeats
from launch.runtime import supervisor
from launch.runtime.engines import engine as engine_lib
from spiral_tf import node_kinds
from spiral_tf import processes
from spiral_tf.config import cluster
from spiral_tf.config import experiment
from spiral_tf.population import members as members_lib
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

# Large networks need longer than Launchpad's 10 seconds to save.
_GRACE_SECONDS = 60.0


def run(
  config: experiment.Config, workdir: str, logs: str, place: engines.Place
) -> bool:
  """Runs the program until its goal, or until it is told to stop.

  Args:
    config: the experiment.
    workdir: folder of the run.
    logs: folder for what nodes print, a file a node.
    place: where to run it.

  Returns:
    Whether it reached its goal.

  Raises:
    node_error.NodeError: see `training.train`, as for the others.
    launcher_error.LauncherError: likewise.
    RuntimeError: likewise.
  """
  if place.engine == 'launchpad':
    return _launch(config, workdir, logs, place.launch_type)
  return _supervise(config, workdir, logs, place)


def _supervise(
  config: experiment.Config, workdir: str, logs: str, place: engines.Place
) -> bool:
  """Runs the program on an engine; returns whether it reached its goal."""

  def resources(kind: str) -> engine_lib.Resources:
    amounts = cluster.parse_resources(getattr(config.resources, kind))
    cpus, gpus = amounts.pop('cpus', 0.0), amounts.pop('gpus', 0.0)
    return engine_lib.Resources(cpus, gpus, amounts)

  return supervisor.Supervisor(
    engines.make(place.engine, place.network, place.ray_address),
    lambda: graph.make_program(config, workdir),
    logs,
    resources,
    processes.ONE_THREAD,
    _GRACE_SECONDS,
    allow_public=place.allow_public or place.engine == 'local',
    beats=heartbeats.Beats(
      os.path.join(workdir, 'heartbeats'),
      graph.doing,
      heartbeats.interval(config.training.hang_seconds),
    ),
    hang_seconds=config.training.hang_seconds,
  ).run()


def _launch(
  config: experiment.Config, workdir: str, logs: str, launch_type: str
) -> bool:
  """Runs the program by Launchpad's own launcher, which restarts nothing."""
  engines.warn_of_open_ports("Launchpad's launcher isolates nothing.")
  # Launchpad reads the variable for this folder once, when it is imported.
  launch_local_output_to_files._LOGGING_DIR = logs
  started = time.time()
  program, _ = graph.make_program(config, workdir)
  # Hides what Launchpad prints: a line a node.
  with contextlib.redirect_stdout(io.StringIO()):
    manager = lp.launch(
      program,
      launch_type,
      local_resources={
        label: local_multi_processing.PythonProcess(env=processes.ONE_THREAD)
        for label in program.groups
      },
      terminal='output_to_files',
    )
  try:
    manager.wait()
  except Exception:
    manager.wait(raise_error=False)
    raise
  runs = members_lib.runs(config, workdir)
  lasts = [
    json_lines.last_line(
      metrics.metrics_path(folder, node_kinds.POLICY_LEARNER)
    )
    for _, folder in runs
  ]
  return all(
    last and last['time'] >= started and last['done'] for last in lasts
  )
