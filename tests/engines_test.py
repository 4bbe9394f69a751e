"""Tests of launch.runtime.engines: names, and warnings."""

import pytest

from launch.runtime import engines
from launch.runtime import isolation
from launch.runtime.engines import local_engine


def test_the_machines_network_is_used_with_a_warning_only(capsys):
  engine = engines.make('local', network='host')
  assert isinstance(engine, local_engine.LocalEngine)
  engine.close()
  error = capsys.readouterr().err
  assert error.startswith('WARNING: --network=host')
  assert 'can run code' in error


def test_without_namespaces_it_says_why_and_goes_on(capsys, monkeypatch):
  monkeypatch.setattr(isolation, 'unavailable', lambda: 'Not on this kernel.')
  engines.make('local').close()
  error = capsys.readouterr().err
  assert error.startswith('WARNING: Not on this kernel. The ports')


def test_slurm_says_where_it_can_be_started(monkeypatch):
  monkeypatch.delenv('SLURM_JOB_ID', raising=False)
  with pytest.raises(RuntimeError, match=r'inside of a Slurm job.*sbatch'):
    engines.make('slurm')


@pytest.mark.skipif(
  bool(isolation.unavailable()), reason=str(isolation.unavailable())
)
def test_by_default_there_is_nothing_to_warn_of(capsys):
  engines.make('local').close()
  assert capsys.readouterr().err == ''


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
