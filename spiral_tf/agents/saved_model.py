"""Trained agents as SavedModels, which TensorFlow alone can load.

`models/NAME/1/` holds version 1 of a model, as TensorFlow Serving has it. All
three signatures have inputs, as its REST interface demands. `B`, the batch, is
free; `H` is the size of the LSTM, `W` the width of the canvas, pixels, and `C`
its channels. An agent has those of the observations that it looks at, and one
COMPONENT for each part of its action. docs/saved_model.md shows them at work.

`initial_state`, the state before the first step, all zeros:

| input | dtype | shape | |
| --- | --- | --- | --- |
| `batch_size` | int32 | `[]` | `B` |

| output | dtype | shape |
| --- | --- | --- |
| `state/hidden`, `state/cell` | float32 | `[B, H]` |
| `state/prev_action/COMPONENT` | int32 | `[B]` |

`step`, an action for each of the batch. It returns `action/COMPONENT`, int32
`[B]`, and the next state, which has the names, dtypes and shapes of the state:

| input | dtype | shape | |
| --- | --- | --- | --- |
| `step_type` | int32 | `[B]` | dm_env's: 0, first, resets the state; 1, else |
| `observation/canvas` | uint8 | `[B, W, W, C]` | what is painted so far |
| `observation/target` | uint8 | `[B, W, W, C]` | what to reproduce |
| `observation/action_mask/COMPONENT` | float32 | `[B]` | 1 if it had effect |
| `observation/noise` | float32 | `[B, noise_dim]` | drawn once an episode |
| other `observation/NAME` | float32 | `[B, ...]` | see `spiral_tf.types` |
| `state/...` | | | of `initial_state`, or of the step before |
| `seed` | int32 | `[2]` | of the sampling; another at each step |
| `temperature` | float32 | `[]` | 1: as trained; 0: always the likeliest |

`settings`, so that who has the model needs nothing else to draw with it:

| input | dtype | shape | |
| --- | --- | --- | --- |
| `unused` | int32 | `[]` | any number |

| output | dtype | shape | |
| --- | --- | --- | --- |
| `json` | string | `[]` | `format`, 2, and `config`, with `environment` |
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import json
import os
import re
import tempfile
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from spiral_tf import builders
from spiral_tf import files
from spiral_tf import messages
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf.agents import signatures
from spiral_tf.config import experiment
from spiral_tf.networks import policy as policy_lib
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file

_FORMAT_VERSION = 2
# Files that TensorFlow puts into the folder of such a SavedModel.
_PARTS = re.compile(
  r'(saved_model|fingerprint|keras_metadata)\.pb'
  r'|variables/variables\.(index|data-\d+-of-\d+)'
)
# What TensorFlow says of what only later versions know.
_UNKNOWN = re.compile(
  r'Op type not registered|NodeDef mentions attr|GraphDef .*version'
)
_FIRST_VERSION = '1'
_MAKE_ONE = (
  'Make one of a training run: '
  'python -m launch.export --workdir=RUN --output=FOLDER'
)


class LoadedAgent(NamedTuple):
  """A saved agent.

  Attributes:
    player: the functions that play.
    config: the experiment, of which `environment` is what the agent draws in.
    make_player: makes more such functions, of (seed, temperature); see `load`.
  """

  player: rollout.Player
  config: experiment.Config
  make_player: Callable[[int, float], rollout.Player]


def export(workdir: str, path: str) -> None:
  """Saves the agent of a run.

  Args:
    workdir: folder of the run.
    path: folder for the model, see `save`.

  Raises:
    FileNotFoundError: `workdir` has no run, or no checkpoint.
    ValueError: see `save`.
  """
  config = config_file.load(workdir)
  policy = builders.make_policy(config)
  checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
  save(config, policy, path)


def save(
  config: experiment.Config, policy: policy_lib.Policy, path: str
) -> None:
  """Saves a policy, with all that is needed to draw with it.

  Folders of this machine, `data.path` and `data.cache`, are left out.

  Args:
    config: the experiment.
    policy: its policy.
    path: folder for the model; created. The SavedModel is its version 1, in the
      folder `1`, and replaces one that is there when it is whole.

  Raises:
    OSError: it cannot be written.
    ValueError: `path` has a later version, which would be loaded instead, or in
      the place of version 1 is something else.
  """
  folder, last = os.path.join(path, _FIRST_VERSION), _last_version(path)
  if last not in (None, folder):
    raise ValueError(
      f'{path!r} holds {last!r} already, a later version than the 1 that would '
      'be saved. Take another folder, or move the later versions away.'
    )
  for where, _, names in os.walk(folder):
    for name in names:
      file = os.path.relpath(os.path.join(where, name), folder)
      if not _PARTS.fullmatch(file):
        raise ValueError(
          f'{folder!r} holds {file!r}, which is no part of a SavedModel and '
          'would be lost. Move it away, or take another folder.'
        )
  data = dataclasses.replace(config.data, path='', cache='')
  config = dataclasses.replace(config, data=data)
  settings = {'format': _FORMAT_VERSION, 'config': experiment.to_dict(config)}
  module = signatures.module(
    policy, builders.environment_spec(config).observation, json.dumps(settings)
  )
  with _replacing(folder) as building:
    tf.saved_model.save(
      module,
      building,
      signatures={
        'initial_state': module.initial_state,
        'step': module.step,
        'settings': module.settings,
      },
    )


@contextlib.contextmanager
def _replacing(folder: str) -> Iterator[str]:
  """Lets a folder be made beside another, whose place it takes in the end.

  Who loads models while they are saved, as TensorFlow Serving does, never finds
  a part of one: neither of the folder's names on the way is a number.
  """
  path, name = os.path.split(folder)
  os.makedirs(path, exist_ok=True)
  with tempfile.TemporaryDirectory(prefix=f'.{name}-', dir=path) as around:
    building = os.path.join(around, 'new')
    yield building
    for where, _, names in os.walk(building):
      for file in [*names, '.']:
        files.sync(os.path.join(where, file))
    if os.path.isdir(folder):
      os.rename(folder, os.path.join(around, 'old'))
    os.rename(building, folder)
    files.sync(path)


def load(path: str, seed: int = 0, temperature: float = 1.0) -> LoadedAgent:
  """Loads an agent that `export` saved.

  Args:
    path: folder of a model, of which the highest version is taken, or of one of
      its versions.
    seed: of the actions it samples.
    temperature: of the actions it samples, see `signatures.make_player`.

  Returns:
    The agent. Its outputs have no log-probabilities and no values.

  Raises:
    ValueError: there is no such agent at `path`, or such a temperature.
  """
  folder = _last_version(path) or path
  if not tf.saved_model.contains_saved_model(folder):
    raise ValueError(
      f'{path!r} is not the folder of a SavedModel, nor does it hold numbered '
      f'versions of one. {_MAKE_ONE}'
    )
  # From 2.12 on it would fuse layers of models that an older one has saved,
  # cannot, and complains of it.
  tf.config.optimizer.set_experimental_options({'remapping': False})
  try:
    model = tf.saved_model.load(folder)
  # What TensorFlow raises depends on where a file ends: IndexError, and others.
  except Exception as error:
    raise ValueError(
      f'The SavedModel in {folder!r} {_fault(folder, str(error))} '
      f'TensorFlow says: {messages.one_line(error)}'
    ) from error
  missing = {'initial_state', 'step', 'settings'} - set(model.signatures)
  if missing:
    raise ValueError(
      f'The SavedModel in {folder!r} lacks the signatures {sorted(missing)}, '
      f'so it is no agent of spiral_tf. {_MAKE_ONE}'
    )
  settings = _settings(model.signatures['settings'])
  if settings['format'] != _FORMAT_VERSION:
    raise ValueError(
      f'The agent in {folder!r} has format {settings["format"]}, but this '
      f'version of spiral_tf reads format {_FORMAT_VERSION}. Export it again.'
    )

  def make_player(seed, temperature):
    return signatures.make_player(model, seed, temperature)

  config = experiment.from_dict(settings['config'])
  return LoadedAgent(make_player(seed, temperature), config, make_player)


def _fault(folder: str, error: str) -> str:
  """Says what is wrong with a SavedModel that does not load, and the cure."""
  damaged = 'is damaged or not whole. Export it again, or copy it again.'
  if not _UNKNOWN.search(error):
    return damaged
  try:
    with open(os.path.join(folder, 'saved_model.pb'), 'rb') as file:
      saved = saved_model_pb2.SavedModel.FromString(file.read())
    version = saved.meta_graphs[0].meta_info_def.tensorflow_version
  except Exception:  # Of protobuf, and a graph there is not.
    return damaged
  return (
    f'was saved by TensorFlow {version} and does not load in the '
    f'{tf.__version__} that is installed. It is not damaged: load it with '
    f'TensorFlow {version} or later, or export it again with {tf.__version__}.'
  )


def _last_version(path: str) -> str | None:
  """The folder of the highest version of a model, if there are versions."""
  names = os.listdir(path) if os.path.isdir(path) else []
  folders = {
    int(name): os.path.join(path, name)
    for name in names
    if name.isascii() and name.isdecimal()
  }
  versions = [
    number
    for number, folder in folders.items()
    if tf.saved_model.contains_saved_model(folder)
  ]
  return folders[max(versions)] if versions else None


def _settings(signature: Callable[..., Any]) -> dict[str, Any]:
  """What the signature `settings` says, whatever inputs its format gave it."""
  inputs = signatures.input_specs(signature)
  zeros = {name: tf.zeros(s.shape, s.dtype) for name, s in inputs.items()}
  return json.loads(signature(**zeros)['json'].numpy())
