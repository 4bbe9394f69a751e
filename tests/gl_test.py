"""OpenGL is chosen by trying, once, and a user's choice is respected."""

import os
import subprocess
import sys

import pytest

from spiral_tf.environments.mujoco import gl

_HARDWARE, _SOFTWARE = 'NVIDIA H100', 'llvmpipe (LLVM 15.0.6, 256 bits)'


@pytest.fixture(name='environ')
def _environ(monkeypatch):
  """An environment without a choice, restored afterwards."""
  for name in ('MUJOCO_GL', 'PYOPENGL_PLATFORM', 'LP_NUM_THREADS'):
    monkeypatch.setenv(name, '')  # So that it is restored, whatever comes.
    del os.environ[name]
  return os.environ


def _run(code, **environ):
  """Output of a fresh interpreter without a choice but for `environ`."""
  inherited = {
    k: v
    for k, v in os.environ.items()
    if k not in ('MUJOCO_GL', 'PYOPENGL_PLATFORM')
  }
  inherited['PYTHONPATH'] = os.pathsep.join(filter(None, sys.path))
  done = subprocess.run(
    [sys.executable, '-c', code],
    env={**inherited, **environ},
    capture_output=True,
    text=True,
  )
  assert done.returncode == 0, done.stderr
  return done.stdout.strip()


@pytest.mark.parametrize(
  'egl, osmesa, expected',
  [
    (_HARDWARE, _SOFTWARE, 'egl'),
    (_HARDWARE, None, 'egl'),
    (_SOFTWARE, _SOFTWARE, 'osmesa'),
    (None, _SOFTWARE, 'osmesa'),
    (_SOFTWARE, None, 'egl'),
  ],
)
def test_hardware_then_osmesa_then_software(
  environ, monkeypatch, egl, osmesa, expected
):
  monkeypatch.setattr(gl, '_renderer', {'egl': egl, 'osmesa': osmesa}.get)
  assert gl.choose() == expected
  assert environ['MUJOCO_GL'] == expected
  assert environ['LP_NUM_THREADS'] == '0'


def test_neither_is_an_error_with_the_cure(environ, monkeypatch):
  monkeypatch.setattr(gl, '_renderer', lambda backend: None)
  with pytest.raises(RuntimeError, match='apt-get install libosmesa6'):
    gl.choose()
  assert 'MUJOCO_GL' not in environ


def test_choice_is_made_once_and_a_users_is_kept(environ, monkeypatch):
  calls = []
  monkeypatch.setattr(gl, '_renderer', lambda b: calls.append(b) or 'llvmpipe')
  gl.choose()
  assert calls
  calls.clear()
  assert gl.choose() == 'osmesa'
  environ.update(MUJOCO_GL='egl', LP_NUM_THREADS='2')
  assert gl.choose() == 'egl'
  assert environ['LP_NUM_THREADS'] == '2'
  assert not calls


@pytest.mark.parametrize(
  'probe',
  [
    'import os; os.abort()',
    'while True: pass',
    'raise OSError("no such library")',
  ],
)
def test_a_driver_that_crashes_hangs_or_fails_does_not_work(
  environ, monkeypatch, probe
):
  monkeypatch.setattr(gl, '_PROBE', probe)
  monkeypatch.setattr(gl, '_TRIAL_SECONDS', 0.5)
  with pytest.raises(RuntimeError, match='neither'):
    gl.choose()


def test_a_driver_that_draws_and_fails_at_exit_works(environ, monkeypatch):
  monkeypatch.setattr(
    gl,
    '_PROBE',
    'import os; print("renderer: card", os.environ["MUJOCO_GL"], flush=True); '
    'os.abort()',
  )
  assert gl._renderer('egl') == 'card egl'
  assert gl.choose() == 'egl'


def test_the_choice_works_here_and_nothing_is_imported_before_it():
  output = _run(
    'import os, sys\n'
    'from spiral_tf.environments import scenes\n'
    'from spiral_tf.environments.mujoco import gl, stage\n'
    'print("mujoco" in sys.modules, "MUJOCO_GL" in os.environ)\n'
    'print(stage.Stage(32).render(()).mean() > 50, os.environ["MUJOCO_GL"])\n'
    'import mujoco\n'
    'print(mujoco.GLContext.__module__)'
  )
  before, drawn, module = output.splitlines()
  assert before == 'False False'
  assert drawn in ('True osmesa', 'True egl')
  assert module == f'mujoco.{drawn.split()[1]}'


def test_mujoco_imported_before_the_choice_does_no_harm():
  output = _run(
    'import mujoco\n'
    'from spiral_tf.environments.mujoco import stage\n'
    'print(stage.Stage(32).render(()).mean() > 50)'
  )
  assert output == 'True'


@pytest.mark.parametrize('value', ['disable', 'nonsense'])
def test_a_users_choice_that_cannot_draw_is_named(value):
  output = _run(
    'from spiral_tf.environments.mujoco import stage\n'
    'try:\n'
    '  stage.Stage()\n'
    'except RuntimeError as error:\n'
    '  print(error)',
    MUJOCO_GL=value,
  )
  assert f"MUJOCO_GL is '{value}'" in output
  assert 'unset MUJOCO_GL' in output


def test_osmesa_draws_in_a_process_where_tensorflow_was_first():
  code = """
import spiral_tf
import tensorflow as tf
tf.function(lambda x: x + 1, autograph=False)(tf.ones(3))
from spiral_tf.environments import scenes
print(scenes.Scenes(canvas_width=16).reset().observation['canvas'].shape)
"""
  assert _run(code, MUJOCO_GL='osmesa') == '(16, 16, 3)'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
