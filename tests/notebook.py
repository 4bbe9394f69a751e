"""Executes notebooks with the interpreter that runs the tests."""

import json
import os
import pathlib
import sys

import nbclient
import nbformat


def execute(
  notebook: nbformat.NotebookNode, folder: str, scratch: pathlib.Path
) -> nbformat.NotebookNode:
  """Executes a notebook.

  Args:
    notebook: what to execute; its outputs are replaced.
    folder: to execute it in.
    scratch: an empty folder for what Jupyter keeps, which has no home.

  Returns:
    The notebook.

  Raises:
    nbclient.exceptions.CellExecutionError: a cell failed.
  """
  kernel = scratch / 'kernels' / 'python3'
  kernel.mkdir(parents=True)
  command = [sys.executable, '-m', 'ipykernel_launcher', '-f']
  spec = {'argv': [*command, '{connection_file}'], 'language': 'python'}
  (kernel / 'kernel.json').write_text(json.dumps({**spec, 'display_name': 'x'}))
  environment = {
    **os.environ,
    'HOME': str(scratch),
    'IPYTHONDIR': str(scratch / 'ipython'),
    'PYTHONPATH': os.pathsep.join(filter(None, sys.path)),
  }
  os.environ['JUPYTER_PATH'] = str(scratch)
  os.environ['JUPYTER_RUNTIME_DIR'] = str(scratch / 'runtime')
  client = nbclient.NotebookClient(
    notebook,
    timeout=None,  # However slow the machine is.
    kernel_name='python3',
    resources={'metadata': {'path': folder}},
  )
  return client.execute(env=environment)


if __name__ == '__main__':
  # Renews the outputs: python -m tests.notebook docs/tour.ipynb
  import tempfile

  path = pathlib.Path(sys.argv[1])
  with tempfile.TemporaryDirectory() as scratch:
    done = execute(
      nbformat.read(path, 4), str(path.parent), pathlib.Path(scratch)
    )
  for cell in done.cells:
    cell.metadata.pop('execution', None)  # When it ran is of no interest.
  nbformat.write(done, path)
