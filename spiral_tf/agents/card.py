"""The card of a saved agent: what it does, how it was made, how to use it.

Written into the model's folder, beside its versions, as `README.md`, with
`picture.png`.
"""

from collections.abc import Iterator
import json
import os
import shutil
from typing import Any

from spiral_tf import datasets
from spiral_tf import files
from spiral_tf import messages
from spiral_tf import pictures
from spiral_tf.agents import saved_model
from spiral_tf.config import experiment
from spiral_tf.config import sections
from spiral_tf.evaluation import generation
from spiral_tf.evaluation import reconstruction
from spiral_tf.evaluation import results
from spiral_tf.programs import renderers
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

_CARD = 'README.md'
# What the agent makes, beside its card.
PICTURE = 'picture.png'
# What is written.
FILES = (_CARD, PICTURE)
# Headings by which a card is known.
_HOW = '## How it was made', '## How to use it'
# Drawings in a picture that no evaluation made, and drawings a row.
_SHOWN = 64
_COLUMNS = 16

# First comes what Hugging Face reads.
_TEXT = """\
---
license: apache-2.0
library_name: tensorflow
pipeline_tag: {task}
tags:
- spiral
- reinforcement-learning
- stroke-based-rendering
---

# {name}

{what}
{picture}
## How it was made

| | |
| --- | --- |
{facts}

```sh
{command}
```

The README at the top of the repository describes the data sets. {repeated}

## How good it is

{figures}
{notes}
## How to use it

From the folder that holds `models/`:

```sh
{paint}
```

TensorFlow alone can ask it for an action, here on white paper, with every other
number 0. `docs/saved_model.md` says what goes in and what comes out.

```python
import tensorflow as tf

model = tf.saved_model.load('models/{name}/1')
step = model.signatures['step']
inputs = {{}}
for spec in step.structured_input_signature[1].values():
  value = 255 if spec.dtype == tf.uint8 else 0  # Pictures are uint8.
  inputs[spec.name] = tf.cast(tf.fill([1, *spec.shape[1:]], value), spec.dtype)
inputs['seed'] = tf.constant([1, 2])  # Another at each step.
inputs['temperature'] = tf.constant(1.0)  # At 0 it does what is likeliest.
outputs = step(**inputs)
print({{k: v.numpy() for k, v in outputs.items() if k.startswith('action/')}})
```
"""

_COMPARISON = """\
Left: drawings after training; middle: before; right: images of the data set,
held out."""

_COMPARISON_OF_PAIRS = """\
Left: targets, held-out images of the data set; middle: what the agent made of
them; right: what it did before training."""

_ASYNCHRONOUS = """\
The nodes of a
run are asynchronous, so another run makes a similar agent, not the same."""

_ONE_THREAD = """\
One process
trained it, with one thread; `launch.train` makes a similar agent."""

_NOT_EVALUATED = """\
It was not evaluated after its training. This would do it, with the run at hand:

```sh
python -m launch.evaluate --workdir=RUN
```"""


_TESTED = """On the test images of the data set, by which nothing was chosen:

```text
{figures}
```"""


def write(
  workdir: str,
  path: str,
  command: str,
  notes: str = '',
  alone: experiment.Config | None = None,
) -> None:
  """Writes the card, and a picture if there is one, into a model's folder.

  Figures and picture are those of the run's evaluations, of held-out and of
  test images, that judged the last checkpoint. Without one of held-out images,
  an unconditional agent draws the picture.

  Args:
    workdir: folder of the run.
    path: folder of its agent's model.
    command: what trains such an agent.
    notes: Markdown, what else is to be said: the machine, other seeds, what
      the agent can't do. It goes before how to use it.
    alone: the experiment, with its seed, if one process with one thread trained
      it, and not the nodes of a program; its time is CPU time then.

  Raises:
    FileNotFoundError: `workdir` has no run.
    ValueError: `path` has no agent.
  """
  config = config_file.load(workdir)
  updates, seconds = checkpoints.done_so_far(workdir)
  frames = experiment.frames(config, updates)
  name = os.path.basename(os.path.abspath(path))
  data = datasets.describe(config.data.name)
  if config.conditional:
    what = f'An agent that reproduces pictures, trained on {data}.'
    task = 'image-to-image'
  else:
    what = f'An agent that draws, trained on {data}.'
    task = 'unconditional-image-generation'
  facts = [
    *_environment(config.environment),
    ('data', data),
    ('seed', (alone or config).seed),
    (f'{"CPU " if alone else ""}minutes of training', f'{seconds / 60:.1f}'),
    ('environment frames (actions) of training', f'{frames:,}'),
  ]
  figures = _figures(config, workdir, frames, 'validation')
  judged = [f'```text\n{figures}\n```' if figures else _NOT_EVALUATED]
  tested = _figures(config, workdir, frames, 'test')
  if tested:
    judged.append(_TESTED.format(figures=tested))
  text = _TEXT.format(
    name=name,
    task=task,
    what=what,
    picture=_picture(config, workdir, path, evaluated=figures is not None),
    facts='\n'.join(f'| {key} | {value} |' for key, value in facts),
    command=command,
    repeated=_ONE_THREAD if alone else _ASYNCHRONOUS,
    figures='\n\n'.join(judged),
    notes=f'\n{notes.strip()}\n' if notes.strip() else '',
    paint='\n'.join(_paint(config, name)),
  )
  files.replace(os.path.join(path, _CARD), text.encode())


def check(workdir: str) -> None:
  """Checks, before there is a model, that a run has what its card needs.

  Args:
    workdir: folder of the run.

  Raises:
    OSError: an evaluation of it cannot be read.
    ValueError: its configuration, or an evaluation, is damaged.
  """
  config = config_file.load(workdir)
  updates, _ = checkpoints.done_so_far(workdir)
  frames = experiment.frames(config, updates)
  _figures(config, workdir, frames, 'test')
  if _figures(config, workdir, frames, 'validation'):
    with open(_comparison(workdir), 'rb'):
      pass


def is_in(path: str) -> bool:
  """Whether there is a card in a folder, and not a README.md of others."""
  try:
    with open(os.path.join(path, _CARD), encoding='utf-8') as file:
      lines = file.read().splitlines()
  except (FileNotFoundError, UnicodeDecodeError):
    return False
  return set(_HOW) <= set(lines)


def _environment(
  environment: sections.EnvironmentConfig,
) -> Iterator[tuple[str, Any]]:
  """What an agent draws with, as rows of a table."""
  width, grid = environment.canvas_width, environment.grid_width
  yield 'canvas', f'{width}x{width} pixels'
  yield 'grid of locations', f'{grid}x{grid}'
  only = ', the first of which only moves' if environment.pen_down else ''
  yield 'actions a picture', f'{environment.episode_length}{only}'
  if renderers.of(environment).has_brush:
    sizes = ', '.join(str(size) for size in environment.brush_sizes)
    yield 'brush', f'`{environment.brush}`, radius {sizes} pixels'


def _figures(
  config: experiment.Config, workdir: str, frames: int, split: str
) -> str | None:
  """An evaluation as a table, or None if there is none after `frames`."""
  judge, file_name = generation, 'evaluation.json'
  if config.conditional:
    judge, file_name = reconstruction, 'reconstruction.json'
  path = os.path.join(results.folder(workdir, split), file_name)
  option = ' --split=test' if split == 'test' else ''
  if not os.path.lexists(path):
    return None
  try:
    with open(path) as file:
      result = json.load(file)
    return judge.table(result) if result['frames'] == frames else None
  except (ValueError, TypeError, LookupError) as error:
    raise ValueError(
      f'{path} is damaged: {messages.one_line(error)}. Make it anew: '
      f'python -m launch.evaluate --workdir={workdir}{option}'
    ) from error


def _picture(
  config: experiment.Config, workdir: str, path: str, evaluated: bool
) -> str:
  """Writes the picture, and returns the lines that show it, or nothing."""
  target = os.path.join(path, PICTURE)
  if evaluated:
    with files.replacing(target) as temporary:
      shutil.copyfile(_comparison(workdir), temporary)
    caption = _COMPARISON_OF_PAIRS if config.conditional else _COMPARISON
  elif not config.conditional:
    loaded = saved_model.load(path)
    drawings = generation.draw(loaded.config, loaded.player, _SHOWN)
    pictures.write_png(target, pictures.grid(drawings, _COLUMNS))
    caption = 'What it draws.'
  else:
    if os.path.exists(target):
      os.remove(target)
    return ''
  return f'\n![Pictures]({PICTURE})\n\n*{caption}*\n'


def _comparison(workdir: str) -> str:
  """The picture that an evaluation made."""
  return os.path.join(results.folder(workdir, 'validation'), 'comparison.png')


def _paint(config: experiment.Config, name: str) -> Iterator[str]:
  """Commands that paint with the agent."""
  paint = f'python -m launch.paint --model=models/{name}'
  if not config.conditional:
    yield f'{paint} --samples=64 --sheet=drawings.png'
    return
  if renderers.of(config.environment).has_brush:
    if config.environment.color:
      yield f'{paint} --image=PHOTO --tiles=8 --output=painting.png'
    else:
      yield f'{paint} --data=digits --sheet=pairs.png'
  yield f'{paint} --image=FOLDER --sheet=pairs.png'
