"""The Slurm job that the launcher runs in: its machines, and steps on them."""

from collections.abc import Sequence
import json
import os
import subprocess
import sys
from typing import NamedTuple

_SECONDS = 60.0
# Variables of a job, which srun would take for its own options.
_UNFIT = {
  'SLURM_GPUS': '--gpus',
  'SLURM_GPUS_PER_SOCKET': '--gpus-per-socket',
  'SLURM_GPUS_PER_TASK': '--gpus-per-task',
}
# Prints, on each machine, what of it belongs to the job.
_DESCRIBE = """
import json, os
print(json.dumps([
  os.environ['SLURMD_NODENAME'],
  int(os.environ['SLURM_CPUS_ON_NODE']),
  os.environ.get('CUDA_VISIBLE_DEVICES', ''),
]))
"""


class Host(NamedTuple):
  """A machine's share in the job.

  Attributes:
    cpus: number of its CPUs.
    gpus: its graphics cards, by the names of CUDA_VISIBLE_DEVICES.
  """

  cpus: int
  gpus: tuple[str, ...]


def job_id() -> str:
  """The job's number.

  Raises:
    RuntimeError: the launcher runs outside of a job.
  """
  number = os.environ.get('SLURM_JOB_ID')
  if not number:
    raise RuntimeError(
      '--engine=slurm runs inside of a Slurm job, and there is none here '
      '(SLURM_JOB_ID is not set). Start it with "sbatch", by a script such as '
      'docs/slurm/train.sbatch, or in an "salloc".'
    )
  return number


def command(*options: str) -> list[str]:
  """The start of a command line that runs something as a step of the job.

  Steps share all that the job has: which node uses how much of it is for the
  engine to say. What the job's own options would mean for a step is overridden.

  Args:
    *options: more of srun's options.

  Returns:
    Arguments, to be followed by the command to run.
  """
  return [
    'srun',
    '--overlap',
    '--mem=0',
    '--cpu-bind=none',
    '--mpi=none',
    '--export=ALL',
    '--kill-on-bad-exit=0',
    *options,
  ]


def hosts() -> dict[str, Host]:
  """Asks each machine of the job what it has.

  Returns:
    Names, as other machines know them, to machines; in order.

  Raises:
    RuntimeError: there is no srun, a machine does not answer, or steps can't
      share the job's graphics cards.
  """
  _check_gpus()
  number = os.environ.get('SLURM_JOB_NUM_NODES', '1')
  asking = [
    *command(f'--nodes={number}', f'--ntasks={number}', '--ntasks-per-node=1'),
    *(sys.executable, '-c', _DESCRIBE),
  ]
  try:
    done = subprocess.run(
      asking, capture_output=True, text=True, timeout=_SECONDS
    )
  except (FileNotFoundError, NotADirectoryError):
    raise RuntimeError(
      'There is no srun here, which --engine=slurm starts nodes with. Put '
      "Slurm's commands on the PATH of the job."
    ) from None
  except subprocess.TimeoutExpired:
    raise RuntimeError(
      f'The machines of Slurm job {job_id()} run nothing in {_SECONDS:.0f} s: '
      f'{" ".join(asking[:-1])} does not end. If one is lost, start a new job.'
    ) from None
  if done.returncode:
    raise RuntimeError(
      f'Not all machines of Slurm job {job_id()} can run {sys.executable}: '
      'have it on a file system that all of them share. srun says: '
      f'{done.stderr.strip()}'
    )
  return _parse(done.stdout.splitlines())


def _parse(lines: Sequence[str]) -> dict[str, Host]:
  """Reads what machines say of themselves, beside what else they print."""
  hosts_by_name = {}
  for line in sorted(lines):
    if line.startswith('["'):
      name, cpus, gpus = json.loads(line)
      hosts_by_name[name] = Host(cpus, tuple(filter(None, gpus.split(','))))
  return hosts_by_name


def _check_gpus() -> None:
  for name in _UNFIT:
    if name in os.environ:
      raise RuntimeError(
        f'The job asked for graphics cards by {_UNFIT[name]} '
        f'({name}={os.environ[name]}), which its steps, that share them, would '
        'ask for as well. Use --gpus-per-node.'
      )
