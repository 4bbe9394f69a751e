"""What a variant of an experiment is, and which can be compared."""

from collections.abc import Mapping
from collections.abc import Sequence
import re
from typing import Any, NamedTuple

from spiral_tf.config import experiment
from spiral_tf.evaluation import curves

# Settings that all runs of a study have in common, or whole sections, and why.
_MEANING = 'its errors would not mean what those of the others mean'
_COMMON = {
  'seed': 'all variants have the same seeds (--seeds)',
  'training': 'all are trained for as many frames (--frames), each alone',
  'resources': 'each run is one process',
  'population': 'each run trains one agent',
  'data': 'all are shown the same images',
  'conditional': _MEANING,
  **dict.fromkeys(curves.OF_THE_ERROR, _MEANING),
}
_LONGEST_FOLDER = 80  # Characters.


class Variant(NamedTuple):
  """An experiment that differs from another.

  Attributes:
    name: for people.
    changes: the values of the settings that differ, by name; sequences are
      tuples.
  """

  name: str
  changes: Mapping[str, Any]

  @property
  def folder(self) -> str:
    """The name as that of a folder, on whatever file system."""
    text = re.sub(r'[^a-z0-9.]+', '_', self.name.lower())
    return text[:_LONGEST_FOLDER].strip('_.')

  @property
  def words(self) -> str:
    """The changes as people write them."""
    return ', '.join(f'{name}={x}' for name, x in self.changes.items())


# The experiment as it is, which is compared with the others.
BASE = Variant('as it is', {})


def make(
  name: str, config: experiment.Config, changed: experiment.Config
) -> Variant:
  """Makes a variant.

  Args:
    name: of it.
    config: the experiment that it is compared with.
    changed: the variant's own.

  Returns:
    The variant.

  Raises:
    ValueError: it cannot be compared, or is the same, or has no name.
  """
  old, new = experiment.flat(config), experiment.flat(changed)
  changes = {key: value for key, value in new.items() if value != old[key]}
  for key in changes:
    reason = _COMMON.get(key) or _COMMON.get(key.partition('.')[0])
    if reason:
      raise ValueError(
        f'config.{key} may not differ from variant to variant: {reason}. '
        'Leave it out.'
      )
  if not changes:
    raise ValueError(
      'it changes nothing. Leave it out: the experiment as it is takes part '
      'anyway.'
    )
  made = Variant(name, changes)
  if not made.folder:
    raise ValueError(
      'its name has no letters. Write name: section.field=value.'
    )
  return made


def apply(config: experiment.Config, one: Variant) -> experiment.Config:
  """Changes an experiment, as a variant says.

  Args:
    config: the experiment that `one` was made from.
    one: the variant.

  Returns:
    The variant's experiment.

  Raises:
    ValueError: it is not valid.
  """
  values = experiment.to_dict(config)
  for name, value in one.changes.items():
    section, _, field = name.rpartition('.')
    (values[section] if section else values)[field] = value
  return experiment.from_dict(values)


def check_distinct(variants: Sequence[Variant]) -> None:
  """Refuses variants that would be taken for each other.

  Args:
    variants: without `BASE`.

  Raises:
    ValueError: two have one name, or almost, or the same settings.
  """
  everything = [BASE, *variants]
  for i, one in enumerate(everything):
    for other in everything[:i]:
      if one.folder == other.folder:
        raise ValueError(
          f'Variants {other.name!r} and {one.name!r} would have one folder, '
          f'{one.folder}. Give one of them another name.'
        )
      if one.changes == other.changes:
        raise ValueError(
          f'Variants {other.name!r} and {one.name!r} have the same settings, '
          f'{one.words}. Leave one of them out.'
        )
