"""Programs as files: the extension says in which form.

* `.png`: the picture, at the program's own size unless another is asked for;
* `.svg`: the strokes, see `spiral_tf.programs.svg`;
* `.gif`, `.mp4`: how it is painted, see `spiral_tf.programs.animation`;
* `.json`: the program, see `spiral_tf.programs.json_form`;
* `.xml`: a scene as MJCF, see `spiral_tf.programs.mjcf`.
"""

from collections.abc import Callable
from collections.abc import Sequence
import os
import threading

from spiral_tf import pictures
from spiral_tf.programs import animation
from spiral_tf.programs import commands
from spiral_tf.programs import json_form
from spiral_tf.programs import mjcf
from spiral_tf.programs import program as program_lib
from spiral_tf.programs import rendering
from spiral_tf.programs import svg

# Of films, and of what viewers show an SVG file in, if no size is asked for;
# pictures as small as agents paint them would be hard to see.
_SHOWN_WIDTH = 512

_Writer = Callable[[program_lib.Program, str, int | None], None]


def save(
  program: program_lib.Program, paths: Sequence[str], size: int | None = None
) -> None:
  """Writes a program to files, each of which appears whole or not at all.

  Args:
    program: what to write.
    paths: of the files.
    size: width and height, pixels: of pictures, by default the program's own;
      of films, and of what an SVG file is first shown in, by default 512.

  Raises:
    ValueError: a file cannot be written, see `check`; the size is out of range;
      or the program cannot be rendered, see `rendering.render`.
  """
  check(paths, program.renderer)
  if size is not None:
    commands.check_index('size', size, commands.MAX_WIDTH + 1, 1)
  for path in paths:
    temporary = f'{path}.{os.getpid()}.{threading.get_ident()}.tmp'
    try:
      _WRITERS[_extension(path)](program, temporary, size)
      os.replace(temporary, path)
    finally:
      if os.path.exists(temporary):
        os.remove(temporary)


def check(
  paths: Sequence[str], renderer: commands.Renderer | None = None
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
    if extension == '.svg' and isinstance(renderer, commands.Stage):
      raise ValueError(
        f'{path!r}: SVG is for strokes, and this is a scene; take .xml (MJCF) '
        'or .png.'
      )
    if extension == '.xml' and isinstance(renderer, commands.Painting):
      raise ValueError(
        f'{path!r}: MJCF is for scenes, and this is painted; take .svg or .png.'
      )
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
      raise ValueError(f'{path!r}: there is no folder {folder}; make it first.')
    if os.path.isdir(path) or not os.access(folder, os.W_OK):
      raise ValueError(f'{path!r} cannot be written to; name another file.')


def _extension(path: str) -> str:
  return os.path.splitext(path)[1].lower()


def _png(program: program_lib.Program, path: str, size: int | None) -> None:
  pictures.write_png(path, rendering.render(program, size))


def _svg(program: program_lib.Program, path: str, size: int | None) -> None:
  _write(path, svg.dumps(program, size or _SHOWN_WIDTH))


def _json(program: program_lib.Program, path: str, size: int | None) -> None:
  _write(path, json_form.dumps(program))


def _xml(program: program_lib.Program, path: str, size: int | None) -> None:
  _write(path, mjcf.dumps(program))


def _gif(program: program_lib.Program, path: str, size: int | None) -> None:
  animation.write_gif(program, path, size or _SHOWN_WIDTH)


def _mp4(program: program_lib.Program, path: str, size: int | None) -> None:
  animation.write_mp4(program, path, size or _SHOWN_WIDTH)


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
