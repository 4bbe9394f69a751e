"""The program graph against the same work in one synchronous process.

The synchronous loop plays a batch of episodes, makes its share of discriminator
updates on renders sampled from as large a buffer, scores and updates the
policy: nothing runs beside anything else, nothing is sent anywhere, and
TensorFlow may use all cores. The program does that work in five processes.
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
import time
from typing import NamedTuple

import numpy as np
import psutil
import tensorflow as tf
import tree

from launch import training
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf.config import experiment
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics

_SECONDS = 40.0  # Seconds that are measured, after the warm-up.
_WARM_UP_UPDATES = 50


class _Timer:
  """Adds up seconds under names."""

  def __init__(self):
    self.seconds = collections.Counter()
    self._last = time.perf_counter()

  def start(self) -> None:
    """Begins to count."""
    self._last = time.perf_counter()

  def lap(self, name: str) -> None:
    """Counts the time since the last call under `name`."""
    now = time.perf_counter()
    self.seconds[name] += now - self._last
    self._last = now


class _TimedEnvironments:
  """Tells the time spent in environments from the time spent acting."""

  def __init__(self, environment, timer: _Timer):
    self._environment = environment
    self._timer = timer

  def reset(self):
    """Counts what came before as acting."""
    self._timer.lap('acting')
    timestep = self._environment.reset()
    self._timer.lap('environment')
    return timestep

  def step(self, action):
    """Counts what came before as acting."""
    self._timer.lap('acting')
    timestep = self._environment.step(action)
    self._timer.lap('environment')
    return timestep


def synchronous(
  config: experiment.Config,
) -> tuple[float, dict[str, float], float]:
  """Runs the synchronous loop.

  Args:
    config: the experiment.

  Returns:
    Episodes a second; wall milliseconds a policy update of each part of the
    work; CPU milliseconds a policy update.
  """
  discriminator = builders.make_discriminator_update(config)
  policy = builders.make_policy_update(config, discriminator.discriminator)
  player = builders.make_player(policy.policy, seed=0)
  dataset = builders.load_dataset(config)
  learner = config.discriminator_learner
  real = dataset.batches('train', learner.batch_size, config.seed)
  size = learner.replay_batches * learner.batch_size
  renders: collections.deque = collections.deque(maxlen=size)
  rng = np.random.default_rng(config.seed)
  timer = _Timer()
  batch_size = config.policy_learner.batch_size
  environments = [
    _TimedEnvironments(environment, timer)
    for environment in builders.make_environments(config, batch_size, seed=0)
  ]
  owed, updates, started, cpu_started = 0.0, 0, 0.0, 0.0
  while updates <= _WARM_UP_UPDATES or time.perf_counter() - started < _SECONDS:
    if updates == _WARM_UP_UPDATES:
      timer.seconds.clear()
      started, cpu_started = time.perf_counter(), time.process_time()
    timer.start()
    episodes = rollout.play(environments, player)
    renders.extend(episodes.observation['canvas'][-1])
    timer.lap('acting')
    owed += learner.updates_per_policy_update
    while owed >= 1:
      chosen = rng.integers(len(renders), size=learner.batch_size)
      fake = np.stack([renders[i] for i in chosen])
      discriminator.step(tf.constant(next(real)), tf.constant(fake))
      owed -= 1
    timer.lap('discriminator learner')
    batch = tree.map_structure(tf.constant, rollout.batch_major(episodes))
    values = policy.step(batch, tf.constant(1.0))
    values['score'].numpy()  # Waits for the update.
    timer.lap('policy learner')
    updates += 1
  measured = updates - _WARM_UP_UPDATES
  rate = measured * batch_size / (time.perf_counter() - started)
  parts = {k: 1e3 * v / measured for k, v in timer.seconds.items()}
  cpu = 1e3 * (time.process_time() - cpu_started) / measured
  return rate, parts, cpu


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
  place: training.Place = training.HERE,
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
  before, parts, cpu = synchronous(config)
  program = distributed(config)
  rate, nodes = program.rate, program.cpu
  after, _, _ = synchronous(config)
  threads_rate = distributed(
    config, training.Place('launchpad', launch_type='local_mt')
  ).rate
  mean = (before + after) / 2
  print(f'one synchronous process   {before:7.0f} episodes/s')
  print(f'program, processes        {rate:7.0f} episodes/s')
  print(f'one synchronous process   {after:7.0f} episodes/s')
  print(f'program, threads          {threads_rate:7.0f} episodes/s')
  print(f'processes / synchronous   {rate / mean:7.2f}')
  print(f'threads / synchronous     {threads_rate / mean:7.2f}')
  print('Synchronous process, wall milliseconds a policy update:')
  for name, value in parts.items():
    print(f'  {name:24}{value:7.1f}')
  print('Program in processes, CPU milliseconds a policy update:')
  for name, value in nodes.items():
    print(f'  {name:24}{value:7.1f}')
  total = sum(nodes.values())
  print(f'  {"all nodes":24}{total:7.1f}')
  print(f'  {"synchronous process":24}{cpu:7.1f}')
  print(f'  {"difference: transport":24}{total - cpu:7.1f}')
