"""What the benchmark of actors reads and computes; it is not run."""

import dataclasses
import subprocess
import sys

import pytest

from launch.benchmarks import actors
from tests import small

_SS = """\
ESTAB 0 0 [::1]:50 [::1]:60 users:(("python",pid=7,fd=3),("python",pid=8,fd=9))
\t cubic rto:201 bytes_sent:10 bytes_acked:11 bytes_received:300 segs_out:4
ESTAB 0 0 [::1]:60 [::1]:50 users:(("python",pid=7,fd=4))
\t cubic bytes_received:1
TIME-WAIT 0 0 [::1]:61 [::1]:50
\t cubic bytes_sent:1000
"""


def test_adds_up_the_bytes_of_processes():
  assert actors.bytes_by_process(_SS) == {7: 311, 8: 310}


def test_the_script_that_lists_sockets_finds_its_imports():
  imports, _, _ = actors._SOCKETS.partition('\n\n')
  assert 'isolation' in imports
  code = f'{imports}\nisolation.join'
  subprocess.run([sys.executable, '-c', code], check=True)


def test_estimates_from_costs():
  config = dataclasses.replace(
    small.CONFIG,
    training=dataclasses.replace(
      small.CONFIG.training, environments_per_actor=10
    ),
  )
  cpu = {
    'actor': 2.0,
    'policy_learner': 0.25,
    'discriminator_learner': 0.5,
    'evaluator': 9.0,
    'replay': 0.125,
  }
  text = '\n'.join(actors.estimate(config, cpu, 1000.0, 10_000.0))
  lines = [line.rsplit(None, 1) for line in text.splitlines()]
  values = {line[0].strip(): line[1] for line in lines}
  # An actor plays 500 episodes a second, and fetches weights 50 times.
  assert values['episodes a second'] == '32,000'
  assert values['MB a second per actor'] == '1.00'
  assert values['MB a second of all actors'] == '64.0'
  assert values['Reverb inserts a second'] == '64,000'
  # Two batches of 8 renders for one of 8 episodes.
  assert values['Reverb samples a second'] == '96,000'
  assert 'policy_learner                8.0       8.0 actors' in text
  assert 'discriminator_learner        16.0       4.0 actors' in text
  assert text.endswith('first bottleneck: discriminator_learner')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
