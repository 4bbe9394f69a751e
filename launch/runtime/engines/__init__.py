"""Where the nodes of a program run: an engine for each kind of place."""

import ipaddress
import socket
import sys

from launch.runtime import isolation
from launch.runtime.engines import engine
from launch.runtime.engines import local_engine
from launch.runtime.engines import slurm_engine

# "launchpad" stands for Launchpad's own launchers, which are no engines.
NAMES = ('local', 'ray', 'slurm', 'launchpad')


def make(
  name: str, network: str = 'isolated', ray_address: str = 'auto'
) -> engine.Engine:
  """Makes an engine.

  Args:
    name: "local", "ray" or "slurm".
    network: "isolated" or "host", of the local engine.
    ray_address: of the cluster, for Ray.

  Returns:
    The engine, to be closed.

  Raises:
    RuntimeError: what it needs is not there.
  """
  if name == 'ray':
    from launch.runtime.engines import ray_engine

    return ray_engine.RayEngine(ray_address)
  if name == 'slurm':
    return slurm_engine.SlurmEngine()
  return local_engine.LocalEngine(_namespace(network))


def warn_of_open_ports(reason: str) -> None:
  """Says that a run's ports can be reached, and why."""
  print(
    f'WARNING: {reason} The ports of Launchpad and Reverb are open on all of '
    "this machine's addresses, and whoever reaches one can run code.",
    file=sys.stderr,
    flush=True,
  )


def check_private(address: str) -> None:
  """Raises a ValueError if others than neighbours can reach an address."""
  host = address.rpartition(':')[0]
  for info in socket.getaddrinfo(host, None):
    ip = info[4][0]
    if ipaddress.ip_address(ip.split('%')[0]).is_global:
      raise ValueError(
        f'A node would listen on {ip}, an address of the internet, and whoever '
        "reaches a node's port can run code. Use a private network, or say "
        '--allow_public if a firewall keeps others out.'
      )


def _namespace(network: str):
  """A network of the run's own, or None and a warning."""
  if network == 'host':
    warn_of_open_ports('--network=host:')
    return None
  reason = isolation.unavailable()
  if reason:
    warn_of_open_ports(reason)
    return None
  return isolation.Namespace()
