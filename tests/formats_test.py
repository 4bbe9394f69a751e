"""Tests of spiral_tf.programs.formats."""

import dataclasses
import os
import re

import av
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
    (['folder.png'], 'is a directory'),
    (['a.png', 'link.PNG'], "named twice: 'a.png' and 'link.PNG'"),
    (['a.png', 'a.xml'], 'this is a painting, which .* as .xml; take'),
  ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
  tmp_path, monkeypatch, names, words
):
  monkeypatch.chdir(tmp_path)
  os.mkdir('folder.png')
  os.symlink('a.png', 'link.PNG')
  with pytest.raises((ValueError, OSError), match=words):
    program_cases.painted().save(*names)
  assert sorted(os.listdir()) == ['folder.png', 'link.PNG']


@pytest.mark.parametrize('size', [0, -3, 5000, 2.5])
def test_sizes_that_cannot_be_are_refused(tmp_path, size):
  with pytest.raises(ValueError, match='size is'):
    program_cases.painted().save(str(tmp_path / 'a.svg'), size=size)
  assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
  'change,size,words',
  [
    (lambda p: p.with_brush('classic/none'), None, 'there is no brush'),
    (lambda p: p, 5000, 'size is 5000'),
    # On 64 pixels a radius of 100: at 1024 more than the engine draws.
    (lambda p: p, 1024, 'choose a smaller size'),
  ],
)
def test_of_several_files_none_is_written_if_one_cannot_be(
  tmp_path, change, size, words
):
  stroke = canvas.Stroke((4, 4), (9, 9), 1.0, 100.0)
  program = program_lib.Program(canvas.Canvas(64, 32, 'classic/pen'), (stroke,))
  names = ('a.json', 'a.svg', 'a.png', 'a.gif', 'a.mp4')
  with pytest.raises(ValueError, match=words):
    change(program).save(*(str(tmp_path / name) for name in names), size=size)
  assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
  'name', ['a.png', 'a.svg', 'a.gif', 'a.mp4', 'a.json', 'b.xml']
)
def test_a_file_says_that_it_is_from_here(tmp_path, name):
  path = tmp_path / name
  assert formats.is_own(str(path))  # There is none that could be lost.
  program = program_cases.painted(number=3)
  if name == 'b.xml':
    program = program_cases.staged()
  program.save(str(path), size=64)
  assert formats.is_own(str(path))
  for foreign in (b'', b'mine', bytes(200_000)):
    path.write_bytes(foreign)
    assert not formats.is_own(str(path))
  path.unlink()
  path.mkdir()
  assert not formats.is_own(str(path))


@pytest.mark.parametrize('size', [None, 50])
def test_files_have_the_aspect(tmp_path, size):
  program = program_cases.painted(canvas_height=33, number=3)  # 64 pixels wide.
  names = ('a.png', 'a.svg', 'a.gif', 'a.mp4', 'a.json')
  program.save(*(str(tmp_path / name) for name in names), size=size)
  with Image.open(tmp_path / 'a.png') as picture:
    assert picture.size == ((50, 26) if size else (64, 33))
  with Image.open(tmp_path / 'a.gif') as film:
    assert film.size == ((50, 26) if size else (512, 264))
  with av.open(str(tmp_path / 'a.mp4')) as film:
    frame = next(film.decode(video=0))
    expected = (50, 26) if size else (512, 264)
    assert (frame.width, frame.height) == expected
  width, height = (50, 26) if size else (512, 264)
  text = (tmp_path / 'a.svg').read_text()
  assert f'width="{width}" height="{height}"' in text
  assert program_lib.Program.load(str(tmp_path / 'a.json')) == program


def test_a_tall_program_is_checked_at_its_own_size(tmp_path):
  renderer = canvas.Canvas(16, 16, 'classic/none', canvas_height=4096)
  with pytest.raises(ValueError, match='there is no brush'):
    formats.check_program(renderer, (), [str(tmp_path / 'a.png')])
  stroke = canvas.Stroke((4, 4), (9, 9), 1.0, 1000.0)
  renderer = canvas.Canvas(16, 16, 'classic/pen', canvas_height=2048)
  formats.check_program(renderer, (stroke,), ['a.png'])
  with pytest.raises(ValueError, match='choose a smaller size'):
    formats.check_program(renderer, (stroke,), ['a.png'], 2049)


def test_a_size_is_for_pixels():
  sized = [name for name in formats.EXTENSIONS if formats.has_size(f'a{name}')]
  assert sized == ['.png', '.svg', '.gif', '.mp4']
  assert formats.has_size('A.PNG') and not formats.has_size('a.txt')


@pytest.mark.parametrize(
  'name', ['12:30.mp4', 'http:x.mp4', 'file:z.mp4', 'data:z.gif', 'a:b.png',
           'file:x.svg', 'C:y.json', '-x.mp4', '100%d.gif']
)  # fmt: skip
def test_a_name_is_a_name_and_no_address(tmp_path, monkeypatch, name):
  monkeypatch.chdir(tmp_path)
  program_cases.painted(number=2).save(name, size=32)
  assert os.listdir() == [name]
  assert os.path.getsize(name) > 100


def test_films_say_how_far_they_are(tmp_path):
  told = []

  def report(path):
    return lambda done, total: told.append((path, done, total))

  names = [str(tmp_path / name) for name in ('a.gif', 'a.png', 'a.mp4')]
  program_cases.painted(number=3).save(*names, size=16, report=report)
  for path in (names[0], names[2]):
    counts = [(done, total) for name, done, total in told if name == path]
    total = counts[-1][1]
    assert counts == [(done, total) for done in range(1, total + 1)]
  assert {path for path, *_ in told} == {names[0], names[2]}


def test_a_scene_is_no_svg():
  scene = program_cases.staged()
  message = "^'a.svg': this is a scene, .* take one of .*.xml[.]$"
  with pytest.raises(ValueError, match=message):
    formats.check_program(scene.renderer, (), ['a.svg'])


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
