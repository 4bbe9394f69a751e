"""Brushes are found by name; broken ones are refused, not drawn with."""

import json

import pytest

from spiral_tf.environments import mypaint
from spiral_tf.environments.mypaint import brushes

_PEN = brushes.load('classic/pen')
_COLORIZING = {'Dieterle/Fount-offset#1', 'Dieterle/Fountain_SF#1'}


def test_every_brush_loads_without_a_word(capfd):
  names = brushes.names()
  assert len(names) > 100
  assert {'classic/dry_brush', 'classic/pen'} <= set(names)
  for name in set(names) - _COLORIZING:
    mypaint.Canvas(8, brushes.load(name))
  assert capfd.readouterr() == ('', '')


def test_brushes_that_crash_libmypaint_are_refused():
  for name in _COLORIZING:
    with pytest.raises(ValueError, match='libmypaint may crash with it'):
      brushes.load(name)


def test_unknown_brush_names_close_ones():
  with pytest.raises(
    ValueError, match=r"'classic/dry_brsh'.*classic/dry_brush"
  ):
    brushes.load('classic/dry_brsh')


def test_brushes_folder_from_environment(tmp_path, monkeypatch):
  monkeypatch.setenv('SPIRAL_BRUSHES', str(tmp_path))
  (tmp_path / 'mine').mkdir()
  (tmp_path / 'mine' / 'pen.myb').write_text(_PEN)
  assert brushes.names() == ['mine/pen']
  assert brushes.load('mine/pen') == _PEN
  monkeypatch.setenv('SPIRAL_BRUSHES', str(tmp_path / 'absent'))
  with pytest.raises(ValueError, match='apt-get install mypaint-brushes'):
    brushes.load('mine/pen')


@pytest.mark.parametrize(
  'change, message',
  [
    ({'version': 2}, 'version 3'),
    ({'settings': {}}, 'no settings'),
    ({'settings': {'opaque': 1}}, "'opaque' is not"),
    ({'settings': {'opaque': {'inputs': {}}}}, 'no base_value'),
    ({'settings': {'opaque': {'base_value': 1}}}, 'no inputs'),
    *(
      (
        {
          'settings': {
            'opaque': {'base_value': 1, 'inputs': {'pressure': points}}
          }
        },
        "curve of setting 'opaque' over 'pressure'",
      )
      for points in (
        [[0, 0]],  # libmypaint aborts the process for this,
        [[1, 0], [0, 1]],  # for this,
        [[i, 0] for i in range(65)],  # and for this.
        [[0], [1]],
        [[0, 'a'], [1, 1]],
        3,
      )
    ),
  ],
)
def test_broken_brush_is_refused(tmp_path, monkeypatch, change, message):
  monkeypatch.setenv('SPIRAL_BRUSHES', str(tmp_path))
  broken = {**json.loads(_PEN), **change}
  (tmp_path / 'broken.myb').write_text(json.dumps(broken))
  with pytest.raises(ValueError, match=message) as error:
    brushes.load('broken')
  assert 'broken.myb' in str(error.value)


@pytest.mark.parametrize('content', [b'', b'{"version": 3', b'\xff\xfe', b'[]'])
def test_file_that_is_no_brush_is_refused(tmp_path, monkeypatch, content):
  monkeypatch.setenv('SPIRAL_BRUSHES', str(tmp_path))
  (tmp_path / 'broken.myb').write_bytes(content)
  with pytest.raises(ValueError, match=r"brush 'broken' is broken: .*\.myb"):
    brushes.load('broken')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
