"""Tests of launch.runtime.engines.slurm_job, with an srun of our own."""

import os
import shlex

import pytest

from launch.runtime.engines import slurm_job


@pytest.fixture
def srun(monkeypatch, tmp_path):
  """Makes an srun that runs a command of the shell, whatever it is told."""

  def make(text):
    path = tmp_path / 'srun'
    path.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n{text}\n')
    path.chmod(0o755)
    return tmp_path / 'arguments'

  monkeypatch.setenv('PATH', f'{tmp_path}:/usr/bin:/bin')
  monkeypatch.setenv('SLURM_JOB_ID', '12')
  monkeypatch.setenv('SLURM_JOB_NUM_NODES', '2')
  return make


def test_needs_a_job(monkeypatch):
  monkeypatch.delenv('SLURM_JOB_ID', raising=False)
  with pytest.raises(RuntimeError, match='SLURM_JOB_ID is not set'):
    slurm_job.job_id()
  monkeypatch.setenv('SLURM_JOB_ID', '5')
  assert slurm_job.job_id() == '5'


def test_asks_all_machines_what_they_have(srun):
  lines = ('[Welcome!]', '["b", 3, ""]', '["a", 8, "2,3"]')
  arguments = srun(f'printf "%s\\n" {" ".join(map(shlex.quote, lines))}')
  hosts = slurm_job.hosts()
  assert list(hosts.items()) == [('a', (8, ('2', '3'))), ('b', (3, ()))]
  text = arguments.read_text()
  assert '--overlap' in text
  assert '--nodes=2 --ntasks=2 --ntasks-per-node=1' in text


def test_what_it_runs_there_says_what_is_the_jobs(srun, monkeypatch):
  srun('while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"')
  monkeypatch.setenv('SLURMD_NODENAME', 'node7')
  monkeypatch.setenv('SLURM_CPUS_ON_NODE', '6')
  monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
  assert slurm_job.hosts() == {'node7': (6, ())}
  monkeypatch.setenv('CUDA_VISIBLE_DEVICES', 'GPU-1a,GPU-2b')
  assert slurm_job.hosts() == {'node7': (6, ('GPU-1a', 'GPU-2b'))}


def test_steps_share_graphics_cards(srun, monkeypatch):
  srun('exit 1')
  monkeypatch.setenv('SLURM_GPUS', '6')
  with pytest.raises(RuntimeError, match=r'by --gpus \(SLURM_GPUS=6\).*-node'):
    slurm_job.hosts()


def test_says_why_it_can_not(srun, monkeypatch):
  srun('echo execve: No such file or directory >&2; exit 2')
  with pytest.raises(
    RuntimeError, match=r'(?s)job 12 can run .*share.*execve: No such file'
  ):
    slurm_job.hosts()
  srun('exec sleep 10')
  monkeypatch.setattr(slurm_job, '_SECONDS', 0.2)
  with pytest.raises(RuntimeError, match='job 12 run nothing in 0 s: srun'):
    slurm_job.hosts()
  monkeypatch.setenv('PATH', os.devnull)
  with pytest.raises(RuntimeError, match='There is no srun here'):
    slurm_job.hosts()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
