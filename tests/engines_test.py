"""Tests of launch.runtime.engines: names, and warnings."""

import importlib.util

import pytest

from launch import training
from launch.runtime import engines
from launch.runtime import isolation
from launch.runtime.engines import local_engine
from tests import small


def test_the_machines_network_is_used_with_a_warning_only(capsys):
  engine = engines.make('local', network='host')
  assert isinstance(engine, local_engine.LocalEngine)
  engine.close()
  error = capsys.readouterr().err
  assert error.startswith('WARNING: --network=host')
  assert 'can run code' in error


@pytest.fixture
def refused(monkeypatch):
  """A kernel that allows no namespace."""

  def refuse():
    raise PermissionError(1, 'unshare: Operation not permitted')

  monkeypatch.setattr(isolation, 'Namespace', refuse)
  monkeypatch.setattr(
    isolation, '_setting', {'user/max_net_namespaces': '0'}.get
  )


def test_without_namespaces_it_says_why_and_goes_on(capsys, refused):
  engines.make('local').close()
  (line,) = capsys.readouterr().err.splitlines()
  assert line.startswith('WARNING: The kernel allows no network namespace')
  assert 'The ports' in line


@pytest.mark.parametrize(
  'ask',
  [
    lambda: engines.make('local', network='isolated'),
    lambda: engines.check_network('local', 'isolated'),
  ],
)
def test_what_was_asked_for_by_name_is_had_or_refused(capsys, refused, ask):
  with pytest.raises(ValueError) as raised:
    ask()
  line = str(raised.value)
  assert len(line.splitlines()) == 1
  assert '--network=isolated is not possible' in line
  assert '"sysctl user.max_net_namespaces=10000"' in line
  assert '--network=host' in line
  assert capsys.readouterr().err == ''


@pytest.mark.parametrize('name', ['ray', 'slurm', 'launchpad'])
def test_others_than_the_local_engine_do_not_isolate(name):
  with pytest.raises(ValueError, match='is for --engine=local'):
    engines.check_network(name, 'isolated')
  engines.check_network(name, 'auto')


def test_training_refuses_before_it_writes(tmp_path, refused):
  place = engines.Place(network='isolated')
  with pytest.raises(ValueError, match='--network=isolated is not possible'):
    training.train(small.CONFIG, str(tmp_path / 'run'), place)
  assert not (tmp_path / 'run').exists()


def test_slurm_says_where_it_can_be_started(monkeypatch):
  monkeypatch.delenv('SLURM_JOB_ID', raising=False)
  with pytest.raises(RuntimeError, match=r'inside of a Slurm job.*sbatch'):
    engines.make('slurm')


@pytest.mark.skipif(
  bool(isolation.unavailable()), reason=str(isolation.unavailable())
)
def test_by_default_there_is_nothing_to_warn_of(capsys):
  for network in ('auto', 'isolated'):
    engines.make('local', network=network).close()
  assert capsys.readouterr().err == ''


@pytest.fixture
def lacking(monkeypatch):
  """A Python without Reverb."""
  find = importlib.util.find_spec
  monkeypatch.setattr(
    importlib.util, 'find_spec', lambda n: None if n == 'reverb' else find(n)
  )


def test_an_engine_that_is_not_installed_is_refused_with_the_cure(lacking):
  assert 'reverb' in engines.missing()
  for name in engines.NAMES:
    if name == 'inline':
      engines.check_installed(name)
      continue
    with pytest.raises(ValueError, match=f'--engine={name} needs') as error:
      engines.check_installed(name)
    text = str(error.value)
    assert 'reverb' in text and '.[launchpad]' in text
    assert '--engine=inline' in text


def test_where_nothing_is_said_it_is_what_is_installed(
  lacking, monkeypatch, capsys
):
  assert engines.default() == 'inline'
  assert '--engine=inline' in capsys.readouterr().err
  monkeypatch.setattr(engines, 'missing', lambda: [])
  assert engines.default() == 'local'
  assert not capsys.readouterr().err


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
