"""The brush engine draws what it is told, the same each time, and no more."""

import hashlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from spiral_tf.environments import mypaint
from spiral_tf.environments.mypaint import brushes

_PEN = brushes.load('classic/pen')
# Brushes that draw random numbers for position, radius and tracking noise.
_RANDOM_BRUSHES = ('classic/dry_brush', 'deevad/spray', 'tanda/splatter-02')


def _curve(canvas, y=50.0, x=50.0, **kwargs):
  """A short black stroke that ends at (y, x)."""
  arguments = {
    'control_y': y,
    'control_x': x,
    'end_y': y,
    'end_x': x,
    'pressure': 1.0,
    'radius': 2.0,
    **kwargs,
  }
  canvas.stroke(**arguments)


def _scribble(canvas, seed, width=None):
  """Random strokes and moves, some beyond the border."""
  random = np.random.RandomState(seed)
  end = 20 + (width or canvas.width)
  for _ in range(8):
    if random.rand() < 0.3:
      canvas.move_to(*random.uniform(-20, end, 2))
    canvas.stroke(
      *random.uniform(-20, end, 4),
      *random.uniform((0.2, 1), (1, 6)),
      *random.rand(3),
    )


def _ink(canvas):
  """How dark each pixel is, from 0 to 255, of a white canvas."""
  return 255 - canvas.to_array(1)[..., 0].astype(int)


@pytest.mark.parametrize('width', [1, 8, 63, 64, 65, 130])
def test_new_canvas_is_background_of_any_width(width):
  white = mypaint.Canvas(width, _PEN)
  clear = mypaint.Canvas(width, _PEN, 'transparent')
  assert white.width == width
  for channels in (1, 3, 4):
    for canvas, value in ((white, 255), (clear, 0)):
      pixels = canvas.to_array(channels)
      assert pixels.shape == (width, width, channels)
      assert pixels.dtype == np.uint8
      assert (pixels == value).all()


@pytest.mark.parametrize('width,height', [(1, 65), (65, 1), (40, 130)])
def test_new_canvas_is_background_of_any_height(width, height):
  canvas = mypaint.Canvas(width, _PEN, '#102030', height)
  assert (canvas.width, canvas.height) == (width, height)
  for channels in (1, 3, 4):
    pixels = canvas.to_array(channels)
    assert pixels.shape == (height, width, channels)
    assert (pixels == pixels[0, 0]).all()
  np.testing.assert_array_equal(pixels[0, 0], (16, 32, 48, 255))
  assert mypaint.Canvas(width, _PEN).height == width


@pytest.mark.parametrize('width,height', [(130, 70), (70, 130), (64, 65)])
@pytest.mark.parametrize('brush', ['classic/pen', *_RANDOM_BRUSHES])
def test_other_heights_show_what_is_there_of_a_square(width, height, brush):
  """Brushes that do not smear see nothing of the canvas."""
  square = mypaint.Canvas(130, brushes.load(brush))
  canvas = mypaint.Canvas(width, brushes.load(brush), height=height)
  pictures = []
  for each in (square, canvas):
    _scribble(each, 3, 130)
    early = each.to_array(3)  # Later, only what has changed is read again.
    _scribble(each, 4, 130)
    pictures.append((early, each.to_array(3)))
  for whole, part in zip(*pictures):
    assert part.min() < 255
    np.testing.assert_array_equal(part, whole[:height, :width])


@pytest.mark.parametrize('width,height', [(100, 30), (30, 100)])
def test_snapshots_are_of_a_width_and_a_height(width, height):
  canvas = mypaint.Canvas(width, _PEN, height=height)
  _scribble(canvas, 1)
  before = canvas.to_array(4)
  snapshot = canvas.snapshot()
  _scribble(canvas, 2)
  later = canvas.to_array(4)
  other = mypaint.Canvas(width, _PEN, height=height)
  for each in (canvas, other):
    each.restore(snapshot)
    np.testing.assert_array_equal(each.to_array(4), before)
    _scribble(each, 2)
    np.testing.assert_array_equal(each.to_array(4), later)
  canvas.reset()
  assert canvas.to_array(1).min() == 255
  # Of as many pixels, and of the same width.
  for size in ((height, width), (width, width)):
    wrong = mypaint.Canvas(size[0], _PEN, height=size[1])
    message = f'{width} x {height} pixels, but this one has {size[0]} x '
    with pytest.raises(ValueError, match=message):
      wrong.restore(snapshot)
    assert wrong.to_array(1).min() == 255


def test_stroke_follows_bezier_curve():
  """From start through the curve's midpoint to the end; not the control."""
  canvas = mypaint.Canvas(200, _PEN)
  canvas.reset(20.0, 30.0)
  canvas.stroke(180.0, 60.0, 40.0, 120.0, pressure=1.0, radius=2.0)
  ink = _ink(canvas)
  middle = (20 + 2 * 180 + 40) // 4, (30 + 2 * 60 + 120) // 4
  for y, x in ((20, 30), middle, (40, 120)):
    assert ink[y - 2 : y + 3, x - 2 : x + 3].max() > 100, (y, x)
  assert ink[115:].max() == 0
  assert ink[:, :20].max() == 0
  # With (row, column) exchanged there would be ink here.
  for y, x in ((30, 20), (120, 40)):
    assert ink[y - 2 : y + 3, x - 2 : x + 3].max() == 0, (y, x)


def test_strokes_continue_where_last_one_ended_across_tiles():
  canvas = mypaint.Canvas(130, _PEN)
  canvas.reset(10.0, 10.0)
  _curve(canvas, 65.0, 65.0)
  _curve(canvas, 120.0, 120.0)
  ink = _ink(canvas)
  diagonal = [ink[i - 1 : i + 2, i - 1 : i + 2].max() for i in range(12, 119)]
  assert min(diagonal) > 100


def test_move_lifts_brush():
  canvas = mypaint.Canvas(64, _PEN)
  _curve(canvas, 10.0, 10.0)
  before = canvas.to_array(4)
  canvas.move_to(50.0, 20.0)
  np.testing.assert_array_equal(canvas.to_array(4), before)
  _curve(canvas, 50.0, 60.0)
  ink = _ink(canvas)
  assert ink[50, 20:60].min() > 100
  assert ink[15:45].max() == 0


def test_pressure_is_interpolated_only_within_a_sequence():
  """The pen is wider under pressure: compares the second stroke's start."""

  def width_at_start(lifted):
    canvas = mypaint.Canvas(128, _PEN)
    canvas.reset(64.0, 4.0)
    _curve(canvas, 64.0, 40.0, pressure=0.05, radius=5.0)
    if lifted:
      canvas.move_to(64.0, 40.0)
    _curve(canvas, 64.0, 120.0, pressure=1.0, radius=5.0)
    ink = _ink(canvas)
    return ink[:, 55].sum(), ink[:, 115].sum()

  start, end = width_at_start(lifted=False)
  lifted_start, lifted_end = width_at_start(lifted=True)
  assert start < 0.8 * end
  assert lifted_start > 0.85 * lifted_end


@pytest.mark.parametrize(
  'color',
  [
    (1, 0, 0),
    (0, 1, 0),
    (0, 0, 1),
    (1, 1, 0),
    (0.2, 0.4, 0.8),
    (0.2, 0.8, 0.6),
  ],
)
def test_colors_and_their_transparency(color):
  kwargs = dict(zip(('red', 'green', 'blue'), color), radius=8.0)
  white = mypaint.Canvas(64, _PEN)
  clear = mypaint.Canvas(64, _PEN, 'transparent')
  for canvas in (white, clear):
    canvas.reset(32.0, 20.0)
    _curve(canvas, 32.0, 44.0, **kwargs)
  want = np.array([*color, 1]) * 255
  np.testing.assert_allclose(white.to_array(3)[32, 32], want[:3], atol=2)
  np.testing.assert_allclose(clear.to_array(4)[32, 32], want, atol=2)
  rgba = clear.to_array(4).astype(float)
  alpha = rgba[..., 3:] / 255
  assert ((alpha > 0.2) & (alpha < 0.8)).any()  # An edge that blends.
  # The colour is not multiplied by alpha: it is the same all over.
  inked = alpha[..., 0] > 0.2
  np.testing.assert_allclose(
    rgba[inked][:, :3], np.tile(want[:3], (inked.sum(), 1)), atol=3
  )
  # On paper both are the same picture.
  np.testing.assert_allclose(
    white.to_array(3), rgba[..., :3] * alpha + 255 * (1 - alpha), atol=2
  )
  np.testing.assert_array_equal(clear.to_array(1), clear.to_array(4)[..., 3:])
  np.testing.assert_array_equal(clear.to_array(3), clear.to_array(4)[..., :3])
  luma = white.to_array(3).astype(float) @ [0.299, 0.587, 0.114]
  np.testing.assert_allclose(white.to_array(1)[..., 0], luma, atol=1.5)


def test_eraser_shows_the_paper():
  canvas = mypaint.Canvas(64, brushes.load('deevad/kneaded_eraser_large'))
  canvas.reset(32.0, 8.0)
  _curve(canvas, 32.0, 56.0, radius=8.0)
  assert canvas.to_array(4)[..., 3].min() < 200
  assert canvas.to_array(1).min() == 255
  assert canvas.to_array(3).min() == 255


def test_paper_of_any_colour():
  colors = [*np.random.RandomState(0).randint(256, size=[20, 3]), [255] * 3]
  for rgb in colors:
    canvas = mypaint.Canvas(70, _PEN, '#{:02x}{:02X}{:02x}'.format(*rgb))
    pixels = canvas.to_array(4)
    assert (pixels[..., :3] == rgb).all()
    assert (pixels[..., 3] == 255).all()
    assert (canvas.to_array(3) == rgb).all()
    luma = np.dot(rgb, [0.299, 0.587, 0.114])
    assert abs(canvas.to_array(1) - luma).max() < 1.5
    _curve(canvas, 35.0, 35.0, radius=20.0)
    assert canvas.to_array(3)[35, 35].max() < 3
  white = mypaint.Canvas(64, _PEN)
  named = mypaint.Canvas(64, _PEN, '#ffffff')
  for canvas in (white, named):
    canvas.reset(32.0, 8.0)
    _scribble(canvas, 0)
  for channels in (1, 3, 4):
    np.testing.assert_array_equal(
      white.to_array(channels), named.to_array(channels)
    )


def test_eraser_shows_coloured_paper():
  brush = brushes.load('deevad/kneaded_eraser_large')
  canvas = mypaint.Canvas(64, brush, '#204080')
  canvas.reset(32.0, 8.0)
  _curve(canvas, 32.0, 56.0, radius=8.0)
  assert canvas.to_array(4)[..., 3].min() < 200
  assert abs(canvas.to_array(3).astype(int) - [0x20, 0x40, 0x80]).max() <= 1
  luma = np.dot([0x20, 0x40, 0x80], [0.299, 0.587, 0.114])
  assert abs(canvas.to_array(1) - luma).max() < 1.5


def test_largest_canvas_is_drawn_on_to_its_far_corner():
  canvas = mypaint.Canvas(4096, _PEN, '#204080')
  canvas.move_to(-16384.0, 16384.0)
  canvas.move_to(4000.0, 4000.0)
  _curve(canvas, 4090.0, 4090.0, radius=8.0)
  pixels = canvas.to_array(3)
  assert pixels[4090, 4090].max() < 3
  assert (pixels[[0, 0, -1], [0, -1, 0]] == [0x20, 0x40, 0x80]).all()


@pytest.mark.parametrize(
  'brush', ['classic/pen', 'classic/smudge+paint', *_RANDOM_BRUSHES]
)
def test_parts_of_strokes_make_the_whole(brush):
  whole = mypaint.Canvas(64, brushes.load(brush))
  parts = mypaint.Canvas(64, brushes.load(brush))
  random = np.random.RandomState(0)
  for _ in range(6):
    stroke = [*random.uniform(0, 64, 4), *random.uniform((0.2, 1), (1, 6))]
    whole.stroke(*stroke, 0.2, 0.4, 0.6, 30)
    ends = [0, *sorted(random.choice(np.arange(1, 30), 3, replace=False)), 30]
    for first, last in itertools.pairwise(ends):
      parts.stroke(*stroke, 0.2, 0.4, 0.6, 30, first=first, last=last)
    np.testing.assert_array_equal(whole.to_array(3), parts.to_array(3))


def test_a_part_must_go_on_where_the_last_one_stopped():
  canvas = mypaint.Canvas(64, _PEN)
  stroke = (32.0, 32.0, 32.0, 60.0, 1.0, 2.0)
  with pytest.raises(ValueError, match=r'^first is 3, but 0 pieces'):
    canvas.stroke(*stroke, substrokes=8, first=3)
  assert _ink(canvas).max() == 0
  canvas.stroke(*stroke, substrokes=8, last=3)
  drawn = canvas.to_array(4)
  with pytest.raises(ValueError, match=r'^first is 0, but 3 pieces'):
    canvas.stroke(*stroke, substrokes=8)
  for first, last in ((3, 3), (3, 9), (-1, 4)):
    with pytest.raises(ValueError, match=r'^(first|last) is '):
      canvas.stroke(*stroke, substrokes=8, first=first, last=last)
  np.testing.assert_array_equal(canvas.to_array(4), drawn)
  canvas.stroke(*stroke, substrokes=8, first=3)  # As if nothing had been.
  whole = mypaint.Canvas(64, _PEN)
  whole.stroke(*stroke, substrokes=8)
  np.testing.assert_array_equal(canvas.to_array(4), whole.to_array(4))


@pytest.mark.parametrize('leave', ['move_to', 'reset', 'restore'])
def test_an_unfinished_curve_is_left_without_a_trace(leave):
  canvas = mypaint.Canvas(64, _PEN)
  canvas.move_to(5.0, 5.0)
  empty = canvas.snapshot()
  stroke = (32.0, 32.0, 32.0, 60.0, 0.5, 2.0)
  canvas.stroke(*stroke, substrokes=8)
  want = canvas.to_array(4)
  canvas.reset(5.0, 5.0)
  # With move_to the paint stays, so there is none.
  canvas.stroke(
    *(60.0, 9.0, 60.0, 9.0, 0.0 if leave == 'move_to' else 1.0, 2.0),
    substrokes=8,
    last=3,
  )
  getattr(canvas, leave)(*((empty,) if leave == 'restore' else (5.0, 5.0)))
  canvas.stroke(*stroke, substrokes=8)
  np.testing.assert_array_equal(canvas.to_array(4), want)


def test_a_snapshot_is_gone_back_to_as_often_as_need_be():
  canvas = mypaint.Canvas(100, brushes.load('classic/dry_brush'))
  _scribble(canvas, 1)
  before = canvas.to_array(3)
  snapshot = canvas.snapshot()
  later = []
  for _ in range(2):
    canvas.restore(snapshot)
    np.testing.assert_array_equal(canvas.to_array(3), before)
    _scribble(canvas, 2)
    later.append(canvas.to_array(3))
  assert (later[0] != before).any()
  np.testing.assert_array_equal(*later)
  with pytest.raises(ValueError, match='100 x 100 pixels, but this one has 64'):
    mypaint.Canvas(64, _PEN).restore(snapshot)


def _draw(canvas, random, **pieces):
  """Draws a curve, or a part of it, somewhere."""
  canvas.stroke(
    *random.uniform(0, 64, 4),
    *(random.uniform(0.1, 1), random.uniform(1, 6), *random.uniform(0, 1, 3)),
    substrokes=8,
    **pieces,
  )


# A new brush, one in the middle of a sequence, and one in that of a curve.
@pytest.mark.parametrize('curves,pieces', [(0, 0), (2, 0), (1, 3)])
def test_whatever_the_brush_remembers_a_snapshot_goes_back_to_it(
  curves, pieces
):
  restored = []
  for name in brushes.names():
    try:
      canvas = mypaint.Canvas(64, brushes.load(name))
    except ValueError:  # It can't be used at all.
      continue
    if not canvas.restores_brush:
      continue
    restored.append(name)
    random = np.random.default_rng(0)
    canvas.reset(5.0, 5.0)
    for _ in range(curves):
      _draw(canvas, random)
    if pieces:
      _draw(canvas, np.random.default_rng(1), last=pieces)
    snapshot = canvas.snapshot()

    def later(canvas):
      if pieces:
        _draw(canvas, np.random.default_rng(1), first=pieces)
      random = np.random.default_rng(2)
      for _ in range(2):
        _draw(canvas, random)
      canvas.move_to(*random.uniform(0, 64, 2))
      _draw(canvas, random)
      return canvas.to_array(4)

    want = later(canvas)
    other = mypaint.Canvas(64, brushes.load(name))
    for each in (canvas, other):
      each.restore(snapshot)
      np.testing.assert_array_equal(later(each), want, name)
  # The engine can't do so for the others, whose strokes are random.
  assert 'classic/pen' in restored and 'classic/smudge+paint' in restored
  assert len(restored) >= 90
  assert not set(restored) & set(_RANDOM_BRUSHES)


# The smudging brush also reads what is beyond the border.
@pytest.mark.parametrize(
  'brush', ['classic/pen', 'classic/smudge+paint', *_RANDOM_BRUSHES]
)
def test_same_calls_same_pixels_in_any_episode(brush):
  canvas = mypaint.Canvas(64, brushes.load(brush))
  pictures = {}
  for seed in (1, 2, 1, 3, 3, 2, 1):
    canvas.reset(5.0, 5.0)
    _scribble(canvas, seed)
    picture = canvas.to_array(4)
    assert picture.min() < 200
    np.testing.assert_array_equal(picture, pictures.setdefault(seed, picture))
  assert (pictures[1] != pictures[2]).any()


def test_random_brushes_do_use_randomness():
  """Or the test above would show nothing."""
  for brush in _RANDOM_BRUSHES:
    canvas = mypaint.Canvas(64, brushes.load(brush))
    canvas.reset(32.0, 8.0)
    _curve(canvas, 32.0, 56.0)
    first = canvas.to_array(4)
    canvas.reset(32.0, 8.0)
    canvas.move_to(32.0, 8.0)  # Draws from the random generator.
    _curve(canvas, 32.0, 56.0)
    assert (canvas.to_array(4) != first).any(), brush


def _gridmap_brush():
  """A brush whose state keeps what it read of libmypaint's grid map, first.

  A new brush of libmypaint 1.6 reads the map's scale from memory it never set.
  """
  brush = json.loads(_PEN)
  brush['settings']['custom_input'] = {
    'base_value': 0,
    'inputs': {'gridmap_x': [[0, 0], [256, 1]]},
  }
  brush['settings']['custom_input_slowness'] = {'base_value': 5, 'inputs': {}}
  brush['settings']['radius_logarithmic'] = {
    'base_value': 0,
    'inputs': {'custom': [[0, 0], [1, 3]]},
  }
  return json.dumps(brush)


def _digest():
  """Of pictures of brushes that could be told apart from process to process."""
  digest = hashlib.sha256()
  for text in (*map(brushes.load, _RANDOM_BRUSHES), _gridmap_brush()):
    canvas = mypaint.Canvas(80, text)
    _scribble(canvas, 7)
    digest.update(canvas.to_array(4).tobytes())
  return digest.hexdigest()


def test_same_calls_same_pixels_in_another_process():
  """Also when malloc returns memory full of other values."""
  canvas = mypaint.Canvas(64, _PEN)
  _scribble(canvas, 0)  # This process has a history, the other has none.
  code = f'import runpy; print(runpy.run_path({__file__!r})["_digest"]())'
  for perturb in ('0', '60', '189', '192'):
    output = subprocess.run(
      [sys.executable, '-c', code],
      env={
        **os.environ,
        'PYTHONPATH': os.pathsep.join(sys.path),
        'MALLOC_PERTURB_': perturb,
      },
      capture_output=True,
      text=True,
      check=True,
    )
    assert output.stdout.strip() == _digest()


def test_arrays_are_copies():
  canvas = mypaint.Canvas(64, _PEN)
  first = canvas.to_array(3)
  kept = first.copy()
  _curve(canvas)
  second = canvas.to_array(3)
  np.testing.assert_array_equal(first, kept)
  assert not np.shares_memory(first, second)
  second[:] = 0
  assert canvas.to_array(3).max() == 255


@pytest.mark.parametrize('brush', ['classic/pen', 'deevad/spray'])
@pytest.mark.parametrize('background', ['white', 'transparent'])
def test_reading_often_shows_all_that_changed(brush, background):
  """Only rows that changed are converted again; large canvases show it."""
  often = mypaint.Canvas(150, brushes.load(brush), background)
  for seed in range(10):
    often.reset(75.0, 75.0)
    once = mypaint.Canvas(150, brushes.load(brush), background)
    once.reset(75.0, 75.0)
    random = np.random.RandomState(seed)
    for _ in range(8):
      # Short strokes, some of them beyond the border.
      y, x = random.uniform(-60, 210, 2)
      end = (y, x, *(random.uniform(-20, 20, 2) + (y, x)), 1.0, 3.0)
      for canvas in (often, once):
        canvas.move_to(y, x)
        canvas.stroke(*end, *(0.5, 0.2, 0.9))
      channels = 3 if seed < 5 else int(random.choice([1, 1, 3, 4]))
      often.to_array(channels)
      picture = often.to_array(channels)
    np.testing.assert_array_equal(picture, once.to_array(channels))


def test_threads_do_not_disturb_each_other():
  canvases = [mypaint.Canvas(64, _PEN) for _ in range(4)]

  def work(canvas):
    for seed in range(20):
      canvas.reset()
      _scribble(canvas, seed)

  threads = [threading.Thread(target=work, args=(c,)) for c in canvases]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  alone = mypaint.Canvas(64, _PEN)
  work(alone)
  for canvas in canvases:
    np.testing.assert_array_equal(canvas.to_array(4), alone.to_array(4))


def test_stroke_releases_the_gil():
  """Another thread goes on while a stroke of a third of a second is drawn."""
  brush = json.loads(_PEN)
  brush['settings']['dabs_per_basic_radius'] = {'base_value': 100, 'inputs': {}}
  canvas = mypaint.Canvas(1024, json.dumps(brush))
  stroke = (512.0, 512.0, 1000.0, 1000.0, 1.0, 100.0, 0.0, 0.0, 0.0, 100)
  thread = threading.Thread(target=canvas.stroke, args=stroke)
  thread.start()
  turns = 0
  while thread.is_alive():
    turns += 1
    time.sleep(0.0001)
  # Held up until the stroke's end, this thread would get one or two.
  assert turns > 10


def _resident_bytes():
  with open('/proc/self/statm', encoding='ascii') as statm:
    return int(statm.read().split()[1]) * 4096


def test_memory_does_not_grow():
  canvas = mypaint.Canvas(64, _PEN)

  def work():
    for _ in range(1000):
      canvas.reset()
      for _ in range(20):
        _curve(canvas, 20.0, 20.0, substrokes=4)
      canvas.to_array(3)
    for _ in range(100):
      mypaint.Canvas(256, _PEN)  # Half a MiB of pixels each.
    for _ in range(500):
      mypaint.Canvas(8, _PEN)

  work()
  before = _resident_bytes()
  work()
  work()
  assert _resident_bytes() - before < 2 * 2**20


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -1e9])
@pytest.mark.parametrize(
  'name',
  [
    'control_y',
    'control_x',
    'end_y',
    'end_x',
    'pressure',
    'radius',
    'red',
    'green',
    'blue',
  ],
)
def test_bad_numbers_are_refused_by_name(name, value):
  canvas = mypaint.Canvas(64, _PEN)
  with pytest.raises(ValueError, match=f'^{name} is '):
    _curve(canvas, **{name: value})
  assert canvas.to_array(1).min() == 255


def test_limits_are_the_engines():
  canvas = mypaint.Canvas(8, _PEN)
  for name, low, high in (
    ('radius', mypaint.MIN_RADIUS, mypaint.MAX_RADIUS),
    ('substrokes', 1, mypaint.MAX_SUBSTROKES),
  ):
    beyond = 1 if name == 'substrokes' else 1e-3
    for value in (low, high):
      _curve(canvas, **{name: value})
    for value in (low - beyond, high + beyond):
      with pytest.raises(ValueError, match=f'^{name} is '):
        _curve(canvas, **{name: value})
  mypaint.Canvas(mypaint.MAX_WIDTH, _PEN)
  with pytest.raises(ValueError, match=r'^width is '):
    mypaint.Canvas(mypaint.MAX_WIDTH + 1, _PEN)


def test_other_bad_arguments_are_refused_by_name():
  canvas = mypaint.Canvas(64, _PEN)
  for name, kwargs in (
    ('pressure', {'pressure': 1.01}),
    ('radius', {'radius': 0.0}),
    ('blue', {'blue': 1.5}),
    ('substrokes', {'substrokes': 0}),
  ):
    with pytest.raises(ValueError, match=f'^{name} is '):
      _curve(canvas, **kwargs)
  for method in (canvas.move_to, canvas.reset):
    with pytest.raises(ValueError, match=r'^x is nan'):
      method(0.0, float('nan'))
    with pytest.raises(ValueError, match=r'^y is 16385'):
      method(16385.0, 0.0)
  with pytest.raises(ValueError, match=r'^channels is 2'):
    canvas.to_array(2)
  for width in (0, 4097):
    with pytest.raises(ValueError, match=r'^width is '):
      mypaint.Canvas(width, _PEN)
    with pytest.raises(ValueError, match=r'^height is '):
      mypaint.Canvas(64, _PEN, height=width)
  for background in ('blue', '#12345', '#12345g', '1234567', '#1234567'):
    with pytest.raises(ValueError, match=f"^background is '{background}'"):
      mypaint.Canvas(64, _PEN, background)
  with pytest.raises(ValueError, match='libmypaint does not accept'):
    mypaint.Canvas(64, '{"version": 3')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
