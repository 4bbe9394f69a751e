"""The notebook docs/tour.ipynb runs, and shows pictures."""

import os
import pathlib

import nbclient
import nbformat
import pytest

from tests import notebook

_DOCS = pathlib.Path(__file__).absolute().parent.parent / 'docs'


@pytest.mark.slow
def test_the_tour_runs(tmp_path, monkeypatch):
  monkeypatch.setattr(os, 'environ', os.environ.copy())
  tour = nbformat.read(_DOCS / 'tour.ipynb', 4)
  done = notebook.execute(tour, str(_DOCS), tmp_path)
  kinds = [
    kind
    for cell in done.cells
    for output in cell.get('outputs', ())
    for kind in output.get('data', ())
  ]
  assert kinds.count('image/png') >= 6
  assert 'image/gif' in kinds and 'image/svg+xml' in kinds
  texts = [
    output['text']
    for cell in done.cells
    for output in cell.get('outputs', ())
    if output.get('name') == 'stdout'
  ]
  assert 'Stroke(control=' in texts[0]


def test_a_cell_that_fails_is_noticed(tmp_path, monkeypatch):
  monkeypatch.setattr(os, 'environ', os.environ.copy())
  broken = nbformat.v4.new_notebook(
    cells=[nbformat.v4.new_code_cell('import spiral_tf; spiral_tf.nothing')]
  )
  with pytest.raises(nbclient.exceptions.CellExecutionError, match='nothing'):
    notebook.execute(broken, str(tmp_path), tmp_path / 'scratch')


def test_the_stored_outputs_are_of_no_machine():
  text = (_DOCS / 'tour.ipynb').read_text()
  assert len(text) < 10**6
  assert '/home/' not in text and '/root/' not in text and '/work/' not in text
  for cell in nbformat.reads(text, 4).cells:
    assert cell.cell_type != 'code' or cell.execution_count


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
