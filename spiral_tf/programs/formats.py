"""Programs as files: the extension says in which form.

* `.png`: the picture, at the program's own size unless another is asked for;
* `.svg`: the strokes, see `spiral_tf.programs.svg`;
* `.gif`, `.mp4`: how it is painted, see `spiral_tf.programs.animation`;
* `.json`: the program, see `spiral_tf.programs.json_form`;
* `.xml`: a scene as MJCF, see `spiral_tf.programs.mjcf`.

Which of them there are for a program, its renderer says: `Renderer.forms`.
"""

from collections.abc import Callable
from collections.abc import Sequence
import os
from typing import Any, NamedTuple

from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.programs import animation
from spiral_tf.programs import checks
from spiral_tf.programs import json_form
from spiral_tf.programs import mjcf
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import rendering
from spiral_tf.programs import svg

# Size of films, and of what viewers show an SVG file in, if none is asked for;
# pictures as small as agents paint them would be hard to see.
_SHOWN_SIZE = 512

# Bytes at both ends of a file, where it says that it is from here.
_ENDS = 2**16
_MARKS = (pictures.SOFTWARE.encode(), b'Painted by a SPIRAL agent')

_Commands = Sequence[renderer_lib.Command]
# Told how many frames of a film are written, and of how many.
_Told = Callable[[int, int], None]
# Called with the path of a film before it is written; what it returns is told
# how far it is.
Report = Callable[[str], _Told]
# Called with renderer, commands, path, size, None for the default one, and who
# is told of frames.
_Write = Callable[[Any, _Commands, str, int | None, _Told | None], None]


class _Form(NamedTuple):
  """A form that programs can be written in.

  Attributes:
    write: writes it.
    size: if none is asked for; None is the program's own, 0 that there
      are no pixels in it.
    is_drawn: whether its pixels are those that the renderer draws.
    is_film: whether it has many pictures.
  """

  write: _Write
  size: int | None
  is_drawn: bool = True
  is_film: bool = False


def save(
  renderer: renderer_lib.Renderer,
  commands: _Commands,
  paths: Sequence[str],
  size: int | None = None,
  report: Report | None = None,
) -> None:
  """Writes a program to files, each of which appears whole or not at all.

  Args:
    renderer: who carries the commands out.
    commands: what to write.
    paths: of the files.
    size: pixels of the longer side, see `renderer.Renderer.shape`: of pictures,
      by default the program's own; of films, and of what an SVG file is first
      shown in, by default 512.
    report: asked who is told how far a film is.

  Raises:
    ValueError: a program cannot be written so, see `check_program`.
    OSError: a file cannot be written, see `check`.
  """
  check(paths)
  check_program(renderer, commands, paths, size)
  for path in paths:
    form = _FORMS[_extension(path)]
    told = report(path) if report and form.is_film else None
    with files.replacing(path) as temporary:
      form.write(renderer, commands, temporary, size, told)


def check(paths: Sequence[str]) -> None:
  """Refuses, before any work, files that could not be written.

  Args:
    paths: of the files.

  Raises:
    ValueError: an extension is unknown, or a file is there twice.
    OSError: a file cannot be written, see `files.check`.
  """
  real: dict[str, str] = {}
  for path in paths:
    if _extension(path) not in _FORMS:
      raise ValueError(
        f'{path!r} must end in one of {", ".join(EXTENSIONS)}, which says in '
        'what form it is written.'
      )
    target = os.path.realpath(path)
    if target in real:
      raise ValueError(
        f'the same file is named twice: {real[target]!r} and {path!r}; name '
        'another one.'
      )
    real[target] = path
  files.check(*paths)


def check_program(
  renderer: renderer_lib.Renderer,
  commands: _Commands,
  paths: Sequence[str],
  size: int | None = None,
) -> None:
  """Refuses, before any work, what programs cannot be written as.

  Args:
    renderer: what draws the programs.
    commands: those of a program, or none if they are not known yet.
    paths: of the files, with extensions that there are.
    size: see `save`.

  Raises:
    ValueError: an extension is not for such programs; the size is out of range;
      or the program cannot be rendered, see `rendering.render`.
  """
  if size is not None:
    checks.index('size', size, checks.MAX_WIDTH + 1, 1)
  sizes = set()
  for path in paths:
    extension = _extension(path)
    if extension not in renderer.forms:
      raise ValueError(
        f'{path!r}: this is {renderer.noun}, which cannot be written as '
        f'{extension}; take one of {", ".join(renderer.forms)}.'
      )
    form = _FORMS[extension]
    if form.size != 0:
      default = renderer.own_size if form.size is None else form.size
      sizes.add((default if size is None else size, form.is_drawn))
  for each, is_drawn in sizes:
    renderer.begin(each, commands if is_drawn else ())


def has_size(path: str) -> bool:
  """Whether a size makes a difference to a file of this extension."""
  form = _FORMS.get(_extension(path))
  return form is not None and form.size != 0


def is_own(path: str) -> bool:
  """Whether a file, if it is there at all, is one that this program wrote."""
  try:
    with open(path, 'rb') as file:
      ends = file.read(_ENDS)
      file.seek(max(0, os.path.getsize(path) - _ENDS))
      ends += file.read()
  except FileNotFoundError:
    return True
  except OSError:
    return False
  return any(mark in ends for mark in _MARKS)


def _extension(path: str) -> str:
  return os.path.splitext(path)[1].lower()


def _png(renderer, commands, path, size, told):
  del told
  pictures.save_png(path, rendering.render(renderer, commands, size))


def _svg(renderer, commands, path, size, told):
  del told
  text = svg.dumps(renderer, commands, size or _SHOWN_SIZE, drawn_size=size)
  _write(path, text)


def _json(renderer, commands, path, size, told):
  del size, told
  _write(path, json_form.dumps(renderer, commands))


def _xml(renderer, commands, path, size, told):
  del size, told
  _write(path, mjcf.dumps(renderer, commands))


def _gif(renderer, commands, path, size, told):
  animation.write_gif(renderer, commands, path, size or _SHOWN_SIZE, told)


def _mp4(renderer, commands, path, size, told):
  animation.write_mp4(renderer, commands, path, size or _SHOWN_SIZE, told)


def _write(path: str, text: str) -> None:
  with open(path, 'w', encoding='utf-8') as file:
    file.write(text)


_FORMS = {
  '.png': _Form(_png, None),
  '.svg': _Form(_svg, _SHOWN_SIZE, is_drawn=False),
  '.gif': _Form(_gif, _SHOWN_SIZE, is_film=True),
  '.mp4': _Form(_mp4, _SHOWN_SIZE, is_film=True),
  '.json': _Form(_json, 0, is_drawn=False),
  '.xml': _Form(_xml, 0, is_drawn=False),
}
EXTENSIONS = tuple(_FORMS)
