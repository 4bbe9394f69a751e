"""Saves the agent of a training run as a SavedModel, with a card.

    python -m launch.export --workdir=runs/digits --output=models/digits

It is version 1 of the model, `models/digits/1`, and replaces, at once, the
version 1 that is there. TensorFlow alone can load it; see docs/saved_model.md.
The card, README.md with picture.png, says how the agent was made, how good it
is and how to use it; run launch.evaluate before, also with --split=test where
there are test images, so that it has figures. What it can't do, or how other
seeds did, it has from --notes, a Markdown file.
"""

import os

from absl import flags
from absl import logging

from launch import commands
from launch import flags as launch_flags
from launch import places
from launch import training_command
from spiral_tf.agents import card
from spiral_tf.agents import saved_model
from spiral_tf.studies import run as run_lib
from spiral_tf.workdir import config_file

_WORKDIR = launch_flags.define_workdir('Folder of the run.')
_OUTPUT = flags.DEFINE_string(
  'output',
  None,
  'Folder for the model and its card; its last part is their name.',
  required=True,
)
_NOTES = flags.DEFINE_string(
  'notes',
  None,
  'Markdown file whose text goes into the card, before how to use the model.',
)


def main(argv):
  """Exports."""
  launch_flags.no_arguments(argv)
  # TensorFlow warns that it renames the inputs; signatures keep their names.
  logging.set_verbosity(logging.ERROR)
  config = config_file.load(_WORKDIR.value)
  # Before a minute of tracing.
  card.check(_WORKDIR.value)
  notes = _notes(_NOTES.value) if _NOTES.value else ''
  alone = run_lib.of_agent(_WORKDIR.value)
  places.check_folder(os.path.join(_OUTPUT.value, '1', 'variables'))
  for name in card.FILES:
    path = os.path.join(_OUTPUT.value, name)
    places.check_own(path, lambda unused: card.is_in(_OUTPUT.value), 'card')
  saved_model.export(_WORKDIR.value, _OUTPUT.value)
  command = training_command.of(alone or config, study=alone is not None)
  card.write(_WORKDIR.value, _OUTPUT.value, command, notes, alone)
  print(f'Saved {_OUTPUT.value}, {size(_OUTPUT.value) / 1e6:.2f} MB')


def _notes(path: str) -> str:
  """Reads the file of --notes."""
  with open(path, encoding='utf-8') as file:
    try:
      return file.read()
    except UnicodeDecodeError as error:
      raise ValueError(
        f'--notes={path} is no text in UTF-8: {error}. Give a Markdown file.'
      ) from error


def size(path: str) -> int:
  """Bytes of all files in a folder."""
  return sum(
    os.path.getsize(os.path.join(folder, name))
    for folder, _, names in os.walk(path)
    for name in names
  )


if __name__ == '__main__':
  commands.run(main)
