"""Where the nodes of a program run: an engine for each kind of place."""

import importlib.util
import ipaddress
import socket
from typing import NamedTuple

from launch.runtime import isolation
from launch.runtime import printing
from launch.runtime.engines import engine

# "inline" stands for one process, "launchpad" for Launchpad's own launchers;
# these are no engines.
NAMES = ('inline', 'local', 'ray', 'slurm', 'launchpad')
# What makes a program of processes, and has no versions for new Pythons.
_PACKAGES = ('launchpad', 'reverb')

# "auto" is "isolated" where the kernel allows it, "host" where it does not.
NETWORKS = ('auto', 'isolated', 'host')


class Place(NamedTuple):
  """Where to run.

  Attributes:
    engine: one of `NAMES`.
    network: one of `NETWORKS`, of the local engine.
    ray_address: of the cluster, for Ray.
    allow_public: whether nodes may listen on addresses of the internet.
    launch_type: one of Launchpad's, for the engine "launchpad".
  """

  engine: str = 'local'
  network: str = 'auto'
  ray_address: str = 'auto'
  allow_public: bool = False
  launch_type: str = 'local_mp'


HERE = Place()


class PublicError(ValueError):
  """A node would listen on an address of the internet."""


def missing() -> list[str]:
  """Packages that are not installed, without which there is "inline" only."""
  return [name for name in _PACKAGES if not importlib.util.find_spec(name)]


def default() -> str:
  """The engine of who names none; of one for want of others, says so."""
  lacking = missing()
  if not lacking:
    return 'local'
  printing.say(
    f'Not installed: {", ".join(lacking)}. So all nodes take turns in one '
    'process: --engine=inline.'
  )
  return 'inline'


def check_installed(name: str) -> None:
  """Refuses an engine for which packages are missing.

  Args:
    name: one of `NAMES`.

  Raises:
    ValueError: they are; says which, and the cure.
  """
  lacking = missing()
  if name != 'inline' and lacking:
    raise ValueError(
      f'--engine={name} needs {" and ".join(lacking)}, which this Python does '
      "not have. Install them with Python 3.10, pip install '.[launchpad]', or "
      'train in one process: --engine=inline.'
    )


def check_network(name: str, network: str) -> None:
  """Refuses "isolated" where there is no isolation.

  Args:
    name: one of `NAMES`.
    network: one of `NETWORKS`.

  Raises:
    ValueError: it would not be isolated; says why, and the cure.
  """
  if network != 'isolated':
    return
  if name != 'local':
    raise ValueError(
      f'--network=isolated is for --engine=local: nodes of --engine={name} are '
      'in the networks of their machines. Leave the flag out.'
    )
  reason = isolation.unavailable()
  if reason:
    raise ValueError(_refusal(reason))


def make(
  name: str, network: str = 'auto', ray_address: str = 'auto'
) -> engine.Engine:
  """Makes an engine.

  Args:
    name: "local", "ray" or "slurm".
    network: one of `NETWORKS`, of the local engine.
    ray_address: of the cluster, for Ray.

  Returns:
    The engine, to be closed.

  Raises:
    RuntimeError: what it needs is not there.
    ValueError: see `check_network`.
  """
  if name != 'local':
    check_network(name, network)
  if name == 'ray':
    from launch.runtime.engines import ray_engine

    return ray_engine.RayEngine(ray_address)
  if name == 'slurm':
    from launch.runtime.engines import slurm_engine

    return slurm_engine.SlurmEngine()
  from launch.runtime.engines import local_engine

  return local_engine.LocalEngine(_namespace(network))


def warn_of_open_ports(reason: str) -> None:
  """Says that a run's ports can be reached, and why."""
  printing.say(
    f'WARNING: {reason} The ports of Launchpad and Reverb are open on all of '
    "this machine's addresses, and whoever reaches one can run code."
  )


def check_private(address: str) -> None:
  """Raises a PublicError if others than neighbours can reach an address."""
  host = address.rpartition(':')[0]
  for info in socket.getaddrinfo(host, None):
    ip = info[4][0]
    if ipaddress.ip_address(ip.split('%')[0]).is_global:
      raise PublicError(
        f'A node would listen on {ip}, an address of the internet, and whoever '
        "reaches a node's port can run code. Use a private network, or say "
        '--allow_public if a firewall keeps others out.'
      )


def _namespace(network: str) -> isolation.Namespace | None:
  """A network of the run's own, or None and a warning."""
  if network == 'host':
    warn_of_open_ports('--network=host:')
    return None
  try:
    return isolation.Namespace()
  except OSError as error:
    reason = isolation.explain(error)
    if network == 'isolated':
      raise ValueError(_refusal(reason)) from error
    warn_of_open_ports(reason)
    return None


def _refusal(reason: str) -> str:
  return (
    f'--network=isolated is not possible here. {reason} Or use --network=host, '
    'if nobody but you can reach this machine.'
  )
