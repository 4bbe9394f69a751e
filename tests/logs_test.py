"""Tests of launch.runtime.logs."""

import pytest

from launch.runtime import logs


@pytest.fixture
def folder(tmp_path):
  """Logs of two nodes, one of which failed twice."""
  for name, text in (
    ('actor/0', 'all is well\n'),
    (
      'replay/0',
      'Traceback (most recent call last):\nValueError: early\n'
      'Traceback (most recent call last):\nValueError: late\n',
    ),
  ):
    path = tmp_path / 'logs' / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
  return tmp_path / 'logs'


def _is_node(name):
  return name in ('actor/0', 'replay/0')


def test_the_last_error_of_each_node_is_shown(folder, capsys):
  logs.print_tracebacks(str(folder), _is_node)
  shown = capsys.readouterr().err
  assert shown.startswith(f'--- {folder}/replay/0\n')
  assert 'late' in shown and 'early' not in shown
  assert 'actor' not in shown


def test_logs_are_removed_but_not_where_a_link_leads(folder, tmp_path):
  link = tmp_path / 'link'
  link.symlink_to(folder)
  logs.remove(str(link), _is_node)
  assert (folder / 'actor' / '0').exists()
  logs.remove(str(folder), _is_node)
  assert not [path for path in folder.rglob('*') if path.is_file()]


def test_files_of_others_stay_and_are_not_shown(folder, capsys):
  others = [folder / 'thesis.csv', folder / 'actor' / 'notes' / '0']
  for path in others:
    path.parent.mkdir(exist_ok=True)
    path.write_text('Traceback (most recent call last)')
  logs.remove(str(folder), _is_node)
  assert sorted(p for p in folder.rglob('*') if p.is_file()) == sorted(others)
  logs.print_tracebacks(str(folder), _is_node)
  assert not capsys.readouterr().err


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
