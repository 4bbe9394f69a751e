"""Tests of spiral_tf.programs.formats."""

import dataclasses
import os
import re

import numpy as np
from PIL import Image
import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import formats
from spiral_tf.programs import platform
from spiral_tf.programs import program as program_lib
from tests import program_cases

_RECORDS = (
  canvas.Canvas,
  platform.Platform,
  canvas.Move,
  canvas.Stroke,
  platform.Put,
)


def test_each_extension_its_form(tmp_path):
  program = program_cases.painted(number=3)
  names = ('a.png', 'a.svg', 'a.GIF', 'a.mp4', 'a.json')
  program.save(*(str(tmp_path / name) for name in names))
  assert sorted(os.listdir(tmp_path)) == sorted(names)
  picture = np.asarray(Image.open(tmp_path / 'a.png'))
  np.testing.assert_array_equal(picture, program.render()[..., 0])
  assert (tmp_path / 'a.svg').read_text().startswith('<svg')
  assert Image.open(tmp_path / 'a.GIF').size == (512, 512)
  assert (tmp_path / 'a.mp4').read_bytes()[4:8] == b'ftyp'
  assert program_lib.Program.load(str(tmp_path / 'a.json')) == program
  program.save(str(tmp_path / 'a.png'), size=20)
  assert Image.open(tmp_path / 'a.png').size == (20, 20)


def test_scenes_too(tmp_path):
  scene = program_cases.staged()
  names = ('a.png', 'a.gif', 'a.mp4', 'a.json', 'a.xml')
  scene.save(*(str(tmp_path / name) for name in names), size=32)
  assert sorted(os.listdir(tmp_path)) == sorted(names)


@pytest.mark.parametrize(
  'names,words',
  [
    (['a.jpg'], 'must end in one of .png, .svg'),
    (['a'], 'must end in one of'),
    (['a.png', './a.png'], 'named twice'),
    (['no/a.png'], 'there is no folder'),
    (['folder.png'], 'cannot be written to'),
    (['a.png', 'a.xml'], 'this is a painting, which .* as .xml; take'),
  ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
  tmp_path, monkeypatch, names, words
):
  monkeypatch.chdir(tmp_path)
  os.mkdir('folder.png')
  with pytest.raises(ValueError, match=words):
    program_cases.painted().save(*names)
  assert os.listdir() == ['folder.png']


@pytest.mark.parametrize('size', [0, -3, 5000, 2.5])
def test_sizes_that_cannot_be_are_refused(tmp_path, size):
  with pytest.raises(ValueError, match='size is'):
    program_cases.painted().save(str(tmp_path / 'a.svg'), size=size)
  assert not os.listdir(tmp_path)


def test_a_scene_is_no_svg():
  scene = program_cases.staged()
  message = "^'a.svg': this is a scene, .* take one of .*.xml[.]$"
  with pytest.raises(ValueError, match=message):
    formats.check(['a.svg'], scene.renderer)


def test_the_documented_program_is_one():
  path = os.path.join(os.path.dirname(__file__), '../docs/programs.md')
  with open(path, encoding='utf-8') as file:
    text = file.read()
  (example,) = re.findall('```json\n(.*?)```', text, re.DOTALL)
  assert program_lib.Program.from_json(example).num_strokes == 2
  for record in (*_RECORDS, program_lib.Program.from_json(example)):
    for field in dataclasses.fields(record):
      assert f'| `{field.name}` |' in text
  for extension in formats.EXTENSIONS:
    assert f'| `{extension}` |' in text


def test_a_file_that_is_there_stays_whole_if_the_new_one_fails(tmp_path):
  path = tmp_path / 'a.gif'
  path.write_bytes(b'old')
  with pytest.raises(ValueError, match='there is no brush'):
    program_cases.painted().with_brush('classic/none').save(str(path))
  assert path.read_bytes() == b'old'
  assert os.listdir(tmp_path) == ['a.gif']


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
