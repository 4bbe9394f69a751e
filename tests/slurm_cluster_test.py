"""Training in jobs of a Slurm of fake machines, by the script of docs/slurm.

It takes some six minutes. `python -m pytest -s` shows how long what takes.
"""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import sys

import pytest

from spiral_tf.population import members
from tests import clusters
from tests import launched
from tests import machines
from tests import small

_SCRIPT = (
  pathlib.Path(__file__).resolve().parents[1] / 'docs/slurm/train.sbatch'
)
_TOOLS = ('sbatch', 'scancel', 'sinfo', 'slurmctld', 'slurmd', 'squeue', 'srun')
_UNFINISHED = ('PENDING', 'CONFIGURING', 'RUNNING', 'COMPLETING')
# Slurm waits for two minutes before it starts a job again.
_AGAIN_SECONDS = 400
_CPUS = 4
_FRAMES = 60 * 8 * 3
# No machine is to wait for the others, nor for keys or control groups.
_SLURM = f"""ClusterName=fake
SlurmctldHost=machine4(10.77.0.4)
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=/tmp/state
SlurmdSpoolDir=/tmp/spool
SlurmctldPidFile=/tmp/slurmctld.pid
SlurmdPidFile=/tmp/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
GresTypes=gpu
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=20
DefMemPerCPU=500
NodeName=DEFAULT CPUs={_CPUS} RealMemory=4000 Gres=gpu:2
NodeName=machine[1-3] NodeAddr=10.77.0.[1-3]
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


_MISSING = ', '.join(tool for tool in _TOOLS if not shutil.which(tool))
_REASON = clusters.reason(
  'six',
  _MISSING
  and f'needs {_MISSING} of Slurm: apt-get install --no-install-recommends '
  'slurmctld slurmd slurm-client',
)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
  """Three machines for jobs, with cards that are none, and one for Slurm."""
  (tmp_path / 'slurm.conf').write_text(_SLURM)
  (tmp_path / 'gres.conf').write_text('Name=gpu File=/dev/null,/dev/zero\n')
  # Not used, but looked for.
  (tmp_path / 'cgroup.conf').write_text('CgroupPlugin=cgroup/v1\n')
  monkeypatch.setenv('SLURM_CONF', str(tmp_path / 'slurm.conf'))
  python = os.path.dirname(sys.executable)
  monkeypatch.setenv('PATH', f'{python}:{os.environ["PATH"]}')
  with contextlib.ExitStack() as stack:
    made = stack.enter_context(machines.Machines(4, shared=[tmp_path]))
    for machine, command in [
      (made[3], ['slurmctld', '-D']),
      *((its, ['slurmd', '-D', '-N', its.name]) for its in made[:3]),
    ]:
      log = stack.enter_context(
        open(tmp_path / f'{command[0]}_{machine.name}', 'w')
      )
      machine.popen(command, stdout=log, stderr=log)

    def is_up():
      with contextlib.suppress(RuntimeError):
        return made[3].run(['sinfo', '-h', '-o', '%D %t']).stdout == '3 idle\n'

    clusters.measure('Slurm up', is_up)
    yield made


class _Job(clusters.Training):
  """Training, as a person submits it."""

  def __init__(self, cluster, folder, config, *options, name='run'):
    self._machines = cluster[:3]
    self._head = cluster[3]
    super().__init__(folder / name, folder / f'{name}.out')
    told = self._head.run(
      [
        *('sbatch', '--parsable', '--nodes=3', f'--cpus-per-task={_CPUS}'),
        *(f'--output={self.output}', *options, str(_SCRIPT)),
        f'--config={launched.write_config(folder, config)}',
        f'--workdir={self.workdir}',
      ]
    ).stdout
    self.number = told.strip()

  @property
  def state(self):
    """Of the job, in Slurm's words, and its exit code."""
    told = self._head.run(['scontrol', 'show', 'job', self.number]).stdout
    words = dict(word.split('=', 1) for word in told.split() if '=' in word)
    return words['JobState'], words['ExitCode']

  def is_alive(self):
    """Whether the job waits or runs."""
    return self.state[0] in _UNFINISHED

  def measure_end(self, what):
    """Waits for the end of the job, and of all that it ran."""
    programs = clusters.programs
    clusters.measure(
      what,
      lambda: not (self.is_alive() or any(map(programs, self._machines))),
      output=self.output,
    )


class _Nodes:
  """The nodes on some machines."""

  def __init__(self, cluster):
    self._machines = cluster

  @property
  def numbers(self):
    """How many run on each machine."""
    return [len(clusters.nodes(machine)) for machine in self._machines]

  def of(self, group):
    """The processes of a group."""
    return [its for m in self._machines for its in clusters.nodes(m, group)]


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
def test_a_program_comes_to_its_end(cluster, tmp_path):
  config = clusters.config('cpus=1', 'cpus=1', _FRAMES)
  resources = dataclasses.replace(
    config.resources, policy_learner='cpus=1,gpus=1'
  )
  config = dataclasses.replace(config, resources=resources)
  # What a job is given for each CPU is not for each step to ask for.
  job = _Job(
    cluster, tmp_path, config, '--mem-per-cpu=400', '--gpus-per-node=2'
  )
  nodes = _Nodes(cluster[:3])
  job.measure('two nodes on each machine', lambda: nodes.numbers == [2, 2, 2])
  cards = {
    group: process.environ()['CUDA_VISIBLE_DEVICES']
    for group in ('policy_learner', 'actor')
    for process in nodes.of(group)
  }
  assert cards == {'policy_learner': '0', 'actor': ''}
  job.measure_end('came to its end')
  assert job.state == ('COMPLETED', '0:0'), job.output.read_text()
  assert 'Training has come to its end' in job.output.read_text()
  assert launched.updates(job.workdir) == 60

  training = dataclasses.replace(small.POPULATION.training, frames=_FRAMES // 2)
  config = dataclasses.replace(small.POPULATION, training=training)
  job = _Job(cluster, tmp_path, config, name='population')
  job.measure_end('a population came to its end')
  assert job.state == ('COMPLETED', '0:0'), job.output.read_text()
  for index in range(2):
    folder = members.member_workdir(job.workdir, index)
    assert launched.updates(folder) == 30


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
def test_a_program_outlives_a_machine_but_not_its_launcher(cluster, tmp_path):
  a, b, c, head = cluster
  nodes = _Nodes([a, b, c])
  # Learners and replay are placed first, on a machine each.
  config = clusters.config(f'cpus={_CPUS - 1}', 'cpus=1')
  job = _Job(cluster, tmp_path, config)
  job.measure('placed and started', lambda: nodes.numbers == [2, 2, 2])
  job.measure_updates('first updates')

  victim = nodes.of('actor')[0]
  victim.kill()
  job.measure(
    'an actor killed: started again',
    lambda: len({its.pid for its in nodes.of('actor')} - {victim.pid}) == 2,
  )
  job.measure_updates('and training')

  # Slurm takes the end of the launcher, the job's script, for that of the job.
  reached = launched.updates(job.workdir)
  (launcher,) = (
    process
    for process in clusters.programs(a)
    if 'launch.train' in ' '.join(process.cmdline())
  )
  launcher.kill()
  job.measure_end('the launcher killed: none left')
  assert job.state[0] == 'FAILED'

  job = _Job(cluster, tmp_path, config)
  job.measure(
    'submitted again: training',
    lambda: launched.updates(job.workdir) > reached,
  )
  c.kill()
  job.measure(
    'a machine killed: running elsewhere', lambda: nodes.numbers == [3, 3, 0]
  )
  job.measure_updates('and training')

  # In order, as docs/cluster.md says.
  head.run(['scancel', '--batch', '--signal=TERM', job.number])
  job.measure_end('told to stop: none left')
  assert job.state == ('FAILED', '130:0')
  assert 'The same command goes on from here' in job.output.read_text()

  config = clusters.config('cpus=0', 'cpus=0')
  job = _Job(cluster, tmp_path, config, '--nodes=1-2')
  job.measure_updates('submitted again: training')
  a.kill()
  job.measure(
    "the launcher's machine killed: running elsewhere",
    lambda: nodes.numbers == [0, 6, 0],
    _AGAIN_SECONDS,
  )
  job.measure_updates('and training')
  head.run(['scancel', job.number])
  job.measure_end('cancelled: none left')
  assert job.state[0] == 'CANCELLED'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
