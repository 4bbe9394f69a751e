"""Which OpenGL MuJoCo draws with, found by trying.

MuJoCo reads the environment variable `MUJOCO_GL` when it is imported, so the
choice comes first. It is left in `os.environ`, where child processes find it.
"""

import contextlib
import ctypes
import ctypes.util
import importlib
import logging
import os
import subprocess
import sys
import threading
import types

_EGL, _OSMESA = 'egl', 'osmesa'
# How long a trial of a backend may last, for some drivers hang. A sound one
# answers within seconds.
_TRIAL_SECONDS = 60.0
_PROBE = """
import mujoco
context = mujoco.GLContext(8, 8)
context.make_current()
from OpenGL import GL
print('renderer:', GL.glGetString(GL.GL_RENDERER).decode())
context.free()
"""
# How Mesa's renderers call themselves that use no graphics card.
_SOFTWARE = ('llvmpipe', 'softpipe', 'swrast', 'software')
_LOCK = threading.Lock()


def choose() -> str:
  """Chooses a backend, unless `MUJOCO_GL` names one already.

  EGL on a graphics card comes first, then OSMesa, which draws in software and
  needs nothing but its library, then EGL in software. Each is tried in a
  process of its own, because a driver that does not work may crash or hang.

  Returns:
    The value of `MUJOCO_GL`: 'egl', 'osmesa' or the user's choice.

  Raises:
    RuntimeError: neither EGL nor OSMesa works.
  """
  with _LOCK:
    # Mesa's software renderer starts threads for each context, which cost more
    # than they save on small pictures. It draws in the caller's thread with 0.
    os.environ.setdefault('LP_NUM_THREADS', '0')
    backend = os.environ.get('MUJOCO_GL', '').strip().lower()
    if not backend:
      backend = _first_that_works()
      os.environ['MUJOCO_GL'] = backend
    return backend


def load() -> types.ModuleType:
  """The `mujoco` module, imported after a backend has been chosen.

  Raises:
    RuntimeError: no backend works, or not the one `MUJOCO_GL` names.
  """
  backend = choose()
  if backend == _OSMESA:
    _bind_osmesa()
  # PyOpenGL warns that an optional module of its own is not there.
  logging.getLogger('OpenGL.acceleratesupport').setLevel(logging.WARNING)
  try:
    mujoco = importlib.import_module('mujoco')
    _context_module(backend).GLContext  # noqa: B018, is there one?
  except Exception as error:  # PyOpenGL raises whatever comes.
    raise RuntimeError(
      f'MUJOCO_GL is {backend!r}, but MuJoCo cannot be loaded with it: '
      f'{error!r}. Run: unset MUJOCO_GL PYOPENGL_PLATFORM; '
      'apt-get install libosmesa6'
    ) from error
  return mujoco


class Context:
  """An OpenGL context of the chosen backend, for buffers that MuJoCo makes.

  It is to be current only while it is used: `mujoco.Renderer.close` deletes
  its own textures and buffers, by number, from whatever context is current.
  """

  def __init__(self):
    """Creates the context; its own buffer is one pixel."""
    self._backend = choose()
    self._module = _context_module(self._backend)
    self._context = self._module.GLContext(1, 1)

  @property
  def gl(self) -> types.ModuleType:
    """PyOpenGL's functions, for what MuJoCo has none for."""
    return importlib.import_module('OpenGL.GL')

  def make_current(self) -> None:
    """Makes this the context of the calling thread."""
    self._context.make_current()

  def release(self) -> None:
    """Leaves the calling thread without a context."""
    module = self._module
    if self._backend == _OSMESA:
      module.osmesa.OSMesaMakeCurrent(None, None, module.GL.GL_FLOAT, 0, 0)
    elif self._backend == _EGL:
      egl = module.EGL
      nothing = egl.EGL_NO_SURFACE, egl.EGL_NO_SURFACE, egl.EGL_NO_CONTEXT
      egl.eglMakeCurrent(module.EGL_DISPLAY, *nothing)

  def free(self) -> None:
    """Destroys the context."""
    self._context.free()


def _bind_osmesa() -> None:
  """Loads OSMesa so that it finds its own LLVM, with which it compiles shaders.

  New TensorFlows export another LLVM's functions, which it would call instead,
  and crash, if TensorFlow came first.
  """
  name = ctypes.util.find_library('OSMesa')
  own_first = getattr(os, 'RTLD_DEEPBIND', 0)  # Of Linux.
  if name and own_first:
    # What fails here will fail with a reason when MuJoCo loads it.
    with contextlib.suppress(OSError):
      ctypes.CDLL(name, mode=os.RTLD_NOW | own_first)


def _context_module(backend: str) -> types.ModuleType:
  """The module of MuJoCo's that has the context of a backend.

  It is imported by name, for `mujoco.GLContext` is that of another backend if
  someone imported `mujoco` before the choice.
  """
  own = backend in (_EGL, _OSMESA)
  return importlib.import_module(f'mujoco.{backend}' if own else 'mujoco')


def _first_that_works() -> str:
  """The best backend that works here."""
  egl = _renderer(_EGL)
  if egl and not any(name in egl.lower() for name in _SOFTWARE):
    return _EGL
  if _renderer(_OSMESA):
    return _OSMESA
  if egl:
    return _EGL
  raise RuntimeError(
    'MuJoCo can draw neither with EGL nor with OSMesa on this machine. '
    'Run: apt-get install libosmesa6'
  )


def _renderer(backend: str) -> str | None:
  """What a backend's renderer calls itself, None if it does not work."""
  environ = {**os.environ, 'MUJOCO_GL': backend, 'PYOPENGL_PLATFORM': backend}
  # The probe is to import the same modules as this process does.
  environ['PYTHONPATH'] = os.pathsep.join(filter(None, sys.path))
  try:
    done = subprocess.run(
      [sys.executable, '-c', _PROBE],
      env=environ,
      stdin=subprocess.DEVNULL,
      capture_output=True,
      text=True,
      timeout=_TRIAL_SECONDS,
    )
  except (OSError, subprocess.TimeoutExpired):
    return None
  # What it printed counts, and not its exit status: some drivers draw well and
  # fail at exit.
  for line in done.stdout.splitlines():
    if line.startswith('renderer: '):
      return line[len('renderer: ') :]
  return None
