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
from typing import Any

from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.programs import animation
from spiral_tf.programs import checks
from spiral_tf.programs import json_form
from spiral_tf.programs import mjcf
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import rendering
from spiral_tf.programs import svg

# Width, pixels, of films and of what viewers show an SVG file in, if no size is
# asked for; pictures as small as agents paint them would be hard to see.
_SHOWN_WIDTH = 512

_Commands = Sequence[renderer_lib.Command]
# Called with renderer, commands, path and size; None is the default size.
_Writer = Callable[[Any, _Commands, str, int | None], None]


def save(
  renderer: renderer_lib.Renderer,
  commands: _Commands,
  paths: Sequence[str],
  size: int | None = None,
) -> None:
  """Writes a program to files, each of which appears whole or not at all.

  Args:
    renderer: who carries the commands out.
    commands: what to write.
    paths: of the files.
    size: width and height, pixels: of pictures, by default the program's own;
      of films, and of what an SVG file is first shown in, by default 512.

  Raises:
    ValueError: a file cannot be written, see `check`; the size is out of range;
      or the program cannot be rendered, see `rendering.render`.
  """
  check(paths, renderer)
  if size is not None:
    checks.index('size', size, checks.MAX_WIDTH + 1, 1)
  for path in paths:
    with files.replacing(path) as temporary:
      _WRITERS[_extension(path)](renderer, commands, temporary, size)


def check(
  paths: Sequence[str], renderer: renderer_lib.Renderer | None = None
) -> None:
  """Refuses, before any work, files that could not be written.

  Args:
    paths: of the files.
    renderer: what draws the programs, if that is known.

  Raises:
    ValueError: an extension is unknown, or not for such programs; there is no
      such folder, or it cannot be written to; or a path is there twice.
  """
  if len({os.path.abspath(path) for path in paths}) < len(paths):
    raise ValueError(f'the same file is named twice: {", ".join(paths)}.')
  for path in paths:
    extension = _extension(path)
    if extension not in _WRITERS:
      raise ValueError(
        f'{path!r} must end in one of {", ".join(EXTENSIONS)}, which says in '
        'what form it is written.'
      )
    if renderer is not None and extension not in renderer.forms:
      raise ValueError(
        f'{path!r}: this is {renderer.noun}, which cannot be written as '
        f'{extension}; take one of {", ".join(renderer.forms)}.'
      )
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
      raise ValueError(f'{path!r}: there is no folder {folder}; make it first.')
    if os.path.isdir(path) or not os.access(folder, os.W_OK):
      raise ValueError(f'{path!r} cannot be written to; name another file.')


def _extension(path: str) -> str:
  return os.path.splitext(path)[1].lower()


def _png(renderer, commands, path, size):
  pictures.save_png(path, rendering.render(renderer, commands, size))


def _svg(renderer, commands, path, size):
  _write(path, svg.dumps(renderer, commands, size or _SHOWN_WIDTH))


def _json(renderer, commands, path, size):
  del size
  _write(path, json_form.dumps(renderer, commands))


def _xml(renderer, commands, path, size):
  del size
  _write(path, mjcf.dumps(renderer, commands))


def _gif(renderer, commands, path, size):
  animation.write_gif(renderer, commands, path, size or _SHOWN_WIDTH)


def _mp4(renderer, commands, path, size):
  animation.write_mp4(renderer, commands, path, size or _SHOWN_WIDTH)


def _write(path: str, text: str) -> None:
  with open(path, 'w', encoding='utf-8') as file:
    file.write(text)


_WRITERS: dict[str, _Writer] = {
  '.png': _png,
  '.svg': _svg,
  '.gif': _gif,
  '.mp4': _mp4,
  '.json': _json,
  '.xml': _xml,
}
EXTENSIONS = tuple(_WRITERS)
