"""That the product runs TensorFlow's fast kernels for CPUs, unless told not to.

That nodes have the launcher's switch, the tests of the engines say. Also here:
the benchmark that measures what they are worth.
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from launch.benchmarks import kernels
from launch.benchmarks import synchronous
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_SWITCH = 'TF_ENABLE_ONEDNN_OPTS'
_COMMANDS = sorted(
  f'launch.{path.stem}'
  for path in _ROOT.glob('launch/*.py')
  if 'def main(' in path.read_text()
)
# Imports a module, and prints the switch when that imports TensorFlow, which
# reads it then and never again.
_WATCH = f"""
import importlib, os, sys

class Watch:
  def find_spec(self, name, path, target=None):
    if name == 'tensorflow':
      print('switch', os.environ.get('{_SWITCH}'), flush=True)
      os._exit(0)

sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
"""
# Of TensorFlow's log, while it is imported.
_ON = 'oneDNN custom operations are on'


def _run(code, *args, **variables):
  """Runs code where nothing but `variables` sets the switch."""
  env = {name: value for name, value in os.environ.items() if name != _SWITCH}
  return subprocess.run(
    [sys.executable, '-c', code, *args],
    cwd=_ROOT,
    env={**env, **variables},
    check=True,
    capture_output=True,
    text=True,
  )


@pytest.mark.parametrize(
  'module', [*_COMMANDS, 'spiral_tf.agents.agent', 'spiral_tf.builders']
)
def test_the_switch_is_on_before_tensorflow_is_imported(module):
  printed = _run(_WATCH, module).stdout
  # Some commands need no TensorFlow before they know what to do.
  assert printed in ('switch 1\n', ''), module


def test_most_commands_were_watched_with_tensorflow():
  assert {'launch.train', 'launch.evaluate', 'launch.paint'} <= set(_COMMANDS)
  assert _run(_WATCH, 'launch.train').stdout == 'switch 1\n'
  assert _run(_WATCH, 'tensorflow').stdout == 'switch None\n'


def test_tensorflow_obeys():
  code = 'import spiral_tf, tensorflow'
  assert _ON in _run(code, TF_CPP_MIN_LOG_LEVEL='0').stderr
  off = _run(code, TF_CPP_MIN_LOG_LEVEL='0', **{_SWITCH: '0'})
  assert _ON not in off.stderr


@pytest.mark.parametrize('value', ['0', '1'])
def test_what_the_user_sets_is_left(value):
  printed = _run(_WATCH, 'launch.train', **{_SWITCH: value}).stdout
  assert printed == f'switch {value}\n'


def test_who_imports_tensorflow_first_is_told():
  # As a module that stands for it, which is there in no time.
  code = 'import sys; sys.modules["tensorflow"] = sys; import spiral_tf'
  said = _run(code).stderr
  assert 'RuntimeWarning: TensorFlow was imported before spiral_tf' in said
  assert f'{_SWITCH}, to 1' in said
  assert not _run(code, **{_SWITCH: '1'}).stderr
  assert not _run('import spiral_tf').stderr


_PARTS = {'acting', 'environment', 'discriminator learner', 'policy learner'}


@pytest.mark.parametrize('config', [small.CONFIG, small.CONDITIONAL])
def test_the_parts_of_a_training_are_all_of_its_time(config):
  costs = synchronous.measure(config, warm_up=1, seconds=0)
  assert set(costs.wall) == set(costs.cpu) == _PARTS
  assert all(costs.cpu[part] > 0 for part in _PARTS)
  seconds = sum(costs.wall.values()) / 1e3  # One update was measured.
  episodes = config.policy_learner.batch_size
  assert costs.rate == pytest.approx(episodes / seconds)


@pytest.mark.slow
def test_the_benchmark_runs_both(monkeypatch, capsys):
  monkeypatch.setattr(kernels, '_ROUNDS', 1)
  monkeypatch.setattr(kernels, '_WARM_UP_UPDATES', 1)
  monkeypatch.setattr(kernels, '_SECONDS', 0.0)
  kernels.run(small.CONDITIONAL)
  rows = re.findall(
    r'^(.+?)  +([\d.]+) +([\d.]+) +([\d.]+)$', capsys.readouterr().out, re.M
  )
  found = {name: tuple(map(float, numbers)) for name, *numbers in rows}
  assert set(found) >= _PARTS
  for off, on, _ in found.values():
    assert off > 0 and on > 0
  off, on, ratio = found['frames a CPU second']
  assert ratio == pytest.approx(on / off, rel=0.02)


def test_a_measurement_that_fails_says_why(monkeypatch):
  monkeypatch.setattr(kernels, '_SECONDS', 'no number')
  with pytest.raises(RuntimeError, match=r'to float: .no number'):
    kernels.measure(small.CONFIG, '1')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
