"""Tests of launch.paint, as one runs it, on what launch.export made."""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys

import numpy as np
from PIL import Image
import pytest

from launch import paint_request
from spiral_tf import builders
from spiral_tf.agents import inputs
from spiral_tf.evaluation import reconstruction
from spiral_tf.programs import program as program_lib
from tests import commands
from tests import program_cases
from tests import runs
from tests import small


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  """Runs a command of `launch` with arguments."""
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
    with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
      yield lambda command, *arguments: runner.run(
        f'launch.{command}', *arguments
      )


def _export(launch, tmp_path_factory, config):
  """Makes a run and exports its agent; returns the model's path."""
  workdir = str(tmp_path_factory.mktemp('run'))
  path = str(tmp_path_factory.mktemp('models') / 'model')
  runs.make(workdir, config)
  done = launch('export', f'--workdir={workdir}', f'--output={path}')
  assert done.returncode == 0, done.stderr
  assert path in done.stdout
  return path


@pytest.fixture(scope='module')
def model(launch, tmp_path_factory):
  """An unconditional agent."""
  return _export(launch, tmp_path_factory, small.CONFIG)


@pytest.fixture(scope='module')
def conditional(launch, tmp_path_factory):
  """An agent that reproduces pictures, without looking at its canvas."""
  network = dataclasses.replace(small.CONFIG.policy_network, blind=True)
  config = dataclasses.replace(small.CONDITIONAL, policy_network=network)
  return _export(launch, tmp_path_factory, config)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  """Two pictures: 100.png and 200.png, of these greys."""
  path = tmp_path_factory.mktemp('pictures')
  for grey in (200, 100):
    image = Image.fromarray(np.full([20, 30], grey, np.uint8))
    image.save(path / f'{grey}.png')
  return path


def test_draws(launch, model, tmp_path):
  sheets = []
  for name, seed in (('a.png', 1), ('b.png', 1), ('c.png', 2)):
    path = tmp_path / name
    done = launch(
      'paint',
      f'--model={model}',
      f'--sheet={path}',
      '--samples=5',
      '--columns=3',
      f'--seed={seed}',
    )
    assert done.returncode == 0, done.stderr
    assert 'Painted 5' in done.stdout
    with Image.open(path) as image:
      sheets.append(np.array(image))
  # Drawings are shown twice as large, with lines of one pixel around them.
  cell = 2 * small.CONFIG.environment.canvas_width + 1
  assert sheets[0].shape == (2 * cell + 1, 3 * cell + 1)
  for i in range(5):
    top, left = (cell * x + 1 for x in divmod(i, 3))
    drawing = sheets[0][top : top + cell - 1, left : left + cell - 1]
    assert drawing.min() < 255
  assert len(np.unique(sheets[0][cell + 1 :, 2 * cell + 1 :])) == 1  # Empty.
  np.testing.assert_array_equal(sheets[0], sheets[1])
  assert np.any(sheets[0] != sheets[2])


def test_an_image_in_every_form_out(launch, conditional, folder, tmp_path):
  names = ('a.png', 'a.svg', 'a.gif', 'a.mp4', 'a.json')
  done = launch(
    'paint',
    f'--model={conditional}',
    f'--image={folder / "100.png"}',
    *(f'--output={tmp_path / name}' for name in names),
    '--size=40',
    '--samples=4',
    '--best',
    '--color-strokes',
  )
  assert done.returncode == 0, done.stderr
  assert sorted(os.listdir(tmp_path)) == sorted(names)
  picture = np.asarray(Image.open(tmp_path / 'a.png'))
  assert picture.shape == (40, 40, 3)
  assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 2  # Colours.
  program = program_lib.Program.load(str(tmp_path / 'a.json'))
  np.testing.assert_array_equal(program.render(40), picture)
  # The program alone, with another brush on other paper.
  done = launch(
    'paint',
    f'--program={tmp_path / "a.json"}',
    f'--output={tmp_path / "b.png"}',
    '--brush=classic/charcoal',
    '--background=#ffeedd',
  )
  assert done.returncode == 0, done.stderr
  again = program.with_brush('classic/charcoal').with_background('#ffeedd')
  picture = np.asarray(Image.open(tmp_path / 'b.png'))
  np.testing.assert_array_equal(again.render(), picture)


def test_a_program_keeps_its_aspect(launch, tmp_path):
  program = program_cases.painted(canvas_height=33, channels=3)
  program.save(str(tmp_path / 'a.json'))
  done = launch(
    'paint',
    f'--program={tmp_path / "a.json"}',
    *(f'--output={tmp_path / name}' for name in ('b.png', 'b.json')),
    f'--sheet={tmp_path / "sheet.png"}',
    '--size=100',
  )
  assert done.returncode == 0, done.stderr
  picture = np.asarray(Image.open(tmp_path / 'b.png'))
  assert picture.shape == (52, 100, 3)
  np.testing.assert_array_equal(picture, program.render(100))
  assert program_lib.Program.load(str(tmp_path / 'b.json')) == program
  with Image.open(tmp_path / 'sheet.png') as sheet:
    assert sheet.size == (202, 106)  # Twice as large, with lines.


def test_hatches_a_picture_for_a_plotter(launch, folder, tmp_path):
  done = launch(
    'paint',
    f'--image={folder / "100.png"}',  # 30 by 20 pixels.
    '--hatching',
    '--paper=a6',
    '--pen=2mm',
    f'--output={tmp_path / "plot.svg"}',
    f'--sheet={tmp_path / "sheet.png"}',
  )
  assert done.returncode == 0, done.stderr
  assert 'plot.svg: ' in done.stdout and ' paths of 1 pen, ' in done.stdout
  assert 'Mean squared error' not in done.stdout
  text = (tmp_path / 'plot.svg').read_text()
  assert 'width="148mm" height="105mm"' in text and text.count('<path ') > 10
  with Image.open(tmp_path / 'sheet.png') as sheet:
    # Two pictures of about 191 by 128 pixels, twice as large, with lines.
    assert sheet.size == (767, 258)


def test_photographs_are_painted_by_search(launch, tmp_path):
  for name, size in (('wide', (60, 40)), ('high', (30, 60))):
    photograph = Image.new('RGB', size, '#3355aa')
    photograph.paste('#ffcc00', (10, 10, 25, 20))
    photograph.save(tmp_path / f'{name}.png')
  done = launch(
    'paint',
    *(f'--image={tmp_path / name}.png' for name in ('wide', 'high')),
    '--strokes=6',
    '--brush=marker',
    '--focus=auto',
    '--size=120',
    *(f'--output={tmp_path / name}' for name in ('p.png', 'p.svg', 'p.json')),
    f'--sheet={tmp_path / "sheet.png"}',
    '--columns=4',
  )
  assert done.returncode == 0, done.stderr
  error = float(re.search(r'error of a pixel: (\S+)', done.stdout)[1])
  assert 0 < error < 0.02
  for name, shape in (('wide', (80, 120, 3)), ('high', (120, 60, 3))):
    program = program_lib.Program.load(str(tmp_path / f'p_{name}.json'))
    assert program.num_strokes <= 6
    picture = np.asarray(Image.open(tmp_path / f'p_{name}.png'))
    assert picture.shape == shape
    np.testing.assert_array_equal(picture, program.render())
    assert f'{program.num_strokes} strokes' in (
      tmp_path / f'p_{name}.svg'
    ).read_text('utf-8')
  with Image.open(tmp_path / 'sheet.png') as sheet:
    assert sheet.size == (4 * 241 + 1, 241 + 1)  # Twice as large.


def test_what_cannot_be_painted_by_search_is_said_at_once(launch, tmp_path):
  Image.new('RGB', (30, 20), 'red').save(tmp_path / 'red.png')
  image = f'--image={tmp_path / "red.png"}'
  output = f'--output={tmp_path / "out.png"}'
  for flags, words in (
    (['--strokes=9', '--brush=ramon/Knife'], 'smudge'),
    (['--strokes=9', '--brush=crayon'], 'no brush'),
    (['--strokes=9', f'--focus={tmp_path / "mask.png"}'], 'mask.png'),
    (['--strokes=9', '--tiles=2'], '--strokes'),
    (['--focus=auto'], '--strokes=300'),
  ):
    done = launch('paint', image, output, *flags)
    assert done.returncode == 1, done.stdout
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
  assert os.listdir(tmp_path) == ['red.png']


def test_improves_a_drawing(launch, conditional, folder, tmp_path):
  errors = {}
  for name, flag in (('a', '--best'), ('b', '--improve=500')):
    done = launch(
      'paint',
      f'--model={conditional}',
      f'--image={folder / "100.png"}',
      f'--output={tmp_path / name}.json',
      '--samples=4',
      flag,
    )
    assert done.returncode == 0, done.stderr
    program = program_lib.Program.load(str(tmp_path / f'{name}.json'))
    picture = inputs.read(str(folder / '100.png'))
    target = inputs.fit(picture, program.renderer.canvas_width, 1)
    errors[name] = reconstruction.errors(program.render()[None], target[None])
  assert errors['b'] < errors['a']


def test_reproduces_a_folder(launch, conditional, folder, tmp_path):
  done = launch(
    'paint',
    f'--model={conditional}',
    f'--image={folder}',
    f'--output={tmp_path / "x.svg"}',
    f'--sheet={tmp_path / "pairs.png"}',
    '--columns=2',
  )
  assert done.returncode == 0, done.stderr
  assert 'Painted 2' in done.stdout
  assert sorted(os.listdir(tmp_path)) == ['pairs.png', 'x_100.svg', 'x_200.svg']
  picture = np.asarray(Image.open(tmp_path / 'pairs.png'))
  cell = 2 * small.CONFIG.environment.canvas_width + 1
  for row, grey in enumerate((100, 200)):  # In order of name.
    top = cell * row + 1
    assert (picture[top : top + cell - 1, 1:cell] == grey).all()
    reproduction = picture[top : top + cell - 1, cell + 1 : 2 * cell]
    assert reproduction.max() == 255 and reproduction.min() < 255


def test_several_samples_of_each_picture(launch, conditional, folder, tmp_path):
  done = launch(
    'paint',
    f'--model={conditional}',
    f'--image={folder / "100.png"}',
    f'--image={folder / "200.png"}',
    f'--output={tmp_path / "x.json"}',
    '--samples=2',
  )
  assert done.returncode == 0, done.stderr
  names = ['x_100_1.json', 'x_100_2.json', 'x_200_1.json', 'x_200_2.json']
  assert sorted(os.listdir(tmp_path)) == names
  texts = {(tmp_path / name).read_text() for name in names}
  assert len(texts) == 4


def test_tiles(launch, conditional, folder, tmp_path):
  done = launch(
    'paint',
    f'--model={conditional}',
    f'--image={folder / "100.png"}',
    f'--output={tmp_path / "x.json"}',
    f'--sheet={tmp_path / "pair.png"}',
    '--tiles=2',
  )
  assert done.returncode == 0, done.stderr
  assert 'Mean squared error of a pixel: 0.' in done.stdout
  pair = np.asarray(Image.open(tmp_path / 'pair.png'))
  assert pair[10, 10] == 100 and pair.shape[1] > 2 * pair.shape[0] - 5
  program = program_lib.Program.load(str(tmp_path / 'x.json'))
  width = small.CONFIG.environment.canvas_width
  assert program.renderer.canvas_width == 2 * width
  assert program.render().min() < 255


def test_reproduces_built_in_pictures_that_were_held_out(
  launch, conditional, tmp_path
):
  path = tmp_path / 'pairs.png'
  done = launch(
    'paint',
    f'--model={conditional}',
    '--data=digits',
    f'--sheet={path}',
    '--columns=2',
  )
  assert done.returncode == 0, done.stderr
  assert 'Painted 64' in done.stdout
  picture = np.asarray(Image.open(path))
  held_out = builders.load_dataset(small.CONDITIONAL).validation
  width = 2 * small.CONFIG.environment.canvas_width
  for row in range(64):
    top = (width + 1) * row + 1
    target = picture[top : top + width : 2, 1 : width + 1 : 2]
    np.testing.assert_array_equal(target, held_out[row, :, :, 0])


@pytest.mark.parametrize(
  'arguments,words',
  [
    ([], 'nothing would be written'),
    (['--output={}/a.jpg'], 'must end in one of .png, .svg'),
    (['--sheet={}/a.gif'], 'must end in .png'),
    (['--output={}/no/a.png'], 'there is no folder'),
    (['--output={}/a.png', '--best'], 'add --samples=16'),
    (['--output={}/a.png'], '--image=..., or take'),
    (['--output={}/a.png', '--image={}/x.png'], 'x.png does not exist'),
    (['--output={}/a.png', '--image={}'], 'holds no pictures'),
    (['--output={}/a.png', '--image=x', '--data=digits'], 'choose either'),
    (['--output={}/a.png', '--program={}/x.json'], '--model is for an'),
    (['--output={}/a.png', '--data=digits', '--tiles=2'], '--tiles needs'),
  ],
)
def test_what_cannot_be_is_said_in_a_line(
  launch, conditional, tmp_path, arguments, words
):
  arguments = [argument.format(tmp_path) for argument in arguments]
  done = launch('paint', f'--model={conditional}', *arguments)
  assert done.returncode != 0
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ') and words in message
  assert os.listdir(tmp_path) == []


def test_damaged_files_are_named(launch, conditional, tmp_path):
  noise = np.random.RandomState(0).randint(256, size=[32, 32])
  Image.fromarray(noise.astype(np.uint8)).save(tmp_path / 'x.png')
  whole = (tmp_path / 'x.png').read_bytes()
  files = {
    'bad.png': b'bad',
    'cut.png': whole[: len(whole) // 2],
    'bad.json': b'{"bad": 1}',
    'deep.json': b'[' * 10**5,
  }
  for name, data in files.items():
    path = tmp_path / name
    path.write_bytes(data)
    arguments = [f'--program={path}']
    if name.endswith('.png'):
      arguments = [f'--model={conditional}', f'--image={path}']
    done = launch('paint', *arguments, f'--output={tmp_path / "a.png"}')
    assert done.returncode != 0
    (message,) = done.stderr.strip().splitlines()
    assert message.startswith('Error: ') and name in message
  assert sorted(os.listdir(tmp_path)) == sorted([*files, 'x.png'])


@pytest.mark.parametrize(
  'arguments,words',
  [
    (['--output={}/a.png', '--brush=classic/charcol'], 'classic/charcoal'),
    (['--output={}/a.png', '--background=#F0E6D'], 'a colour of CSS'),
    (['--output={}/a.png', '--size=5000'], 'size is 5000'),
    (['--output={}/a.png', '--sheet={}/a.png'], 'named twice'),
    (['--output={}/a.png', '--picture_colors'], 'add --tiles=4'),
    (['--output={}/a.png', '--image=x.png', 'y.png'], 'or name their folder'),
    (['--output={}/a.png', '--image=http://x/y.png'], 'download what is'),
  ],
)
def test_what_can_be_refused_is_before_an_agent_is_loaded(
  launch, tmp_path, arguments, words
):
  arguments = [argument.format(tmp_path) for argument in arguments]
  # The agent is missing, which would be said if it had been looked for.
  done = launch('paint', '--model=missing', *arguments)
  assert done.returncode == 1
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ') and words in message
  assert 'missing' not in message
  assert os.listdir(tmp_path) == []


def test_what_an_agent_cannot_do_is_refused_before_it_paints(
  launch, model, conditional, folder, tmp_path
):
  Image.fromarray(np.zeros([9, 9], np.uint8)).save(tmp_path / 'x.png')
  whole = (tmp_path / 'x.png').read_bytes()
  (tmp_path / 'x.png').write_bytes(whole[:-20])  # It cannot be painted.
  for agent, arguments, words in (
    (conditional, ['--output={}/a.xml'], 'cannot be written as .xml'),
    (conditional, ['--output={}/a.png', '--tiles=999'], 'tiles is 999'),
    (conditional, ['--output={}/x.png'], 'which is what is painted'),
    (model, ['--output={}/a.png'], 'this agent draws without images'),
    (model, ['--output={}/a.png', '--tiles=2'], 'draws without images'),
  ):
    done = launch(
      'paint',
      f'--model={agent}',
      f'--image={tmp_path / "x.png"}',
      *(argument.format(tmp_path) for argument in arguments),
    )
    assert done.returncode == 1
    (message,) = done.stderr.strip().splitlines()
    assert message.startswith('Error: ') and words in message
    assert os.listdir(tmp_path) == ['x.png']


def test_a_home_is_found_where_shells_do_not_look(launch, tmp_path):
  # A shell leaves the ~ of --image=~/x.png as it is.
  home = os.path.expanduser('~')
  done = launch('paint', '--image=~/no/x.png', f'--output={tmp_path / "a.png"}')
  assert done.returncode == 1
  assert f'Error: {home}/no/x.png does not exist' in done.stderr


def test_ctrl_c_ends_it_with_a_word(tmp_path):
  os.mkfifo(tmp_path / 'pipe')
  process = subprocess.Popen(
    [
      sys.executable,
      '-m',
      'launch.paint',
      f'--program={tmp_path / "pipe"}',
      f'--output={tmp_path / "out.png"}',
    ],
    cwd=pathlib.Path(__file__).absolute().parent.parent,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
  )
  # This waits until the program is opened, whose end comes after the signal.
  with open(tmp_path / 'pipe', 'w'):
    process.send_signal(signal.SIGINT)
  out, err = process.communicate()
  assert (process.returncode, out, err) == (130, '', 'Stopped.\n')
  assert os.listdir(tmp_path) == ['pipe']


def test_each_flag_is_a_field_of_what_is_asked_for(launch):
  done = launch('paint', '--helpshort')
  names = re.findall(r'^  --(?:\[no\])?([\w-]+):', done.stdout, re.M)
  fields = {f.name for f in dataclasses.fields(paint_request.Request)}
  assert set(names) - {'color-strokes'} == fields - {'given'}


@pytest.mark.parametrize(
  'command,flag,words',
  [
    ('paint', '--model', 'not the folder of a SavedModel'),
    ('export', '--workdir', 'not the folder of a run'),
    ('evaluate', '--workdir', 'not the folder of a run'),
  ],
)
def test_what_is_missing_ends_in_a_message(
  launch, tmp_path, command, flag, words
):
  missing = str(tmp_path / 'missing')
  arguments = [f'{flag}={missing}']
  if command != 'evaluate':
    arguments.append(f'--output={tmp_path / "a.png"}')
  done = launch(command, *arguments)
  assert done.returncode != 0
  assert 'Traceback' not in done.stderr
  (message,) = done.stderr.strip().splitlines()
  assert message.startswith('Error: ')
  assert words in message and missing in message
  assert os.listdir(tmp_path) == []


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
