"""How throughput grows with actors, and what many of them would need.

The same program with 1, 2, 4 and 8 actors on this machine, and then, from what
an episode costs each kind of node with a single actor, when there is least
contention, what 64 actors and two learners need.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import os
import re
import shutil
import subprocess
import sys

from launch.benchmarks import graph
from spiral_tf import builders
from spiral_tf.config import experiment

# Numbers of actors that are measured, and one that is estimated.
_NUMBERS = (1, 2, 4, 8)
_MANY = 64
# Seconds between two lines of metrics, at each of which traffic is read.
_LOG_SECONDS = 4.0
# Looks at sockets from inside the network of a process.
_SOCKETS = """
import os, sys
from launch.runtime import isolation

isolation.join(int(sys.argv[1]))
os.execvp('ss', ['ss', '--tcp', '--info', '--processes', '--no-header', '-n'])
"""


def bytes_by_process(text: str) -> dict[int, int]:
  """Reads what `ss --info --processes` prints.

  Args:
    text: two lines a socket: its addresses and processes, then what TCP counts.

  Returns:
    Process id to bytes sent and received by its connections.
  """
  totals: dict[int, int] = {}
  pids: list[str] = []
  for line in text.splitlines():
    if line[:1].isspace():
      count = sum(
        int(number)
        for number in re.findall(r'\bbytes_(?:sent|received):(\d+)', line)
      )
      for pid in pids:
        totals[int(pid)] = totals.get(int(pid), 0) + count
    else:
      pids = re.findall(r'\bpid=(\d+)', line)
  return totals


def _traffic(actors: Sequence[int]) -> float:
  """Bytes that actors, by their process ids, have sent and received so far."""
  done = subprocess.run(
    [sys.executable, '-c', _SOCKETS, str(actors[0])],
    capture_output=True,
    text=True,
    check=True,
  )
  totals = bytes_by_process(done.stdout)
  missing = [pid for pid in actors if pid not in totals]
  if missing:
    raise RuntimeError(f'ss lists no connection of the actors {missing}.')
  return float(sum(totals[pid] for pid in actors))


def estimate(
  config: experiment.Config,
  episode_cpu: Mapping[str, float],
  episode_bytes: float,
  weights_bytes: float,
) -> list[str]:
  """What many actors and two learners need, in words.

  Args:
    config: the experiment.
    episode_cpu: CPU milliseconds an episode, by kind of node.
    episode_bytes: bytes an episode, between an actor and replay.
    weights_bytes: bytes of the policy's weights.

  Returns:
    Lines of text.
  """
  # An actor with a core to itself; its rate is bounded by nothing else.
  actor_rate = 1e3 / episode_cpu['actor']
  rate = _MANY * actor_rate
  learner = config.discriminator_learner
  batches = rate / config.policy_learner.batch_size
  samples = batches * learner.updates_per_policy_update * learner.batch_size
  # Weights that an actor fetches once for each batch of episodes.
  fetches = actor_rate / config.training.environments_per_actor
  network = actor_rate * episode_bytes + fetches * weights_bytes
  lines = [
    f'{_MANY} actors on a core each, from the costs with one actor:',
    f'  episodes a second         {rate:12,.0f}',
    f'  MB a second per actor     {network / 1e6:12.2f}',
    f'  MB a second of all actors {_MANY * network / 1e6:12.1f}',
    f'  Reverb inserts a second   {2 * rate:12,.0f}',
    f'  Reverb samples a second   {rate + samples:12,.0f}',
    '  cores                                 keeps up on one core with',
    f'    {"actors":24}{_MANY:9}',
  ]
  servers = ('policy_learner', 'discriminator_learner', 'replay')
  for kind in servers:
    cores = rate * episode_cpu[kind] / 1e3
    lines.append(f'    {kind:24}{cores:9.1f}{_MANY / cores:10.1f} actors')
  first = max(servers, key=lambda kind: episode_cpu[kind])
  lines.append(f'  first bottleneck: {first}')
  return lines


def run(config: experiment.Config) -> None:
  """Measures a training run with each number of actors, and prints.

  Args:
    config: the experiment, whose `training` is set as the measurement needs.

  Raises:
    RuntimeError: `ss`, of iproute2, is not there.
  """
  if not shutil.which('ss'):
    raise RuntimeError('Needs the command ss: apt-get install iproute2.')
  config = graph.timed(config, _LOG_SECONDS)
  batch_size = config.policy_learner.batch_size
  weights_bytes = float(
    sum(
      variable.numpy().nbytes
      for variable in builders.make_policy(config).trainable_variables
    )
  )
  runs = {}
  for number in _NUMBERS:
    one = dataclasses.replace(
      config,
      training=dataclasses.replace(config.training, num_actors=number),
    )
    runs[number] = graph.distributed(one, traffic=_traffic)
  first = runs[_NUMBERS[0]]
  print(
    f'{os.cpu_count()} cores, {config.training.environments_per_actor} '
    'environments an actor.'
  )
  print('actors  episodes/s  to one  learner idle  MB/s an actor')
  for number, one in runs.items():
    print(
      f'{number:6}{one.rate:12.0f}{one.rate / first.rate:8.2f}'
      f'{one.idle:14.2f}{one.bytes_rate / number / 1e6:15.2f}'
    )
  print('CPU milliseconds an episode, by kind of node:')
  for kind in first.cpu:
    values = ''.join(
      f'{one.cpu[kind] / batch_size:8.3f}' for one in runs.values()
    )
    print(f'  {kind:24}{values}')
  # Bytes that are not of weights are of episodes. A single actor fetches new
  # weights for each batch of episodes before which the learner made an update.
  fetches = first.rate / max(batch_size, config.training.environments_per_actor)
  episode_bytes = (first.bytes_rate - fetches * weights_bytes) / first.rate
  print(
    f'Weights: {weights_bytes / 1e6:.2f} MB. Bytes an episode: '
    f'{episode_bytes:,.0f}.'
  )
  episode_cpu = {kind: cpu / batch_size for kind, cpu in first.cpu.items()}
  print('\n'.join(estimate(config, episode_cpu, episode_bytes, weights_bytes)))
