"""Reads variants of an experiment, as people write them.

    name: section.field=value, section.field=value

Settings are those of flags, without the `--config.` in front. A file has a
variant a line, and comments, which begin with #: what can be tried on the
command line can be kept as it is, and nothing is run that is only to be read.
"""

from collections.abc import Sequence
import re

from launch import flags as launch_flags
from spiral_tf import messages
from spiral_tf.config import experiment
from spiral_tf.studies import variant as variant_lib

# Commas in values, such as (16, 32), are followed by no name.
_BETWEEN = re.compile(r',\s*(?=[A-Za-z_][\w.]*=)')
_LARGEST = 1_000_000  # Bytes of a file.


def read(path: str) -> list[str]:
  """Reads the variants of a file, unchecked.

  Args:
    path: of the file.

  Returns:
    Its lines, without empty ones and comments.

  Raises:
    OSError: it cannot be read.
    ValueError: it is no text.
  """
  with open(path, 'rb') as file:
    data = file.read(_LARGEST + 1)
  try:
    if len(data) > _LARGEST:
      raise ValueError
    lines = data.decode().splitlines()
  except ValueError:
    raise ValueError(
      f'{path} is no file of variants: it must be text, below {_LARGEST:,} '
      'bytes. Write a line for each: name: section.field=value, ...'
    ) from None
  stripped = (line.partition('#')[0].strip() for line in lines)
  return [line for line in stripped if line]


def parse(
  texts: Sequence[str], config: experiment.Config
) -> list[variant_lib.Variant]:
  """Reads and checks variants, all of them before anything is said.

  Args:
    texts: see above. One without a name is called by its settings.
    config: that they vary.

  Returns:
    The variants in their order.

  Raises:
    ValueError: some are wrong; says what is, of each.
  """
  variants, faults = [], []
  for text in texts:
    name, settings = _split(text)
    try:
      changed = launch_flags.changed(config, settings)
      variants.append(variant_lib.make(name, config, changed))
    except ValueError as error:
      faults.append(f'Variant {messages.quoted(name)}: {error}')
  if faults:
    raise ValueError(' '.join(faults))
  variant_lib.check_distinct(variants)
  return variants


def _split(text: str) -> tuple[str, list[str]]:
  """A variant's name and settings."""
  name, colon, rest = text.partition(':')
  if not colon or '=' in name:
    name = rest = text
  return name.strip(), _BETWEEN.split(rest.strip())
