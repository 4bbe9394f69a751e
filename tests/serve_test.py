"""The page of launch.serve, as a person uses it, in a real browser.

Skipped where there is no Chromium; `make test` installs Debian's.
"""

import base64
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
from PIL import Image
from playwright import sync_api
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf.agents import saved_model
from spiral_tf.programs import program as program_lib
from tests import patience
from tests import program_cases
from tests import small

_CHROMIUM = shutil.which('chromium')
# Where to leave screenshots to look at.
_SCREENSHOTS = os.environ.get('SPIRAL_SCREENSHOTS')

pytestmark = pytest.mark.skipif(
  not _CHROMIUM, reason='needs Chromium: apt-get install chromium'
)


@pytest.fixture(scope='module')
def server(tmp_path_factory):
  """The page's address, of a server with two agents."""
  models = []
  # Not every untrained agent leaves a mark with each half of its strokes.
  tf.random.set_seed(1)
  configs = {'copyist': small.CONDITIONAL, 'artist': small.CONFIG}
  for name, config in configs.items():
    models.append(str(tmp_path_factory.mktemp('models') / name))
    saved_model.save(config, builders.make_policy(config), models[-1])
  if _SCREENSHOTS:
    models[0] = 'models/mnist_conditional_small'
  options = [f'--model={model}' for model in models]
  process = subprocess.Popen(
    [sys.executable, '-m', 'launch.serve', *options, '--port=0'],
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
  )
  line = process.stdout.readline()
  address = re.search(r'http://127\.0\.0\.1:\d+/', line)
  assert address, line + process.stdout.read()
  yield address[0]
  process.send_signal(signal.SIGINT)
  output, _ = patience.output(process)
  assert process.returncode == 0, output
  assert output.strip() == 'Stopped.'


@pytest.fixture(scope='module')
def browser(tmp_path_factory):
  """Chromium, without a window and without a home."""
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('HOME', str(tmp_path_factory.mktemp('home')))
    with sync_api.sync_playwright() as playwright:
      # The sandbox does not work for root, nor inside of another one.
      chromium = playwright.chromium.launch(
        executable_path=_CHROMIUM,
        timeout=1000 * patience.HANG_SECONDS,
        args=['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      )
      yield chromium
      chromium.close()


def _new_page(browser, width, height):
  """A page of that size, which waits for as long as it must."""
  page = browser.new_page(viewport={'width': width, 'height': height})
  page.set_default_timeout(1000 * patience.HANG_SECONDS)
  return page


@pytest.fixture
def page(server, browser):
  """The page, in which nothing may go wrong."""
  page = _new_page(browser, 1100, 760)
  page.add_init_script('Math.random = () => 0.5;')  # The seed of what it asks.
  problems = page.problems = []
  page.on('pageerror', lambda error: problems.append(str(error)))
  page.on('console', lambda m: m.type == 'error' and problems.append(m.text))
  page.goto(server)
  page.wait_for_selector('body[data-ready]')
  yield page
  page.close()
  assert problems == []


def _until(page, condition):
  """Waits for a condition. `wait_for_function` needs `eval`, barred here."""
  wait = patience.Wait(
    condition, tell=lambda: f'It says: {page.text_content("#status")}'
  )
  while not page.evaluate(condition):
    page.wait_for_timeout(min(100, 1000 * wait.left()))


def _screenshot(page, name):
  if _SCREENSHOTS:
    page.screenshot(path=os.path.join(_SCREENSHOTS, name), full_page=True)


# Nothing is being rendered.
_IDLE = "document.querySelector('#status').textContent.trim() === ''"


def _draw(page):
  """Draws a stroke with the mouse."""
  box = page.locator('#pad').bounding_box()

  def move(x, y):
    page.mouse.move(
      box['x'] + x * box['width'], box['y'] + y * box['height'], steps=5
    )

  move(0.3, 0.25)
  page.mouse.down()
  move(0.7, 0.25)
  move(0.55, 0.5)
  move(0.45, 0.8)
  page.mouse.up()


def _paint(page):
  page.click('#paint')
  _screenshot(page, 'painting.png')
  _until(
    page, "document.querySelector('#status').textContent.startsWith('Painted')"
  )


def _pixels(page):
  """What the page shows of the painting."""
  kind, data = page.evaluate(
    "document.querySelector('#painting').toDataURL()"
  ).split(',')
  assert kind == 'data:image/png;base64'
  picture = Image.open(io.BytesIO(base64.b64decode(data)))
  return np.asarray(picture.convert('RGB'))


def _at(page, share):
  """The painting, when the slider is at a share of its way."""
  page.evaluate(
    """(share) => {
      const scrub = document.querySelector('#scrub');
      scrub.value = Math.round(share * scrub.max);
      scrub.dispatchEvent(new Event('input'));
    }""",
    share,
  )
  return _pixels(page)


def _download(page, form):
  with page.expect_download() as download:
    page.click(f'[data-format={form}]')
  assert download.value.suggested_filename == f'painting.{form}'
  with open(download.value.path(), 'rb') as file:
    return file.read()


def test_draw_paint_scrub_download(page):
  _draw(page)
  _screenshot(page, 'drawn.png')
  _paint(page)
  # It plays by itself, to the end.
  _until(page, "!document.querySelector('#scrub').disabled && timer === null")
  _screenshot(page, 'painted.png')
  assert re.fullmatch(r'stroke (\d+) of \1', page.text_content('#count'))
  assert 'mean squared error' in page.text_content('#status')
  start, middle, end = (_at(page, share) for share in (0, 0.5, 1))
  assert start.min() == 255
  assert start.sum() > middle.sum() > end.sum()
  _at(page, 0.5)
  _screenshot(page, 'halfway.png')

  page.select_option('#size', '128')
  _until(page, "document.querySelector('#painting').width === 128")
  program = program_lib.Program.from_json(_download(page, 'json').decode())
  picture = np.asarray(Image.open(io.BytesIO(_download(page, 'png'))))
  np.testing.assert_array_equal(picture, program.render(128)[..., 0])
  with Image.open(io.BytesIO(_download(page, 'gif'))) as film:
    assert film.size == (128, 128) and film.n_frames > 5
  text = _download(page, 'svg').decode()
  assert text.count('<g ') == program.num_strokes


def test_another_brush_and_colours(page):
  _draw(page)
  _paint(page)
  before = _at(page, 1)
  page.select_option('#brush', 'classic/charcoal')
  _until(page, _IDLE)
  charcoal = _at(page, 1)
  assert (before != charcoal).any()
  page.check('#colors')
  _until(page, _IDLE)
  colored = _at(page, 1)
  assert np.ptp(charcoal, axis=-1).max() == 0 and np.ptp(colored, axis=-1).max()
  values = json.loads(_download(page, 'json'))
  assert values['renderer']['brush'] == 'classic/charcoal'


def test_a_picture_is_chosen_or_dropped(page, tmp_path):
  path = tmp_path / 'x.png'
  Image.new('RGB', (60, 30), (10, 20, 30)).save(path)
  page.set_input_files('#file', str(path))
  _until(
    page,
    """() => {
      const data = document.querySelector('#pad').getContext('2d')
        .getImageData(256, 256, 1, 1).data;
      return data[0] === 10 && data[1] === 20 && data[2] === 30;
    }""",
  )
  _paint(page)
  assert 'pixels' in page.text_content('#seen')
  path = tmp_path / 'y.png'
  Image.new('RGB', (50, 50), (200, 0, 90)).save(path)
  data = base64.b64encode(path.read_bytes()).decode()
  page.evaluate(
    """(text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'y.png', {type: 'image/png'}));
      const options = {dataTransfer, bubbles: true, cancelable: true};
      const drop = new DragEvent('drop', options);
      document.querySelector('header').dispatchEvent(drop);
      if (!drop.defaultPrevented) throw new Error('the browser leaves');
    }""",
    data,
  )
  _until(
    page,
    """() => document.querySelector('#pad').getContext('2d')
      .getImageData(256, 256, 1, 1).data[0] === 200""",
  )
  path.write_text('no picture')
  page.set_input_files('#file', str(path))
  page.wait_for_selector('#status.error')
  assert 'is no picture' in page.text_content('#status')


def test_a_look_chosen_while_painting_is_kept(page):
  _draw(page)
  _paint(page)
  page.evaluate(
    """() => {
      document.querySelector('#paint').click();
      const brush = document.querySelector('#brush');
      brush.value = 'classic/charcoal';
      brush.dispatchEvent(new Event('change'));
    }"""
  )
  _until(page, f'{_IDLE} && !painting')
  values = json.loads(_download(page, 'json'))
  assert values['renderer']['brush'] == 'classic/charcoal'


def test_agents_that_draw_without_a_picture(page):
  page.select_option('#model', 'artist')
  assert not page.is_visible('#pad')
  assert page.text_content('#paint') == 'Draw'
  assert page.is_visible('#empty')
  _paint(page)
  _screenshot(page, 'artist.png')
  assert _at(page, 1).min() < 255


@pytest.mark.parametrize('width,height', [(64, 40), (40, 64), (64, 64)])
def test_programs_are_shown_in_their_aspect(page, width, height):
  program = program_cases.painted(canvas_width=width, canvas_height=height)
  answer = {'program': json.loads(program.to_json()), 'seconds': 1}
  page.route('**/api/paint', lambda route: route.fulfill(json=answer))
  _paint(page)
  expected = np.broadcast_to(
    program.render(512), (*program.renderer.shape(512), 3)
  )
  np.testing.assert_array_equal(_at(page, 1), expected)
  box = page.locator('#painting').bounding_box()
  room = page.locator('#frame').bounding_box()
  # A border of a pixel is around it.
  assert box['width'] == pytest.approx(
    room['width'] * min(1, width / height), abs=1
  )
  assert box['height'] == pytest.approx(
    room['width'] * min(1, height / width), abs=3
  )
  assert box['x'] - room['x'] == pytest.approx(
    (room['width'] - box['width']) / 2, abs=1
  )
  # It is empty again, and square, when another agent is chosen.
  page.select_option('#model', 'artist')
  assert not _pixels(page).any()
  box = page.locator('#painting').bounding_box()
  assert box['width'] == pytest.approx(box['height'], abs=1)


def test_says_how_many_come_before(page):
  held = []
  page.route('**/api/paint', lambda route: held.append(route))
  page.route('**/api/queue*', lambda route: route.fulfill(json={'ahead': 3}))
  page.click('#paint')
  status = "document.querySelector('#status').textContent"
  waiting = f"{status}.startsWith('Waiting')"
  _until(page, waiting)
  assert '3 before you' in page.text_content('#status')
  _screenshot(page, 'waiting.png')
  page.unroute('**/api/queue*')
  _until(page, f'!{waiting}')  # Its turn.
  assert page.text_content('#status') == 'Painting …'
  held[0].continue_()
  _until(page, f"{status}.startsWith('Painted')")


def test_what_is_no_longer_of_interest_is_given_up(page):
  _draw(page)
  _paint(page)
  held = []

  def hold(route):
    # The first is held to the end: one that went on could be answered before
    # it is given up.
    route.continue_() if held else held.append(route)

  page.route('**/api/frames', hold)
  page.select_option('#brush', 'classic/charcoal')
  _until(page, "document.body.classList.contains('busy')")
  # What is given up is told of at some time, be it after all else is done.
  with page.expect_event('requestfailed') as given_up:
    page.select_option('#brush', 'classic/pen')
  assert given_up.value.url.endswith('/api/frames')
  _until(page, _IDLE)
  page.unroute('**/api/frames')
  assert len(held) == 1
  values = json.loads(_download(page, 'json'))
  assert values['renderer']['brush'] == 'classic/pen'


def test_errors_are_shown(page):
  page.fill('#temperature', '-5')
  page.click('#paint')
  page.wait_for_selector('#status.error')
  assert 'temperature' in page.text_content('#status')
  # Chromium reports such answers, too.
  (problem,) = page.problems
  assert '400 (Bad Request)' in problem
  page.problems.clear()


def test_fits_a_telephone(server, browser):
  page = _new_page(browser, 390, 800)
  page.goto(server)
  page.wait_for_selector('body[data-ready]')
  _draw(page)
  _paint(page)
  _at(page, 1)
  _screenshot(page, 'telephone.png')
  width = page.evaluate('document.documentElement.scrollWidth')
  assert width <= 390
  page.close()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
