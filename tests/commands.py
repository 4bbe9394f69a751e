"""Runs commands as one would, but imports TensorFlow only once for all."""

import json
import os
import pathlib
import subprocess
import sys
import textwrap

_ROOT = pathlib.Path(__file__).absolute().parent.parent

# Forks a process a command, each of which runs its module as `__main__`.
_SERVER = """
  import json, os, runpy, sys
  from spiral_tf.agents import saved_model
  from spiral_tf.evaluation import generation
  from spiral_tf.nodes import worker
  from spiral_tf.replay import episodes
  from spiral_tf.workdir import metrics

  for line in sys.stdin:
    module, arguments, out, err = json.loads(line)
    pid = os.fork()
    if not pid:
      for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
      sys.argv = [module, *arguments]
      code = 0
      try:
        runpy.run_module(module, run_name='__main__', alter_sys=True)
      except SystemExit as end:
        code = end.code
        if isinstance(code, str):
          print(code, file=sys.stderr)
          code = 1
      except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
      sys.stdout.flush()
      sys.stderr.flush()
      os._exit(code or 0)
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Commands:
  """Runs commands of `launch`; a context manager."""

  def __init__(self, folder: pathlib.Path):
    """Starts the process that forks; output goes through files in `folder`."""
    self._out, self._err = folder / 'out', folder / 'err'
    paths = os.pathsep.join(filter(None, sys.path))
    self._server = subprocess.Popen(
      [sys.executable, '-c', textwrap.dedent(_SERVER)],
      cwd=_ROOT,
      env={**os.environ, 'PYTHONPATH': paths},
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      text=True,
    )

  def __enter__(self) -> 'Commands':
    return self

  def __exit__(self, *unused) -> None:
    self._server.kill()
    self._server.communicate()

  def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess:
    """Runs `python -m module arguments` and returns what came of it."""
    line = [module, arguments, str(self._out), str(self._err)]
    self._server.stdin.write(json.dumps(line) + '\n')
    self._server.stdin.flush()
    code = int(self._server.stdout.readline())
    return subprocess.CompletedProcess(
      arguments, code, self._out.read_text(), self._err.read_text()
    )
