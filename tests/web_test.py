"""Tests of spiral_tf.web, without a browser."""

import base64
import concurrent.futures
import dataclasses
import io
import json
import os
import subprocess
import sys

import numpy as np
from PIL import Image
import pytest
from starlette import testclient

from spiral_tf import builders
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import saved_model
from spiral_tf.programs import program as program_lib
from spiral_tf.web import app as web
from spiral_tf.web import film as film_lib
from spiral_tf.web import guard
from spiral_tf.web import queue
from tests import drawn
from tests import program_cases
from tests import small


@pytest.fixture(scope='module')
def agents(tmp_path_factory):
  """An agent that reproduces pictures, and one that draws."""
  loaded = {}
  configs = {'copyist': small.CONDITIONAL, 'artist': small.CONFIG}
  for name, config in configs.items():
    path = str(tmp_path_factory.mktemp('models') / name)
    saved_model.save(config, builders.make_policy(config), path)
    loaded[name] = agent_lib.load(path)
  return loaded


@pytest.fixture(scope='module')
def client(agents):
  return testclient.TestClient(web.make_app(agents), 'http://localhost:8000')


def _picture(color=(10, 20, 30), form='PNG', size=(40, 30)):
  data = io.BytesIO()
  Image.new('RGB', size, color).save(data, form)
  return data.getvalue()


def _png(image):
  data = io.BytesIO()
  image.save(data, 'PNG')
  return data.getvalue()


def _suits(client, image):
  return client.post('/api/suits', files={'image': ('x.png', image)})


def _paint(client, image=None, **fields):
  files = None if image is None else {'image': ('x.png', image)}
  data = {'model': 'copyist', **fields}
  return client.post('/api/paint', data=data, files=files)


def _render(client, **body):
  program = json.loads(program_cases.painted().to_json())
  return client.post(
    '/api/render', json={'program': program, 'format': 'png', **body}
  )


def test_page_and_what_it_offers(client):
  page = client.get('/')
  assert page.status_code == 200 and 'Watch an agent paint' in page.text
  for name in ('style.css', 'page.js'):
    assert f'/static/{name}' in page.text
    assert client.get(f'/static/{name}').status_code == 200
  settings = client.get('/api/settings').json()
  who = ['copyist', '@search', 'artist']
  assert [m['name'] for m in settings['models']] == who
  titles = {m['title'] for m in settings['models']}
  assert titles == {'Copies digits', 'Paints photographs', 'Writes digits'}
  offered = set(settings['brushes'])
  assert 'classic/charcoal' in offered and len(offered) > 100
  assert 'Dieterle/Fount-offset#1' not in offered  # libmypaint may crash.


def test_paints_what_it_is_sent(client, agents):
  answer = _paint(client, _picture(), seed='7', samples='3').json()
  target = agents['copyist'].target(_picture(), 'pad')
  (program,) = agents['copyist'].paint_many(target[None], 3, seed=7)
  assert program_lib.Program.from_json(json.dumps(answer['program'])) == program
  shown = Image.open(io.BytesIO(base64.b64decode(answer['target'][22:])))
  np.testing.assert_array_equal(np.asarray(shown), target[..., 0])
  assert 0 < answer['mse'] < 1
  drawn = _paint(client, model='artist', seed='3').json()
  assert drawn['program']['commands']


def test_search_paints_a_photograph(client):
  picture = _png(drawn.photograph(40).resize((40, 30)))
  answer = _paint(client, picture, model='@search', strokes='5').json()
  program = program_lib.Program.from_json(json.dumps(answer['program']))
  assert 1 <= program.num_strokes <= 5
  assert program.renderer.shape(40) == (30, 40)  # Its aspect is kept.
  assert answer['mse'] < answer['empty'] / 2
  again = _paint(client, picture, model='@search', strokes='5').json()
  assert again['program'] == answer['program']


def test_drawings_are_improved(client):
  picture = _png(drawn.drawing(20))
  plain, better = (
    _paint(client, picture, samples='2', tries=tries).json()
    for tries in ('0', '300')
  )
  assert better['mse'] < plain['mse']
  assert better['empty'] == plain['empty']


@pytest.fixture(scope='module')
def colorist(tmp_path_factory):
  """An agent that paints photographs in colour."""
  environment = dataclasses.replace(
    small.CONDITIONAL.environment, color=True, grid_width=8
  )
  data = dataclasses.replace(small.CONDITIONAL.data, name='patches')
  config = dataclasses.replace(
    small.CONDITIONAL, environment=environment, data=data
  )
  path = str(tmp_path_factory.mktemp('models') / 'colorist')
  saved_model.save(config, builders.make_policy(config), path)
  return agent_lib.load(path)


def test_paints_in_parts(colorist):
  app = web.make_app({'colorist': colorist})
  client = testclient.TestClient(app, 'http://localhost')
  (model, _) = client.get('/api/settings').json()['models']
  assert model['tiles'] == 4 and model['title'].startswith('Paints pieces')
  picture = _png(drawn.photograph(64))
  one, four = (
    _paint(client, picture, model='colorist', tiles=tiles, samples='2').json()
    for tiles in ('1', '2')
  )
  for answer, width in ((one, 16), (four, 32)):
    assert answer['program']['renderer']['canvas_width'] == width
    shown = Image.open(io.BytesIO(base64.b64decode(answer['target'][22:])))
    assert shown.size == (width, width)
  assert four['mse'] < one['mse']


def test_says_who_suits_a_picture(client):
  for image, looks, model in (
    (drawn.photograph(), 'a photograph', '@search'),
    (drawn.drawing(20), 'a drawing in thick lines', 'copyist'),
    (drawn.drawing(5), 'a drawing in thin lines', None),  # None is here.
  ):
    answer = _suits(client, _png(image)).json()
    assert answer == {'looks': looks, 'model': model}


def test_each_example_can_be_painted(client):
  settings = client.get('/api/settings').json()
  names = {m['name'] for m in settings['models']}
  assert [e['name'] for e in settings['examples']] == ['digit', 'photograph']
  for example in settings['examples']:
    assert example['model'] in names
    picture = client.get(f'/pictures/example-{example["name"]}.png')
    assert picture.headers['content-type'] == 'image/png'
    assert _suits(client, picture.content).json()['model'] == example['model']


def test_pictures_of_models_are_shown(agents):
  picture = _picture()
  app = web.make_app(agents, pictures={'artist': picture})
  shown = testclient.TestClient(app, 'http://localhost')
  assert shown.get('/pictures/model-artist.png').content == picture
  assert shown.get('/pictures/model-copyist.png').status_code == 404
  models = shown.get('/api/settings').json()['models']
  assert [m['name'] for m in models if m['picture']] == ['artist']


def test_each_brush_has_its_stroke(client):
  settings = client.get('/api/settings').json()
  answer = client.get('/api/brushes.png')
  assert 'max-age' in answer.headers['cache-control']
  sheet = np.asarray(Image.open(io.BytesIO(answer.content)))
  width, height = settings['swatch']['width'], settings['swatch']['height']
  assert sheet.shape == (height * len(settings['brushes']), width)
  rows = dict(zip(settings['brushes'], sheet.reshape(-1, height, width)))
  # Brushes that only smear what is there, or take it away, leave no mark.
  marks = [name for name, row in rows.items() if np.ptp(row) > 20]
  assert len(marks) > 0.7 * len(rows)
  for brush in settings['named_brushes'].values():
    assert brush['brush'] in marks
  assert (rows['classic/pen'] != rows['classic/charcoal']).any()


@pytest.mark.parametrize('form', ['png', 'svg', 'gif', 'mp4', 'json'])
def test_renders_in_each_form(client, form):
  answer = _render(
    client, format=form, size=64, brush='classic/charcoal', color_strokes=True
  )
  assert answer.status_code == 200, answer.text
  program = program_cases.painted().with_brush('classic/charcoal')
  program = program.with_stroke_colors()
  if form == 'png':
    picture = np.asarray(Image.open(io.BytesIO(answer.content)))
    np.testing.assert_array_equal(picture, program.render(64))
  elif form == 'json':
    assert program_lib.Program.from_json(answer.text) == program
  assert len(answer.content) > 100


def test_renders_up_to_a_command(client):
  answer = _render(client, up_to=3)
  picture = np.asarray(Image.open(io.BytesIO(answer.content)))
  expected = program_cases.painted().up_to(3).render()[..., 0]
  np.testing.assert_array_equal(picture, expected)


def test_frames_lead_to_the_picture(client):
  for program in (program_cases.painted(number=4), program_cases.staged()):
    body = {'program': json.loads(program.to_json()), 'size': 32}
    film = client.post('/api/frames', json=body).json()
    assert len(film['patches']) == len(film['strokes'])
    assert film['strokes'][0] == 0
    assert film['strokes'][-1] == film['number'] == program.num_strokes
    shown = Image.new('RGB', (32, 32))
    for patch in filter(None, film['patches']):
      data = base64.b64decode(patch['data'].split(',')[1])
      shown.paste(Image.open(io.BytesIO(data)), (patch['left'], patch['top']))
    expected = np.broadcast_to(program.render(32), (32, 32, 3))
    np.testing.assert_array_equal(np.asarray(shown), expected)
  long = program_cases.painted(number=900, canvas_width=16, grid_width=8)
  body = {'program': json.loads(long.to_json()), 'size': 16}
  assert len(client.post('/api/frames', json=body).json()['patches']) <= 242


@pytest.mark.parametrize('width,height', [(64, 40), (40, 64)])
def test_programs_keep_their_aspect(client, width, height):
  program = program_cases.painted(canvas_width=width, canvas_height=height)
  body = {'program': json.loads(program.to_json()), 'size': 51}
  film = client.post('/api/frames', json=body).json()
  shape = film['height'], film['width']
  assert shape == program.renderer.shape(51) and max(shape) == 51
  shown = Image.new('L', shape[::-1])
  for patch in filter(None, film['patches']):
    data = base64.b64decode(patch['data'].split(',')[1])
    shown.paste(Image.open(io.BytesIO(data)), (patch['left'], patch['top']))
  np.testing.assert_array_equal(np.asarray(shown), program.render(51)[..., 0])
  answer = _render(client, program=body['program'], size=128)
  assert (
    Image.open(io.BytesIO(answer.content)).size
    == (program.renderer.shape(128)[::-1])
  )


@pytest.mark.parametrize('width,height', [(8, 1025), (1025, 8)])
def test_either_side_may_be_too_long(client, width, height):
  program = program_cases.painted(
    canvas_width=width, canvas_height=height, grid_width=8
  )
  answer = _render(client, program=json.loads(program.to_json()))
  assert answer.status_code == 400
  assert 'too large for this page' in answer.json()['error']


def test_films_are_bounded(monkeypatch):
  program = program_cases.painted(brush='classic/charcoal', channels=3)
  full = film_lib.make(program, 256, lambda share=None: None)
  sizes = [len(patch['data']) for patch in full['patches'] if patch]
  monkeypatch.setattr(film_lib, 'MAX_BYTES', sum(sizes) // 3)
  small_film = film_lib.make(program, 256, lambda share=None: None)
  used = [len(patch['data']) for patch in small_film['patches'] if patch]
  assert sum(used[:-1]) <= sum(sizes) // 3 + max(used)
  assert len(used) > 3 and small_film['strokes'][-1] == full['number']


@pytest.mark.parametrize('form', ['png', 'gif', 'mp4', 'svg', 'film'])
def test_all_work_is_bounded(client, monkeypatch, form):
  """Drawing, encoding and writing, not only the first of these."""
  asked = []

  def check(job, share=None):
    asked.append(job)
    if len(asked) == number:
      job.error = ValueError('this takes more than 20 s of a processor; x')
      raise job.error

  monkeypatch.setattr(queue.Job, 'check', check)
  number = 0
  assert _work(client, form).status_code == 200
  whole = len(asked)
  for number in (1, whole // 2, whole):
    asked.clear()
    answer = _work(client, form)
    assert answer.status_code == 400 and 'more than 20 s' in answer.text
    assert len(asked) == number


def _work(client, form):
  if form != 'film':
    return _render(client, format=form, size=64)
  program = json.loads(program_cases.painted().to_json())
  return client.post('/api/frames', json={'program': program, 'size': 64})


def test_painting_asks_before_each_step(client, monkeypatch):
  asked = []
  monkeypatch.setattr(queue.Job, 'check', lambda job, *_: asked.append(job))
  assert _paint(client, _picture(), samples='3').status_code == 200
  assert len(asked) >= small.CONDITIONAL.environment.episode_length
  asked.clear()
  assert _paint(client, model='artist').status_code == 200
  assert len(asked) >= small.CONFIG.environment.episode_length


def test_what_is_wrong_is_answered_in_a_line(client):
  painted = program_cases.painted
  huge = json.loads(painted(canvas_width=4000).to_json())
  long = json.loads(painted(number=2001).to_json())
  for answer, words in (
    (_paint(client), 'reproduces pictures'),
    (_paint(client, b''), 'empty'),
    (_paint(client, b'no picture'), 'no sound picture'),
    (_paint(client, _picture()[:50]), 'no sound picture'),
    (_paint(client, _picture(), model='../x'), 'no model'),
    (_paint(client, _picture(), samples='33'), 'samples is'),
    (_paint(client, _picture(), temperature='nan'), 'temperature is'),
    (_paint(client, _picture(), seed='x'), 'seed is'),
    (_paint(client, _picture(), fit='x'), 'fit is'),
    (_paint(client, _picture(), tiles='5'), 'tiles is'),
    (_paint(client, _picture(), strokes='201'), 'strokes is'),
    (_paint(client, _picture(), tries='2001'), 'tries is'),
    (_paint(client, model='@search'), 'reproduces pictures'),
    (_suits(client, b''), 'empty'),
    (_suits(client, b'no picture'), 'no sound picture'),
    (_paint(client, _picture(size=(2049, 2048))), 'at most 4,194,304'),
    (client.post('/api/paint', data={}), 'no form'),
    (client.post('/api/paint', data={'seed': '1'}), 'not what the page'),
    (client.post('/api/render', content=b'{'), 'not JSON'),
    (client.post('/api/render', content=b'[]'), 'not what the page'),
    (client.post('/api/frames', content=b'[' * 9999), 'nested too deeply'),
    (client.post('/api/frames', content=b'[' * 99999), 'far more parts'),
    (client.post('/api/frames', content=b'{"program": NaN}'), 'NaN'),
    (_render(client, program=None), 'program'),
    (_render(client, program=huge), 'too large'),
    (_render(client, program=long), 'at most 2,000'),
    (_render(client, size=2000), 'size is 2000'),
    (_render(client, up_to=99), 'up_to is 99'),
    (_render(client, format='exe'), 'format is'),
    (_render(client, format=['png']), 'format is'),
    (
      client.post('/api/paint', data={f'f{i}': '1' for i in range(1001)}),
      'more than 20 fields',
    ),
    (_render(client, format='xml'), 'this is a painting'),
    (_render(client, brush='../../x'), 'brush is'),
    (_render(client, brush='classic/none'), 'there is no brush'),
    (_render(client, brush='Dieterle/Fount-offset#1'), 'may crash'),
  ):
    assert answer.status_code == 400, answer.text
    assert (
      words in answer.json()['error'] and '\n' not in answer.json()['error']
    )


def test_only_the_page_itself_may_ask(agents, client):
  def paint(**headers):
    return client.post(
      '/api/paint', data={'model': 'artist'}, headers=headers
    ).status_code

  assert paint(origin='http://localhost:8000') == 200
  assert paint(origin='https://localhost:8000') == 200
  assert paint(origin='http://evil.example') == 403
  assert paint(host='[localhost') == 403
  for site, status in (
    ('same-origin', 200),
    ('none', 200),
    ('same-site', 403),
    ('cross-site', 403),
  ):
    assert paint(**{'sec-fetch-site': site}) == status
    opened = client.get('/', headers={'sec-fetch-site': site})
    assert opened.status_code == 200  # A link on another site is no order.
  assert paint(origin='null') == 403
  assert paint(host='evil.example') == 403
  assert client.get('/', headers={'host': 'evil.example'}).status_code == 403
  assert client.get('/', headers={'host': '[::1]:8000'}).status_code == 200
  anywhere = testclient.TestClient(web.make_app(agents, hosts=()))
  assert anywhere.get('/', headers={'host': 'me.example'}).status_code == 200
  headers = client.get('/').headers
  assert "default-src 'self'" in headers['content-security-policy']
  assert 'access-control-allow-origin' not in headers


def test_large_requests_are_cut_off(client):
  def endless():
    for _ in range(1000):
      yield bytes(2**20)

  answer = client.post('/api/paint', content=endless())
  assert answer.status_code == 413
  assert 'more than 10 MB' in answer.json()['error']
  assert guard.MAX_PICTURE_BYTES == 10 * 2**20


def test_many_at_once_are_all_answered(client):
  def paint(i):
    picture = _picture((60 * i, 0, 0) if i < 4 else (0, 0, 20 * i))
    model = 'copyist' if i % 3 else 'artist'
    return _paint(client, picture, model=model, seed=str(i), samples='2')

  alone = [paint(i) for i in range(12)]
  with concurrent.futures.ThreadPoolExecutor(8) as pool:
    together = list(pool.map(paint, range(12)))
  # They did not disturb each other.
  for one, other in zip(alone, together):
    assert one.status_code == other.status_code == 200
    one, other = one.json(), other.json()
    del one['seconds'], other['seconds']
    assert one == other
  programs = {json.dumps(answer.json()['program']) for answer in alone}
  assert len(programs) == 12


def test_fullness_is_an_answer(agents):
  full = queue.Queue(working=1, waiting=-1)
  client = testclient.TestClient(
    web.make_app(agents, queue=full), 'http://localhost'
  )
  answer = _paint(client, _picture())
  assert answer.status_code == 503 and 'try again' in answer.json()['error']


@pytest.mark.parametrize(
  'package', ['python_multipart', 'starlette', 'uvicorn']
)
def test_a_missing_package_is_one_line(package):
  code = (
    'import runpy, sys\n'
    f'sys.modules[{package!r}] = None\n'
    "runpy.run_module('launch.serve', run_name='__main__')"
  )
  done = subprocess.run(
    [sys.executable, '-c', code],
    capture_output=True,
    text=True,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
  )
  assert done.returncode == 1
  line = done.stderr.splitlines()[-1]
  assert f"needs the package '{package}" in line
  assert "pip install '.[serve]'" in line and 'Traceback' not in done.stderr


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
