"""Training on a Ray cluster of three fake machines, of which two are lost.

It takes some three minutes.
"""

import os
import pathlib
import sys

import pytest

from tests import clusters
from tests import launched
from tests import machines
from tests import patience

_RAY = str(pathlib.Path(sys.executable).parent / 'ray')
# Nodes are not to wait for all else that is busy, and machines that vanish are
# to be noticed sooner than by default, after half a minute.
_RAY_SETTINGS = {
  'RAY_worker_niceness': '0',
  'RAY_health_check_period_ms': '1000',
  'RAY_health_check_timeout_ms': '2000',
}
# Servers and leaves go where these are.
_SERVER = 'cpus=0,home=1'
_LEAF = 'cpus=0,painter=1'
_CONFIG = clusters.config(_SERVER, _LEAF)
# Another user's program, which takes up what it can't have on other machines.
_GUEST = """
import sys, time
from launch.runtime.engines import engine, ray_engine
here = ray_engine.RayEngine(sys.argv[1])
here.place({'guest': engine.Resources(0, 0, {'home': 3, 'painter': 3})})
print('placed', flush=True)
time.sleep(3600)
"""


_REASON = clusters.reason(
  'three',
  None
  if os.path.exists(_RAY)
  else 'Ray is not installed: pip install ".[ray]"',
)


def _start_ray(machine, head, resources):
  """Makes a machine a part of the cluster, as docs/cluster.md does."""
  where = (
    ['--head', '--port=6379', '--include-dashboard=false']
    if machine is head
    else [f'--address={head.address}:6379']
  )
  machine.run(
    [
      *(_RAY, 'start', *where, f'--node-ip-address={machine.address}'),
      *('--disable-usage-stats', '--num-cpus=2', f'--resources={resources}'),
      f'--object-store-memory={80 * 2**20}',
    ],
    env={**os.environ, **_RAY_SETTINGS},
  )


def _programs(*cluster):
  """Ids of the processes that are not Ray's own."""
  return {
    process.pid for machine in cluster for process in clusters.programs(machine)
  }


class _Run(clusters.Training):
  """Training, as a person starts it on one of the machines."""

  def __init__(self, machine, head, folder):
    super().__init__(folder / 'run', folder / 'output')
    with open(self.output, 'a') as output:
      self.process = machine.popen(
        [
          *(sys.executable, '-m', 'launch.train'),
          f'--config={launched.write_config(folder, _CONFIG)}',
          f'--workdir={self.workdir}',
          *('--engine=ray', f'--ray_address={head.address}:6379'),
        ],
        stdout=output,
        stderr=output,
      )

  def is_alive(self):
    """Whether the launcher runs."""
    return self.process.poll() is None


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
def test_a_program_outlives_its_machines_but_not_its_launcher(tmp_path):
  with machines.Machines(3, shared=[tmp_path]) as (a, b, c):
    _start_ray(a, a, '{"home": 3, "painter": 3}')
    _start_ray(b, a, '{"home": 3}')
    _start_ray(c, a, '{"painter": 3}')
    with open(tmp_path / 'guest', 'w') as output:
      guest = a.popen(
        [sys.executable, '-c', _GUEST, f'{a.address}:6379'],
        stdout=output,
        stderr=output,
      )
    clusters.measure(
      'a guest placed', lambda: 'placed' in (tmp_path / 'guest').read_text()
    )
    others = _programs(a, b, c)

    run = _Run(a, a, tmp_path)
    run.measure(
      'started',
      lambda: len(clusters.nodes(b)) == len(clusters.nodes(c)) == 3,
    )
    run.measure_updates('first updates')

    victim = clusters.nodes(c, 'actor')[0]
    before = {process.pid for process in clusters.nodes(c, 'actor')}
    victim.kill()
    run.measure(
      'an actor killed: started again',
      lambda: len({p.pid for p in clusters.nodes(c, 'actor')} - before) == 1,
    )
    run.measure_updates('and training')

    reached = launched.updates(run.workdir)
    run.process.kill()
    patience.end(run.process)
    clusters.measure(
      'the launcher killed: none left', lambda: _programs(a, b, c) == others
    )

    run = _Run(a, a, tmp_path)
    run.measure(
      'and started again: training',
      lambda: launched.updates(run.workdir) > reached,
    )
    guest.kill()

    c.kill()
    run.measure(
      'a machine of leaves killed: running elsewhere',
      lambda: len(clusters.nodes(a)) == 3,
    )
    run.measure_updates('and training')

    b.kill()
    run.measure(
      'a machine of servers killed: running elsewhere',
      lambda: len(clusters.nodes(a)) == 6,
    )
    run.measure_updates('and training', 1)

    run.process.terminate()
    assert patience.end(run.process) == 130, run.output.read_text()
    clusters.measure('stopped: none left', lambda: not _programs(a))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
