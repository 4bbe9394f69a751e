"""The page of launch.serve, as a person uses it, in a real browser.

Skipped where there is no Chromium; `make test` installs Debian's.
"""

import base64
import contextlib
import dataclasses
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
from tests import drawn
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
  # With search, fine enough a grid for what an example shows.
  fine = dataclasses.replace(
    small.CONDITIONAL.environment, grid_width=8, episode_length=5
  )
  copyist = dataclasses.replace(small.CONDITIONAL, environment=fine)
  configs = {'copyist': copyist, 'artist': small.CONFIG}
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
  said = ''
  while not (address := re.search(r'http://127\.0\.0\.1:\d+/', said)):
    line = process.stdout.readline()
    assert line, said
    said += line
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


@contextlib.contextmanager
def _opened(browser, address, width=1280, height=800, scheme='light'):
  """The page, with what it shows at first, in which nothing may go wrong."""
  context = browser.new_context(
    viewport={'width': width, 'height': height},
    color_scheme=scheme,
    permissions=['clipboard-read', 'clipboard-write'],
  )
  page = context.new_page()
  page.set_default_timeout(1000 * patience.HANG_SECONDS)
  problems = page.problems = []
  page.on('pageerror', lambda error: problems.append(str(error)))
  page.on('console', lambda m: m.type == 'error' and problems.append(m.text))
  page.goto(address)
  _settle(page)
  yield page
  context.close()
  assert problems == []


@pytest.fixture
def page(server, browser):
  """The page on a laptop."""
  with _opened(browser, server) as page:
    yield page


def _until(page, condition):
  """Waits for a condition. `wait_for_function` needs `eval`, barred here."""
  wait = patience.Wait(
    condition, tell=lambda: f'It says: {page.text_content("#status")}'
  )
  while not page.evaluate(condition):
    page.wait_for_timeout(min(100, 1000 * wait.left()))


def _settle(page):
  """Waits until all is painted, rendered and played."""
  page.wait_for_selector('body[data-ready]')
  _until(
    page,
    "!document.querySelector('#scrub').disabled"
    " && !document.body.classList.contains('busy')"
    " && document.querySelector('#play').textContent === 'Play'",
  )


def _screenshot(page, name):
  if _SCREENSHOTS:
    page.screenshot(path=os.path.join(_SCREENSHOTS, name), full_page=True)


def _draw(page, *places):
  """Draws a line with the mouse."""
  box = page.locator('#pad').bounding_box()
  places = places or ((0.3, 0.25), (0.7, 0.25), (0.55, 0.5), (0.45, 0.8))
  for i, (x, y) in enumerate(places):
    page.mouse.move(
      box['x'] + x * box['width'], box['y'] + y * box['height'], steps=5
    )
    if i == 0:
      page.mouse.down()
  page.mouse.up()


def _draw_anew(page):
  page.click('#clear')
  _draw(page)


def _paint(page):
  page.click('#paint')
  _settle(page)
  assert page.text_content('#status').startswith('Painted')


def _pixels(page, canvas='painting'):
  """What the page shows of the painting, or of the drawing area."""
  kind, data = page.evaluate(
    f"document.querySelector('#{canvas}').toDataURL()"
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
  assert download.value.suggested_filename.endswith(f'.{form}')
  with open(download.value.path(), 'rb') as file:
    return file.read()


def _program(page):
  return json.loads(_download(page, 'json'))


def _seen(program):
  return [c for c in program['commands'] if c['command'] != 'move']


def test_an_example_is_painted_when_it_opens(page):
  _screenshot(page, 'first.png')
  assert re.fullmatch(
    r'Painted in [\d.]+ s: \d+% alike\.', page.text_content('#status')
  )
  start, middle, end = (_at(page, share) for share in (0, 0.5, 1))
  assert start.min() == 255
  assert start.sum() >= middle.sum() >= end.sum() < start.sum()
  # Of two agents here, who suits it has painted; all there is to see is named.
  names = page.locator('#examples button').all_text_contents()
  assert names == ['a digit', 'a photograph']
  assert page.text_content('#painter b') == 'Copies digits'
  assert _pixels(page, 'pad').min() == 0


def test_draw_paint_scrub_download(page):
  _draw_anew(page)
  _screenshot(page, 'drawn.png')
  _paint(page)
  _screenshot(page, 'painted.png')
  assert re.fullmatch(r'(\d+) of \1', page.text_content('#count'))
  assert 'Mean squared error' in page.get_attribute('#status', 'title')
  page.select_option('#size', '128')
  _until(page, "document.querySelector('#painting').width === 128")
  _settle(page)
  program = program_lib.Program.from_json(_download(page, 'json').decode())
  picture = np.asarray(Image.open(io.BytesIO(_download(page, 'png'))))
  np.testing.assert_array_equal(picture, program.render(128)[..., 0])
  with Image.open(io.BytesIO(_download(page, 'gif'))) as film:
    assert film.size == (128, 128) and film.n_frames > 5
  assert b'ftyp' in _download(page, 'mp4')[:16]
  text = _download(page, 'svg').decode()
  assert text.count('<g ') == program.num_strokes


def test_nothing_is_painted_of_nothing(page):
  page.click('#clear')
  assert page.is_visible('#hint')
  before = _pixels(page)
  page.click('#paint')
  assert 'Draw something' in page.text_content('#status.error')
  np.testing.assert_array_equal(_pixels(page), before)


def test_pens_eraser_and_undo(page):
  page.click('#clear')
  empty = _pixels(page, 'pad')
  page.click('[data-pen="14"]')
  _draw(page, (0.2, 0.5), (0.8, 0.5))
  thin = _pixels(page, 'pad')
  page.click('[data-pen="34"]')
  _draw(page, (0.2, 0.5), (0.8, 0.5))
  thick = _pixels(page, 'pad')
  page.click('[data-pen="0"]')
  _draw(page, (0.5, 0.3), (0.5, 0.7))
  erased = _pixels(page, 'pad')
  assert empty.sum() > thin.sum() > erased.sum() > thick.sum()
  for before in (thick, thin, empty):
    page.keyboard.press('Control+z')
    np.testing.assert_array_equal(_pixels(page, 'pad'), before)
  assert page.is_disabled('#undo')


def test_another_brush_and_colours(page):
  before = _at(page, 1)
  page.click('#brush')
  page.fill('#brushes input', 'charcoal')
  box = page.locator('#brushes .choice:visible').first
  # What a brush looks like is shown before it is chosen.
  assert (
    box.locator('.swatch').evaluate(
      'async (swatch) => {'
      '  const url = getComputedStyle(swatch).backgroundImage.slice(5, -2);'
      '  const image = new Image(); image.src = url; await image.decode();'
      '  return image.naturalHeight;'
      '}'
    )
    == 36 * page.locator('#brushes .choice').count() - 36 * 12
  )
  page.keyboard.press('Enter')
  _settle(page)
  charcoal = _at(page, 1)
  assert (before != charcoal).any()
  assert page.text_content('#brush span') == 'classic/charcoal'
  page.check('#colors')
  _until(page, "location.hash.includes('colors=1')")
  _settle(page)
  colored = _at(page, 1)
  assert np.ptp(charcoal, axis=-1).max() == 0 and np.ptp(colored, axis=-1).max()
  values = _program(page)
  assert values['renderer']['brush'] == 'classic/charcoal'
  # They are this agent's; another one begins with its own.
  page.click('#painter')
  page.click('#painters [data-name=artist]')
  _settle(page)
  assert not page.is_checked('#colors')
  assert page.text_content('#brush span') == 'classic/pen'


def test_a_photograph_is_offered_to_who_paints_photographs(page, tmp_path):
  path = tmp_path / 'holiday.png'
  drawn.photograph().resize((60, 30)).save(path)
  before = _pixels(page)
  page.set_input_files('#file', str(path))
  page.wait_for_selector('#offer:visible')
  _screenshot(page, 'offer.png')
  assert 'looks like a photograph' in page.text_content('#offer')
  np.testing.assert_array_equal(_pixels(page), before)  # Nothing was done.
  answer = {
    'program': _answer(number=7),
    'seconds': 1,
    'mse': 0.1,
    'empty': 0.2,
  }
  asked = []

  def reply(route):
    asked.append(route.request.post_data_buffer)
    route.fulfill(json={**answer, 'target': _DOT})

  page.route('**/api/paint', reply)
  page.click('#offer button')
  _settle(page)
  assert page.text_content('#painter b') == 'Paints photographs'
  assert page.text_content('#status') == 'Painted in 1.0 s: 50% alike.'
  assert b'@search' in asked[0] and b'name="strokes"' in asked[0]
  # It is sent as it is, not on the square paper of the drawing area.
  png = asked[0][asked[0].index(b'\x89PNG') :]
  assert Image.open(io.BytesIO(png)).size == (60, 30)
  with page.expect_download() as download:
    page.click('[data-format=svg]')
  assert download.value.suggested_filename == 'holiday.svg'


def test_a_drawing_is_offered_to_nobody_else(page, tmp_path):
  path = tmp_path / 'x.png'
  drawn.drawing(20).save(path)
  with page.expect_response('**/api/suits') as response:
    page.set_input_files('#file', str(path))
  assert response.value.json() == {
    'looks': 'a drawing in thick lines',
    'model': 'copyist',
  }
  assert not page.is_visible('#offer')


def test_a_picture_may_be_dropped_and_must_be_one(page, tmp_path):
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
  for name, words in (('x.png', 'is no picture'), ('x.json', 'is not JSON')):
    (tmp_path / name).write_text('no picture')
    page.set_input_files('#file', str(tmp_path / name))
    _until(
      page,
      f"document.querySelector('#status').textContent.includes('{words}')",
    )
    assert page.get_attribute('#status', 'class') == 'error'


def test_the_program_is_listed_and_lights_up(page):
  program = _program(page)
  rows = page.locator('#commands li')
  assert rows.count() == len(_seen(program))
  assert page.locator('#overlay path').count() == 0
  rows.nth(1).hover()
  path = page.get_attribute('#overlay path', 'd')
  stroke = _seen(program)[1]
  cell = program['renderer']['canvas_width'] / program['renderer']['grid_width']
  end = [(x + 0.5) * cell for x in reversed(stroke['end'])]
  assert path.split()[-1] == ','.join(f'{x:g}' for x in end)
  _screenshot(page, 'lit.png')
  # The other way round: the mouse on the painting.
  page.mouse.move(1, 1)
  assert page.locator('.lit').count() == 0
  box = page.locator('#painting').bounding_box()
  scale = box['width'] / program['renderer']['canvas_width']
  last = _seen(program)[-1]['end']
  page.mouse.move(
    box['x'] + (last[1] + 0.5) * cell * scale,
    box['y'] + (last[0] + 0.5) * cell * scale,
  )
  assert page.locator('.lit').count() == 1
  # What is painted later is pale.
  _at(page, 0)
  assert page.locator('#commands .later').count() == rows.count()


def test_a_stroke_is_taken_out_and_put_back(page):
  program, whole = _program(page), _at(page, 1)
  number = len(_seen(program))
  page.locator('#commands li').first.locator('.remove').click()
  _until(page, f"document.querySelectorAll('#commands li').length < {number}")
  _settle(page)
  left = _program(page)
  assert _seen(left) == _seen(program)[1:]
  assert (_at(page, 1) != whole).any()
  # The keyboard does it, too, and the way back.
  page.locator('#commands .command').first.focus()
  page.keyboard.press('Delete')
  _until(
    page, f"document.querySelectorAll('#commands li').length === {number - 2}"
  )
  _settle(page)
  for _ in range(2):
    page.click('#restore')
    _settle(page)
  _until(page, f"document.querySelectorAll('#commands li').length === {number}")
  _settle(page)
  assert _program(page) == program
  np.testing.assert_array_equal(_at(page, 1), whole)
  assert not page.is_visible('#restore')


def test_a_program_is_opened_again(page, tmp_path):
  program = program_cases.staged()
  path = tmp_path / 'blocks.json'
  path.write_text(program.to_json())
  page.set_input_files('#file', str(path))
  _until(
    page,
    "document.querySelector('#status').textContent.includes('Opened blocks')",
  )
  _settle(page)
  np.testing.assert_array_equal(_at(page, 1), program.render(512))
  assert page.is_visible('[data-format=xml]')
  assert not page.is_visible('[data-format=svg]')
  assert page.is_disabled('#brush')
  rows = page.locator('#commands li')
  assert rows.count() == program.num_strokes
  rows.first.hover()
  assert page.locator('#overlay rect').count() == 1
  before = _program(page)
  bad = json.loads(program.to_json())
  bad['commands'][0]['kind'] = 'pyramid'
  path.write_text(json.dumps(bad))
  page.set_input_files('#file', str(path))
  page.wait_for_selector('#status.error')
  assert 'pyramid' in page.text_content('#status')
  (problem,) = page.problems
  assert '400 (Bad Request)' in problem
  page.problems.clear()
  assert _program(page) == before


@pytest.mark.parametrize('what', ['example', 'drawing', 'artist'])
def test_a_link_repeats_a_picture(page, server, browser, what):
  if what == 'drawing':
    _draw_anew(page)
    page.click('[data-pen="0"]')
    _draw(page, (0.5, 0.1), (0.5, 0.5))
  elif what == 'artist':
    page.click('#painter')
    page.click('#painters [data-name=artist]')
    _settle(page)
  page.fill('#seed', '12345')
  page.select_option('#mood', '1.5')
  _paint(page)
  page.locator('#commands li').first.locator('.remove').click()
  page.wait_for_selector('#restore:visible')
  _settle(page)
  # What is not painted is not in it.
  page.fill('#seed', '777')
  page.click('#link')
  _until(
    page,
    "document.querySelector('#status').textContent.includes('this picture')",
  )
  link = page.evaluate('navigator.clipboard.readText()')
  assert link.startswith(server)
  assert 'seed=12345' in link and '777' not in link
  with _opened(browser, link) as other:
    _until(other, "!document.querySelector('#restore').hidden")
    _settle(other)
    assert _program(other) == _program(page)
    np.testing.assert_array_equal(_pixels(other), _pixels(page))


def test_a_reload_loses_nothing(page, tmp_path):
  path = tmp_path / 'x.png'
  drawn.photograph().resize((60, 30)).save(path)
  page.set_input_files('#file', str(path))
  page.wait_for_selector('#offer:visible')
  _paint(page)
  page.locator('#commands li').first.locator('.remove').click()
  page.wait_for_selector('#restore:visible')
  _settle(page)
  before = _program(page), _pixels(page), _pixels(page, 'pad')
  said = page.text_content('#status')
  # What was not painted yet is kept, too.
  _draw(page)
  page.select_option('#tries', '16')
  page.fill('#seed', '77')
  before = *before[:2], _pixels(page, 'pad')
  asked = []
  page.route('**/api/paint', lambda route: asked.append(route))
  page.reload()
  _settle(page)
  assert page.input_value('#tries') == '16'
  assert page.input_value('#seed') == '77'
  after = _program(page), _pixels(page), _pixels(page, 'pad')
  assert after[0] == before[0] and not asked
  for one, other in zip(before[1:], after[1:]):
    np.testing.assert_array_equal(one, other)
  assert page.text_content('#status') == said
  page.click('#restore')
  _settle(page)
  assert len(_seen(_program(page))) == len(_seen(before[0])) + 1


def test_a_link_without_its_picture_says_so(page, server):
  # To the same address with another hash a browser does not go anew.
  page.goto('about:blank')
  page.goto(f'{server}#by=copyist&seed=3')
  page.wait_for_selector('body[data-ready]')
  _until(
    page,
    "document.querySelector('#status').textContent.includes('without its')",
  )


def test_agents_that_draw_without_a_picture(page):
  page.click('#painter')
  page.click('#painters [data-name=artist]')
  _settle(page)
  assert not page.is_visible('#pad')
  assert page.text_content('#paint') == 'Draw'
  first = _at(page, 1)
  assert first.min() < 255
  page.click('#another')
  _settle(page)
  assert (_at(page, 1) != first).any()
  _screenshot(page, 'artist.png')


def test_everything_by_keyboard(page):
  """An example, who paints, a brush and a file, without a mouse."""

  def press(selector, key='Enter'):
    page.locator(selector).focus()
    page.keyboard.press(key)

  press('#painter')
  assert page.evaluate("document.querySelector('#painters').open")
  press('#painters [data-name=artist]')
  _settle(page)
  assert not page.evaluate("document.querySelector('#painters').open")
  press('[data-example=digit]')
  _until(page, "location.hash.includes('of=digit')")
  _settle(page)
  press('#brush')
  page.keyboard.type('charcoal')
  page.keyboard.press('Enter')
  _settle(page)
  assert page.text_content('#brush span') == 'classic/charcoal'
  before = page.input_value('#scrub')
  press('#scrub', 'ArrowLeft')
  assert int(page.input_value('#scrub')) == int(before) - 1
  press('#commands li:first-child .command', 'ArrowDown')
  assert page.locator('#commands .lit').count() == 1
  assert page.evaluate(
    "document.activeElement.closest('li').previousElementSibling !== null"
  )
  page.keyboard.press('Control+Enter')
  _settle(page)
  assert page.text_content('#status').startswith('Painted')


_DOT = (
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklE'
  'QVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=='
)


def _answer(**kwargs):
  return json.loads(program_cases.painted(**kwargs).to_json())


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


def test_says_how_many_come_before_and_how_much_is_done(page):
  held = []
  page.route('**/api/paint', lambda route: held.append(route))
  state = {'ahead': 3, 'done': None}
  page.route('**/api/queue*', lambda route: route.fulfill(json=state))
  page.click('#paint')
  status = "document.querySelector('#status').textContent"
  _until(page, f"{status}.startsWith('Waiting')")
  assert '3 before you' in page.text_content('#status')
  _screenshot(page, 'waiting.png')
  state.update(ahead=None, done=0.25)
  _until(page, "document.querySelector('#progress').value === 0.25")
  assert page.text_content('#status') == 'At work …'
  _until(page, "document.querySelector('#progress').checkVisibility()")
  page.unroute('**/api/queue*')
  held[0].continue_()
  _settle(page)
  assert page.text_content('#status').startswith('Painted')
  assert not page.is_visible('#progress')


def test_work_is_cancelled(page):
  before, link = _program(page), page.url
  page.route('**/api/paint', lambda route: None)
  page.fill('#seed', '777')
  page.click('#paint')
  page.wait_for_selector('#cancel:visible')
  # The server is told, be it after all else.
  with page.expect_event('requestfailed') as given_up:
    page.click('#cancel')
  assert given_up.value.url.endswith('/api/paint')
  assert page.text_content('#status') == 'Cancelled.'
  assert not page.is_visible('#cancel')
  assert (_program(page), page.url) == (before, link)
  page.unroute('**/api/paint')
  _paint(page)
  assert page.url != link


def test_a_look_chosen_while_painting_is_kept(page):
  held = []
  page.route('**/api/paint', lambda route: held.append(route))
  page.click('#paint')
  page.check('#colors')
  held[0].continue_()
  _until(page, "location.hash.includes('colors=1')")
  _settle(page)
  _until(page, "!document.body.classList.contains('busy')")
  assert np.ptp(_at(page, 1), axis=-1).max()


def test_what_is_no_longer_of_interest_is_given_up(page):
  held = []

  def hold(route):
    # The first is held to the end: one that went on could be answered before
    # it is given up.
    route.continue_() if held else held.append(route)

  page.route('**/api/frames', hold)
  page.select_option('#size', '64')
  _until(page, "document.body.classList.contains('busy')")
  # What is given up is told of at some time, be it after all else is done.
  with page.expect_event('requestfailed') as given_up:
    page.select_option('#size', '128')
  assert given_up.value.url.endswith('/api/frames')
  _settle(page)
  page.unroute('**/api/frames')
  assert len(held) == 1
  assert _pixels(page).shape[0] == 128


def test_errors_are_shown(page):
  # What cannot be is refused before anybody is asked.
  asked = []
  page.on('request', lambda r: asked.append(r.url) if 'paint' in r.url else 0)
  page.fill('#seed', '-5')
  page.click('#paint')
  assert page.evaluate("document.querySelector('#seed').validationMessage")
  assert not asked
  page.fill('#seed', '5')
  page.evaluate("document.querySelector('#seed').max = 2 ** 40")
  page.fill('#seed', str(2**35))
  page.click('#paint')
  page.wait_for_selector('#status.error')
  assert 'Seed is' in page.text_content('#status')
  # Chromium reports such answers, too.
  (problem,) = page.problems
  assert '400 (Bad Request)' in problem
  page.problems.clear()


def _brightness(page, selector, what):
  color = page.evaluate(
    f"getComputedStyle(document.querySelector('{selector}')).{what}"
  )
  return np.mean([float(x) for x in re.findall(r'[\d.]+', color)[:3]])


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width,height', [(1280, 800), (390, 844)])
def test_fits_each_screen(server, browser, scheme, width, height):
  with _opened(browser, server, width, height, scheme) as page:
    _screenshot(page, f'{scheme}_{width}.png')
    sizes = page.evaluate(
      '[document.documentElement.scrollWidth, '
      "...['#painting', '#scrub', '#paint', '#examples'].map((id) => "
      'document.querySelector(id).getBoundingClientRect().bottom)]'
    )
    # The painting, its slider and what to press, without scrolling.
    assert sizes[0] <= width and max(sizes[1:]) <= height
    for what in ('body', '#painter', '#files'):
      ground = (
        _brightness(page, what, 'backgroundColor')
        if what != '#files'
        else _brightness(page, 'body', 'backgroundColor')
      )
      ink = _brightness(page, what, 'color')
      assert (ground > ink) == (scheme == 'light')
      assert abs(ground - ink) > 100
    # Paper stays white.
    assert _brightness(page, '#pad', 'backgroundColor') == 255
    if width < 640:
      page.click('[data-show=input]')
      assert page.is_visible('#pad') and not page.is_visible('#painting')
      page.click('#clear')
      _draw(page)
      _paint(page)  # And it shows what it is asked for.
      assert page.is_visible('#painting') and not page.is_visible('#pad')
      page.click('[data-show=program]')
      assert page.is_visible('#commands')
      _screenshot(page, f'{scheme}_{width}_program.png')
    page.click('#painter')
    box = page.locator('#painters').bounding_box()
    assert box['x'] >= 0 and box['x'] + box['width'] <= width
    page.keyboard.press('Escape')


def test_nothing_comes_from_elsewhere(server, browser):
  page = browser.new_page()
  page.set_default_timeout(1000 * patience.HANG_SECONDS)
  asked = []
  page.on('request', lambda request: asked.append(request.url))
  page.goto(server)
  _settle(page)
  page.click('#brush')
  page.wait_for_load_state('networkidle')
  page.close()
  assert any(url.endswith('brushes.png') for url in asked)
  for url in asked:
    assert url.startswith((server, 'data:', 'blob:'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
