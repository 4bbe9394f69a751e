"""Tests of launch.runtime.heartbeats, with files and threads."""

import os
import time

import pytest

from launch.runtime import heartbeats
from tests import patience


def _until(condition):
  patience.wait_until(condition, 'signs of life')


@pytest.fixture
def reader(tmp_path):
  made = heartbeats.Reader(
    str(tmp_path / 'heartbeats'), ['replay/0', 'member_01/actor/0'], 0.01
  )
  yield made
  made.close()


def _next(reader):
  before = reader.latest
  _until(lambda: reader.latest is not before)
  before = reader.latest
  _until(lambda: reader.latest is not before)
  return reader.latest


def test_what_a_node_does_is_read_and_changes_with_each_sign(tmp_path, reader):
  doing = heartbeats.Doing('waiting', 'replay', 3)
  name = 'member_01/actor/0'
  empty = _next(reader).texts[name]
  beats = heartbeats.Beats(
    str(tmp_path / 'heartbeats'), lambda: doing, seconds=0.01
  )
  beats.start(name)
  _until(lambda: reader.latest.texts[name] != empty)
  first = reader.latest.texts[name]
  assert heartbeats.parse(first) == doing
  _until(lambda: reader.latest.texts[name] != first)
  # The other gives no sign, and is there.
  assert reader.latest.texts['replay/0'] == empty


def test_another_process_gives_other_signs(tmp_path):
  paths = [str(tmp_path / name) for name in 'ab']
  for birth, path in enumerate(paths):
    heartbeats.write(path, heartbeats.Doing(), birth, 1)
  texts = [open(path, 'rb').read() for path in paths]  # noqa: SIM115
  assert texts[0] != texts[1]
  assert len(texts[0]) == len(texts[1])


@pytest.mark.parametrize('whom', ['x' * 1000, '\u20ac' * 1000, 'a\nb'])
def test_a_file_stays_of_one_size(tmp_path, whom):
  path = str(tmp_path / 'node')
  heartbeats.write(path, heartbeats.Doing(), 0, 0)
  size = os.path.getsize(path)
  doing = heartbeats.Doing('waiting', whom, 10**9)
  heartbeats.write(path, doing, time.time_ns(), 10**9)
  assert os.path.getsize(path) == size
  with open(path, 'rb') as file:
    assert file.read().count(b'\n') == 1


def test_a_link_is_not_followed(tmp_path):
  precious = tmp_path / 'thesis'
  precious.write_text('all of it')
  (tmp_path / 'node').symlink_to(precious)
  with pytest.raises(OSError):
    heartbeats.write(str(tmp_path / 'node'), heartbeats.Doing(), 0, 0)
  assert precious.read_text() == 'all of it'


def test_only_its_own_files_are_removed_in_the_end(tmp_path, reader):
  _next(reader)
  folder = tmp_path / 'heartbeats'
  assert (folder / 'member_01' / 'actor' / '0').exists()
  (folder / 'replay' / 'note').write_text('mine')
  reader.close()
  assert [path for path in folder.rglob('*') if path.is_file()] == [
    folder / 'replay' / 'note'
  ]
  (folder / 'replay' / 'note').unlink()


def test_nothing_is_left_in_the_end(tmp_path, reader):
  _next(reader)
  reader.close()
  assert not (tmp_path / 'heartbeats').exists()


def test_a_folder_that_can_not_be_written_is_said_and_may_heal(tmp_path):
  file = tmp_path / 'heartbeats'
  file.write_text('is no folder')
  reader = heartbeats.Reader(str(file), ['replay/0'], 0.01)
  try:
    signs = _next(reader)
    assert signs.texts is None
    assert str(file) in signs.error
    file.unlink()
    _until(lambda: reader.latest.texts is not None)
  finally:
    reader.close()


def test_a_node_outlives_a_folder_that_can_not_be_written(tmp_path):
  file = tmp_path / 'heartbeats'
  file.write_text('is no folder')
  asked = []

  def doing():
    asked.append(1)
    return heartbeats.Doing()

  heartbeats.Beats(str(file), doing, 0.01).start('replay/0')
  _until(lambda: len(asked) > 3)


def test_what_is_no_sign_is_none():
  for text in (b'', b'{', b'[1, 2]', b'\xff\xfe', b'[' * 100_000, b'null'):
    assert heartbeats.parse(text) is None


def test_signs_come_often_enough():
  assert heartbeats.interval(600.0) == heartbeats.interval(0.0) == 5.0
  assert heartbeats.interval(10.0) == 1.0


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
