"""A clock of a test's own, which only one module sees.

To set a function of `time` itself sets it for all threads of the process, and
earlier tests may have left some that sleep, log, or ask for the time.
"""

from collections.abc import Callable
import time
import types
from typing import Any


def replace(
  monkeypatch: Any, module: types.ModuleType, **functions: Callable[..., Any]
) -> None:
  """Has a module see another `time`.

  Args:
    monkeypatch: pytest's fixture of that name.
    module: which has an attribute `time`, the module.
    **functions: those that are not as usual, by their names.
  """
  assert module.time is time, f'{module.__name__} does not import time.'
  replaced = types.SimpleNamespace(**{**vars(time), **functions})
  monkeypatch.setattr(module, 'time', replaced)
