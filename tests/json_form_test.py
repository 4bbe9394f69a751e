"""Tests of spiral_tf.programs.json_form."""

import json

import pytest

from spiral_tf.programs import canvas
from spiral_tf.programs import program as program_lib
from tests import program_cases


@pytest.mark.parametrize('seed', range(10))
def test_there_and_back(seed):
  for program in (
    program_cases.painted(seed, background='#a0b0c0', channels=3),
    program_cases.painted(seed, number=0),
    program_cases.staged(seed),
  ):
    text = program.to_json()
    assert program_lib.Program.from_json(text) == program
    # Another program's JSON, with another layout, will do too.
    assert (
      program_lib.Program.from_json(json.dumps(json.loads(text))) == program
    )


@pytest.mark.parametrize('height', [1, 40, 64, 4000])
def test_heights_come_back(height):
  program = program_cases.painted(canvas_height=height)
  text = program.to_json()
  values = json.loads(text)
  assert values['version'] == 2
  assert values['renderer']['canvas_height'] == height
  assert program_lib.Program.from_json(text) == program
  assert ('canvas_height' in program_cases.staged().to_json()) is False


@pytest.mark.parametrize('make', [program_cases.painted, program_cases.staged])
def test_programs_of_the_first_version_are_square(make):
  program = make()
  values = json.loads(program.to_json())
  values['version'] = 1
  values['renderer'].pop('canvas_height', None)
  read = program_lib.Program.from_json(json.dumps(values))
  assert read == program
  assert read.renderer.canvas_height == program.renderer.canvas_width
  # In the second version, too, who does not say a height means a square.
  values['version'] = 2
  assert program_lib.Program.from_json(json.dumps(values)) == program


def test_a_file_of_the_first_version_is_read(tmp_path):
  """As it was written then."""
  (tmp_path / 'old.json').write_text("""{
  "format": "spiral_tf.program",
  "version": 1,
  "renderer": {
    "name": "painting",
    "canvas_width": 32,
    "grid_width": 8,
    "brush": "classic/pen",
    "background": "white",
    "channels": 1,
    "substrokes": 20,
    "brush_sizes": [1.0]
  },
  "commands": [
    {"command": "move", "end": [1, 1]},
    {"command": "stroke", "control": [1, 6], "end": [6, 6],
     "color": [0.0, 0.0, 0.0], "pressure": 1.0, "radius": 2.0}
  ]
}
""")
  program = program_lib.Program.load(str(tmp_path / 'old.json'))
  assert program.renderer == canvas.Canvas(
    32, 8, 'classic/pen', substrokes=20, brush_sizes=(1.0,)
  )
  assert program.num_strokes == 1 and program.render().shape == (32, 32, 1)


def _changed(change):
  values = json.loads(program_cases.painted().to_json())
  values['commands'] = [c for c in values['commands'] if 'control' in c]
  change(values)
  return json.dumps(values)


@pytest.mark.parametrize(
  'change,message',
  [
    (lambda v: v.update(format='x'), 'format is "x"'),
    (lambda v: v.update(version=3), 'version is 3.*reads versions 1 to 2'),
    (lambda v: v.update(version=0), 'version is 0.*reads versions 1 to 2'),
    (
      lambda v: v.update(version=1),
      'renderer has canvas_height, but version is 1.* version 2 and later',
    ),
    (
      lambda v: v['renderer'].update(canvas_height=0),
      'renderer: canvas_height is 0, but it must be a whole number from 1 to',
    ),
    (
      lambda v: v['renderer'].update(canvas_height='64'),
      "renderer: canvas_height is '64', but it must be a whole number",
    ),
    (lambda v: v.update(version=True), 'version is true'),
    (lambda v: v.pop('renderer'), 'lacks renderer'),
    (lambda v: v.update(extra=1), 'unknown fields: "extra"'),
    (lambda v: v['renderer'].update(name='x'), 'renderer: "name" is "x"'),
    (lambda v: v['renderer'].update(brush='../x'), "renderer: brush is '../x'"),
    (lambda v: v.update(renderer=[]), r'renderer is \[\]'),
    (lambda v: v.update(commands={}), 'commands must be a list'),
    (lambda v: v['commands'].insert(1, 7), 'command 1 .*is 7'),
    (lambda v: v['commands'][1].pop('end'), 'command 1 .*lacks end'),
    (lambda v: v['commands'][1].update(x=1), 'command 1 .*unknown fields: "x"'),
    (lambda v: v['commands'][1].update(radius=0), 'command 1 .*radius is 0'),
    (lambda v: v['commands'][1].update(end=[0, 99]), 'command 1 .*end is 99'),
    (lambda v: v['commands'][1].update(end={}), 'command 1 .*end is'),
    (
      lambda v: v['commands'][1].update(command='fly'),
      'command 1 .*must be one of move, stroke[.]',
    ),
  ],
)  # fmt: skip
def test_what_is_wrong_is_named(change, message):
  with pytest.raises(ValueError, match=message) as error:
    program_lib.Program.from_json(_changed(change))
  assert '\n' not in str(error.value)


@pytest.mark.parametrize(
  'text',
  ['', '{', '[]', '3', '[' * 100_000, '{"version": NaN}', '"a' + 'b' * 10**6],
)
def test_what_is_no_program_is_refused(text):
  with pytest.raises(ValueError) as error:
    program_lib.Program.from_json(text)
  assert len(str(error.value)) < 200


def test_files_are_named(tmp_path):
  path = tmp_path / 'x.json'
  text = program_cases.painted().to_json()
  for data in (b'', b'\xff\xfe', b'{}', text.encode('utf-16'), bytes(99)):
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r'x\.json holds no program'):
      program_lib.Program.load(str(path))
  with pytest.raises(ValueError, match='holds no program: Is a directory'):
    program_lib.Program.load(str(tmp_path))
  with pytest.raises(FileNotFoundError, match=r'y .json does not exist'):
    program_lib.Program.load(str(tmp_path / 'y\n.json'))
  path.write_bytes(text.encode('utf-8-sig'))
  assert program_lib.Program.load(str(path)) == program_cases.painted()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
