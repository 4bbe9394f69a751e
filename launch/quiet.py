"""Keeps back what TensorFlow says of itself, and nobody can do anything about.

Newer versions write lines about kernels to standard error while they are
imported, whatever TF_CPP_MIN_LOG_LEVEL says, and lines about names of inputs
whenever a model is loaded. All else that they say goes through.
"""

from collections.abc import Iterator
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import logging
import os
import subprocess
import sys
import types
from typing import Any

_LIBRARY = 'tensorflow'
# Parts of lines that are kept back while it is imported.
NOISE = (
  'All log messages before absl::InitializeLog() is called',
  'oneDNN custom operations are on.',
)
# Modules of TensorFlow that say how it renames inputs, and that models have no
# fingerprint.
_SAYERS = ('function_type', 'load', 'save', 'signature_serialization')


def install() -> None:
  """Keeps it back from now on; call it before TensorFlow is imported."""
  if _LIBRARY in sys.modules:
    _filter_logging()
  else:
    sys.meta_path.insert(0, _Finder())


def _filter_logging() -> None:
  """Keeps back what it says with Python's logging."""
  # Imported here: who becomes a node's process imports nothing of weight.
  from absl import logging as absl_logging

  absl_logging.get_absl_logger().addFilter(_is_wanted)


def _is_wanted(record: logging.LogRecord) -> bool:
  of_tensorflow = f'{os.sep}{_LIBRARY}{os.sep}' in record.pathname
  return not (of_tensorflow and record.module in _SAYERS)


class _Finder(importlib.abc.MetaPathFinder):
  """Finds TensorFlow once, as others would."""

  def find_spec(
    self, name: str, path: Any = None, target: Any = None
  ) -> importlib.machinery.ModuleSpec | None:
    """See the base class."""
    if name != _LIBRARY:
      return None
    sys.meta_path.remove(self)
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.loader is not None:
      spec.loader = _Loader(spec.loader)
    return spec


class _Loader(importlib.abc.Loader):
  """Another loader, whose standard error is filtered while it works."""

  def __init__(self, loader: Any):
    self._loader = loader

  def __getattr__(self, name: str) -> Any:
    return getattr(self._loader, name)

  def create_module(self, spec: Any) -> types.ModuleType | None:
    """See the base class."""
    return self._loader.create_module(spec)

  def exec_module(self, module: types.ModuleType) -> None:
    """See the base class."""
    _filter_logging()
    with _filtered():
      self._loader.exec_module(module)


@contextlib.contextmanager
def _filtered() -> Iterator[None]:
  """Lets standard error through without noise.

  Another process filters, so that the last words of this one are not lost if
  it is killed: TensorFlow ends it on processors that it was not made for.
  """
  patterns = [part for text in NOISE for part in ('-e', text)]
  try:
    error = os.dup(2)
    grep = subprocess.Popen(
      ['grep', '--line-buffered', '--invert-match', '-F', *patterns],
      stdin=subprocess.PIPE,
      stdout=error,
      stderr=subprocess.DEVNULL,
    )
  except OSError:  # There is none, or no standard error.
    yield
    return
  sys.stderr.flush()
  os.dup2(grep.stdin.fileno(), 2)
  grep.stdin.close()
  try:
    yield
  finally:
    sys.stderr.flush()
    os.dup2(error, 2)
    os.close(error)
    grep.wait()
