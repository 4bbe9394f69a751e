"""Which machine of a Slurm job each node goes to."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import (
  NamedTuple,
)

from launch.runtime.engines import engine
from launch.runtime.engines import slurm_job


class Share(NamedTuple):
  """What a node has of a machine.

  Attributes:
    host: the machine.
    cpus: number of its CPUs.
    gpus: its graphics cards, by the names of CUDA_VISIBLE_DEVICES.
  """

  host: str
  cpus: float
  gpus: tuple[str, ...]


def spread(
  job: str,
  nodes: Mapping[str, engine.Resources],
  hosts: Mapping[str, slurm_job.Host],
  taken: Sequence[Share],
  suspects: Collection[str],
) -> dict[str, Share]:
  """Spreads nodes, so that a machine's loss takes as few as possible of them.

  Args:
    job: number of the job, for errors.
    nodes: names of nodes, and what they need.
    hosts: all machines of the job.
    taken: what other nodes have.
    suspects: machines that may be lost: not used, but if all are; and if there
      are any, CPUs may be shared by more nodes than have asked for them.

  Returns:
    Name to share of each node.

  Raises:
    RuntimeError: there is not enough, or something that Slurm does not have.
  """
  for name, needs in nodes.items():
    _check(name, needs)
  usable = set(hosts) - set(suspects) or set(hosts)
  cpus = {host: float(hosts[host].cpus) for host in usable}
  gpus = {host: list(hosts[host].gpus) for host in usable}
  number = dict.fromkeys(usable, 0)

  def take(share: Share) -> None:
    if share.host in usable:
      cpus[share.host] -= share.cpus
      number[share.host] += 1
      for gpu in share.gpus:
        gpus[share.host].remove(gpu)

  for share in taken:
    take(share)
  shares = {}
  # Who needs much first, while there is most to choose from.
  for name in sorted(nodes, key=lambda n: (-nodes[n].gpus, -nodes[n].cpus)):
    needs = nodes[name]
    fitting = [
      host
      for host in sorted(usable)
      if len(gpus[host]) >= needs.gpus
      and (suspects or cpus[host] >= needs.cpus)
    ]
    if not fitting:
      raise RuntimeError(_shortage(job, name, needs, cpus, gpus))
    host = max(fitting, key=lambda h: (cpus[h], -number[h]))
    share = Share(host, needs.cpus, tuple(gpus[host][: int(needs.gpus)]))
    take(share)
    shares[name] = share
  return shares


def _check(name: str, needs: engine.Resources) -> None:
  if needs.custom:
    raise RuntimeError(
      f'{name} needs {", ".join(sorted(needs.custom))}, which only Ray has. '
      'With --engine=slurm, name cpus and gpus alone in --config.resources.'
    )
  if needs.gpus != int(needs.gpus):
    raise RuntimeError(
      f'{name} needs {needs.gpus:g} GPUs. With --engine=slurm it is a whole '
      'number, of --config.resources.'
    )


def _shortage(
  job: str,
  name: str,
  needs: engine.Resources,
  cpus: Mapping[str, float],
  gpus: Mapping[str, list[str]],
) -> str:
  free = '; '.join(
    f'{host}: {cpus[host]:g} CPUs, {len(gpus[host])} GPUs'
    for host in sorted(cpus)
  )
  return (
    f'{name} needs {needs.cpus:g} CPUs and {needs.gpus:g} GPUs, which no '
    f'machine of Slurm job {job} has left ({free}). Ask sbatch for more '
    '(--nodes, --cpus-per-task, --gpus-per-node), or for less with '
    '--config.resources.'
  )
