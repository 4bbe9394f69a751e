"""Tests of launch.paint_pictures."""

import os
import warnings

import numpy as np
from PIL import Image
import pytest

from launch import paint_pictures
from spiral_tf.agents import inputs


def _look(path):
  """Sees pictures as agents do."""
  return inputs.fit(inputs.read(path), 16, 3, 'crop')


def _look_at_all(path):
  """The same, of all of a picture."""
  return inputs.fit(inputs.read(path), 16, 3, 'pad')


def _folder(tmp_path):
  folder = tmp_path / 'pictures'
  folder.mkdir()
  for name in ('a.png', 'c.jpg'):
    Image.new('RGB', (20, 30), 'red').save(folder / name)
  (folder / 'b.png').write_bytes(b'<html>Not found</html>')
  (folder / 'd.heic').write_bytes(b'')
  return str(folder)


def test_a_bad_picture_is_known_before_any_is_painted(tmp_path, capsys):
  folder = _folder(tmp_path)
  paths = paint_pictures.find([folder])
  remark = 'pictures: 1 file that is not read as pictures: 1 .heic.'
  assert remark in capsys.readouterr().err
  message = r'b\.png is a web page, .* Nothing was .* --bad_images=skip leaves'
  with pytest.raises(ValueError, match=message) as error:
    paint_pictures.read(paths, _look, 'error')
  assert '\n' not in str(error.value)
  bad = [os.path.join(folder, 'b.png')]
  with pytest.raises(
    ValueError, match=r'b\.png is a web page, not a picture.$'
  ):
    paint_pictures.read(bad, _look, 'error')


def test_bad_pictures_are_skipped_and_counted(tmp_path, capsys):
  folder = _folder(tmp_path)
  os.mkfifo(os.path.join(folder, 'e.png'))
  os.symlink('nowhere', os.path.join(folder, 'f.png'))
  os.mkdir(os.path.join(folder, 'g.png'))
  paths = paint_pictures.find([folder])
  read = paint_pictures.read(paths, _look_at_all, 'skip')
  assert read.paths == [paths[0], paths[2]]
  assert [target.shape for target in read.targets] == [(16, 16, 3)] * 2
  said = capsys.readouterr().err
  assert 'Skipped 3 of 5 pictures: ' in said
  assert 'b.png is a web page' in said and 'e.png is no regular file' in said
  assert 'f.png does not exist' in said
  with pytest.raises(ValueError, match=r'none of 1 pictures .*b\.png'):
    paint_pictures.read(paths[1:2], _look_at_all, 'skip')


def test_a_guess_is_said_in_a_line(tmp_path, capsys):
  path = str(tmp_path / 'x.png')
  Image.fromarray(np.full([8, 8], 4000, np.uint16)).save(path)
  with warnings.catch_warnings():
    assert paint_pictures.read([path], _look, 'error').paths == [path]
  said = capsys.readouterr().err
  assert said.count('\n') == 1 and '4095 is taken for its white' in said
  # There is nothing to guess about a picture that is black.
  Image.fromarray(np.zeros([8, 8], np.uint16)).save(path)
  with warnings.catch_warnings():
    paint_pictures.read([path], _look, 'error')
  assert not capsys.readouterr().err


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
