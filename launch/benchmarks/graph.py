"""The program graph against the same work in one synchronous process.

In the synchronous process (`synchronous`) TensorFlow may use all cores. The
program does the same work in five processes.
"""

import collections
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import dataclasses
import os
import tempfile
import threading
from typing import NamedTuple

import numpy as np
import psutil

from launch import training
from launch.benchmarks import synchronous
from launch.runtime import engines
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

_SECONDS = 40.0  # Seconds that are measured, after the warm-up.
_WARM_UP_UPDATES = 50


def _nodes(logs: str) -> dict[str, list[psutil.Process]]:
  """Processes, by kind of node, of a program that this process launched."""
  nodes_by_kind = collections.defaultdict(list)
  for child in psutil.Process().children(recursive=True):
    # A node is known by the file that its output goes to.
    path = os.readlink(f'/proc/{child.pid}/fd/1')
    if path.startswith(logs):
      nodes_by_kind[os.path.basename(os.path.dirname(path))].append(child)
  return nodes_by_kind


def _cpu_seconds(processes: Sequence[psutil.Process]) -> float:
  spent = [process.cpu_times() for process in processes]
  return sum(times.user + times.system for times in spent)


class Run(NamedTuple):
  """What the program graph did after its warm-up.

  Attributes:
    rate: episodes a second.
    cpu: CPU milliseconds a policy update, by kind of node.
    idle: share of its time that the policy learner waited for episodes.
    bytes_rate: bytes a second that all actors together send and receive.
  """

  rate: float
  cpu: Mapping[str, float]
  idle: float
  bytes_rate: float


class _Reading(NamedTuple):
  """What is known when the policy learner has logged an update.

  Attributes:
    updates: their number so far.
    time: when it was logged, seconds since 1970.
    idle: see `Run`.
    cpu: CPU seconds so far, by kind of node.
    traffic: bytes that the actors have sent and received so far.
  """

  updates: int
  time: float
  idle: float
  cpu: Mapping[str, float]
  traffic: float


def distributed(
  config: experiment.Config,
  place: engines.Place = engines.HERE,
  traffic: Callable[[Sequence[int]], float] = lambda pids: 0.0,
) -> Run:
  """Runs the program graph.

  Args:
    config: the experiment.
    place: where to run it.
    traffic: bytes that processes of some ids, the actors', have sent and
      received so far.

  Returns:
    What it did.

  Raises:
    RuntimeError: the program did not run to its end.
  """
  with tempfile.TemporaryDirectory() as workdir:
    workdir = os.path.realpath(workdir)
    path = metrics.metrics_path(workdir, node_kinds.POLICY_LEARNER)
    logs = os.path.join(workdir, 'logs')
    readings: list[_Reading] = []

    def watch():
      """Takes readings, after the warm-up, line by line."""
      while not ended.wait(0.05):
        line = json_lines.last_line(path)
        if not line or line['updates'] < _WARM_UP_UPDATES:
          continue
        if line['done']:
          return
        if not readings or line['updates'] != readings[-1].updates:
          nodes = _nodes(logs)
          readings.append(
            _Reading(
              *(line['updates'], line['time'], line['idle']),
              cpu={kind: _cpu_seconds(nodes[kind]) for kind in nodes},
              traffic=traffic([actor.pid for actor in nodes['actor']]),
            )
          )

    ended = threading.Event()
    with futures.ThreadPoolExecutor(1) as pool:
      watching = pool.submit(watch)
      try:
        code = training.train(config, workdir, place)
      finally:
        ended.set()
    watching.result()  # Raises what went wrong in the thread.
  if code:
    raise RuntimeError('The program was stopped before its measured end.')
  if len(readings) < 2:
    raise RuntimeError(
      f'Fewer than two readings after {_WARM_UP_UPDATES} updates: the machine '
      'is too slow for the time that is measured.'
    )
  first, last = readings[0], readings[-1]
  updates, seconds = last.updates - first.updates, last.time - first.time
  return Run(
    rate=updates * config.policy_learner.batch_size / seconds,
    cpu={
      node: 1e3 * (last.cpu[node] - first.cpu[node]) / updates
      for node in sorted(last.cpu)
    },
    idle=float(np.mean([reading.idle for reading in readings[1:]])),
    bytes_rate=(last.traffic - first.traffic) / seconds,
  )


def timed(config: experiment.Config, log_seconds: float) -> experiment.Config:
  """The experiment as it is measured: for a minute, and without side shows."""
  return dataclasses.replace(
    config,
    training=dataclasses.replace(
      config.training,
      minutes=(_SECONDS + 15) / 60,
      frames=0,
      log_seconds=log_seconds,
      sample_seconds=1e6,
      checkpoint_seconds=1e6,
    ),
  )


def run(config: experiment.Config) -> None:
  """Measures and prints.

  Args:
    config: the experiment, whose `training` is set as the measurement needs.
  """
  config = timed(config, log_seconds=1.0)
  before = synchronous.measure(config, _WARM_UP_UPDATES, _SECONDS)
  program = distributed(config)
  inline_rate = distributed(config, engines.Place('inline')).rate
  rate, nodes = program.rate, program.cpu
  after = synchronous.measure(config, _WARM_UP_UPDATES, _SECONDS).rate
  threads_rate = distributed(
    config, engines.Place('launchpad', launch_type='local_mt')
  ).rate
  mean = (before.rate + after) / 2
  print(f'one synchronous process   {before.rate:7.0f} episodes/s')
  print(f'program, processes        {rate:7.0f} episodes/s')
  print(f'nodes in turns, inline    {inline_rate:7.0f} episodes/s')
  print(f'one synchronous process   {after:7.0f} episodes/s')
  print(f'program, threads          {threads_rate:7.0f} episodes/s')
  print(f'processes / synchronous   {rate / mean:7.2f}')
  print(f'threads / synchronous     {threads_rate / mean:7.2f}')
  print(f'inline / processes        {inline_rate / rate:7.2f}')
  print('Synchronous process, wall milliseconds a policy update:')
  for name, value in before.wall.items():
    print(f'  {name:24}{value:7.1f}')
  print('Program in processes, CPU milliseconds a policy update:')
  for name, value in nodes.items():
    print(f'  {name:24}{value:7.1f}')
  total, cpu = sum(nodes.values()), sum(before.cpu.values())
  print(f'  {"all nodes":24}{total:7.1f}')
  print(f'  {"synchronous process":24}{cpu:7.1f}')
  print(f'  {"difference: transport":24}{total - cpu:7.1f}')
