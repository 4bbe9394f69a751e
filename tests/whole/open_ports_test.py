"""Which ports of a run another machine can reach: none, unless it is asked to.

It takes its time, a minute or two, because it starts training twice as a
person would: with the network that is the default, of which nothing may be
reached, and with the machine's, of which all must be reached, or else the first
would show nothing.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

import pytest

from launch.runtime import isolation
from tests import launched
from tests import machines
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent.parent
# Replay, two learners, an actor and an evaluator, who all can be called.
_NODES = 5
# For what does not answer at all, to which all else answers at once.
_CONNECT_SECONDS = 10.0
# Prints those that can be reached of the addresses that it is given.
_PROBE = """
import json, socket, sys

reached = []
for host, port in json.loads(sys.argv[1]):
  try:
    socket.create_connection((host, port), float(sys.argv[2])).close()
    reached.append([host, port])
  except OSError:
    pass
print(json.dumps(reached))
"""


@pytest.fixture(autouse=True, scope='module')
def allowed():
  """Skips what cannot be tested here."""
  reason = machines.reason() or isolation.unavailable()
  if reason:
    pytest.skip(reason)


def _addresses(machine):
  """How another machine reaches a machine."""
  found = [machine.address]
  text = machine.run(['ip', '-o', '-6', 'addr', 'show', 'dev', 'eth0']).stdout
  for address in re.findall(r'inet6 (fe80[0-9a-f:]+)/', text):
    found.append(f'{address}%eth0')
  return found


def _listening(processes):
  """Ports of the processes' networks, and how many networks these are."""
  found = {}
  for process in processes:
    try:
      network = os.readlink(f'/proc/{process.pid}/ns/net')
      found.setdefault(network, set()).update(
        port for _, port in isolation.listening(process.pid)
      )
    except OSError:  # It ended meanwhile.
      continue
  return sorted(set().union(*found.values())), len(found)


def _reached(machine, hosts, ports):
  targets = json.dumps([[host, port] for host in hosts for port in ports])
  done = machine.run(
    [sys.executable, '-c', _PROBE, targets, str(_CONNECT_SECONDS)]
  )
  return [tuple(target) for target in json.loads(done.stdout)]


class _Seen(NamedTuple):
  """What is seen of a run.

  Attributes:
    output: of the launcher.
    ports: on which its processes listen.
    networks: number of namespaces that the processes are in.
    tried: host and port of what another machine tried to connect to.
    reached: those of them with which it could.
    local: ports that another program of the same machine could reach.
  """

  output: str
  ports: list[int]
  networks: int
  tried: list[tuple[str, int]]
  reached: list[tuple[str, int]]
  local: list[int]


def _look(folder, *flags):
  """Trains on one machine, and tries from another to reach each port."""
  config = launched.write_config(folder, small.CONFIG)
  workdir = folder / 'run'
  with machines.Machines(2, shared=[folder]) as (trainer, stranger):
    process = trainer.popen(
      [
        *(sys.executable, '-m', 'launch.train', f'--config={config}'),
        *(f'--workdir={workdir}', '--config.training.frames=0'),
        *('--config.training.num_actors=1', *flags),
      ],
      cwd=_ROOT,
      stdout=subprocess.PIPE,
      stderr=subprocess.STDOUT,
      text=True,
    )
    # From then on all nodes are there, and at work.
    launched.wait_for_updates(workdir, process, 1)
    ports, networks = _listening(trainer.processes())
    hosts = _addresses(trainer)
    seen = _Seen(
      '',
      ports,
      networks,
      tried=[(host, port) for host in hosts for port in ports],
      reached=_reached(stranger, hosts, ports),
      local=[port for _, port in _reached(trainer, ['127.0.0.1'], ports)],
    )
    assert process.poll() is None, launched.kill_all(process)
    seen = seen._replace(output=launched.kill_all(process))
  print(*flags, 'tried:', *seen.tried)
  print(*flags, 'reached:', *seen.reached or ['none'])
  return seen


def test_no_port_is_open_to_others_by_default(tmp_path):
  seen = _look(tmp_path)
  assert len(seen.ports) >= _NODES, seen
  assert seen.networks == 2, seen  # The launcher's and the nodes'.
  assert not seen.reached, f'tried {seen.tried}, reached {seen.reached}'
  assert not seen.local, f'tried {seen.ports}, reached {seen.local}'
  assert 'WARNING' not in seen.output


def test_all_ports_are_open_in_the_machines_network(tmp_path):
  # So the other test can tell a port that is open, by all addresses it tries.
  seen = _look(tmp_path, '--network=host')
  assert len(seen.ports) >= _NODES, seen
  assert seen.networks == 1, seen
  assert seen.reached == seen.tried
  assert seen.local == seen.ports
  assert 'WARNING: --network=host' in seen.output


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
