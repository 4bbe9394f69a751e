"""Which runs a study has, where they are, and in which order they are made.

In the folder of a study, `study.json` has what all of its runs have in common,
and `runs/<variant>/` a folder for each seed, beside `variant.json`. What is
there is all that there is: to take a variant out, remove its folder.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import json
import os
import re
from typing import Any, NamedTuple

from spiral_tf import files
from spiral_tf import messages
from spiral_tf.config import experiment
from spiral_tf.evaluation import curves
from spiral_tf.workdir import config_file

BASE = 'as it is'
# What a study does not look at: where data are, and how runs of several
# processes go.
_FREE = re.compile(r'data\.(path|cache)|training\..*|resources\..*')
# Settings that all runs have in common, and why.
_COMMON = (
  ('seed', 'each variant is run with the same seeds (--seeds)'),
  ('training', 'all are trained for as many frames (--frames), alone'),
  ('resources', 'each run is one process'),
  ('population', 'each run trains one agent'),
  ('data', 'all are shown the same images'),
  ('conditional', 'its errors would not mean what those of the others mean'),
)
_STUDY = 'study.json'
_VARIANT = 'variant.json'
_RUNS = 'runs'


class Settings(NamedTuple):
  """What all runs have in common, beside the experiment.

  Attributes:
    frames: environment steps of each.
    evaluate_every: frames between measurements.
    images: held-out images, or drawings, that it is measured by.
  """

  frames: int
  evaluate_every: int
  images: int


class Variant(NamedTuple):
  """An experiment that differs from that of the study.

  Attributes:
    name: for people.
    changes: the values of the settings that differ, by name.
  """

  name: str
  changes: Mapping[str, Any]


class Run(NamedTuple):
  """One run.

  Attributes:
    variant: its name.
    seed: counted from 0.
    folder: of it.
  """

  variant: str
  seed: int
  folder: str


class Study(NamedTuple):
  """A study as its folder has it.

  Attributes:
    name: of the folder.
    config: the experiment as it is.
    settings: of all runs.
    variants: the first is `BASE`.
    runs: by variant, then by seed.
  """

  name: str
  config: experiment.Config
  settings: Settings
  variants: Sequence[Variant]
  runs: Sequence[Run]


def variant(
  name: str, config: experiment.Config, changed: experiment.Config
) -> Variant:
  """Makes a variant.

  Args:
    name: of it.
    config: the experiment of the study.
    changed: that of the variant.

  Returns:
    The variant.

  Raises:
    ValueError: it cannot be compared with the others, or is the same, or has no
      name.
  """
  if not _slug(name):
    raise ValueError('it has no name. Write name: section.field=value.')
  old, new = experiment.flat(config), experiment.flat(changed)
  changes = {key: value for key, value in new.items() if value != old[key]}
  for key in changes:
    for common, reason in _COMMON:
      if key == common or key.startswith(common + '.'):
        raise ValueError(f'config.{key} may not vary: {reason}.')
    if key in curves.OF_THE_ERROR:
      raise ValueError(f'config.{key} may not vary: {dict(_COMMON)["conditional"]}.')
  if not changes:
    raise ValueError(
      f'it changes nothing: the experiment is so as it is, and is always run, '
      f'as {BASE!r}.'
    )
  return Variant(name, changes)


def check_distinct(variants: Sequence[Variant]) -> None:
  """Refuses variants that would be taken for each other.

  Raises:
    ValueError: two have one name, or almost, or the same settings.
  """
  base = Variant(BASE, {})
  for i, one in enumerate([base, *variants]):
    for other in variants[i:]:
      if _slug(one.name) == _slug(other.name):
        raise ValueError(
          f'Variants {one.name!r} and {other.name!r} would have the same '
          'folder. Give one another name.'
        )
      if one.changes == other.changes:
        raise ValueError(
          f'Variants {one.name!r} and {other.name!r} have the same settings. '
          'Leave one out.'
        )


def begin(
  workdir: str,
  config: experiment.Config,
  settings: Settings,
  variants: Sequence[Variant],
) -> Study:
  """Makes the folder of a study, or adds variants to the one that is there.

  Args:
    workdir: the folder.
    config: the experiment as it is.
    settings: of all runs.
    variants: to add, if they are not there yet.

  Returns:
    The study, with what was there before.

  Raises:
    ValueError: the study that is there is another, or its variants are.
    OSError: the folder cannot be read or written.
  """
  old = read(workdir) if exists(workdir) else None
  if old is not None:
    check(workdir, old, config, settings, variants)
  there = list(old.variants[1:]) if old else []
  there += [v for v in variants if v.name not in {x.name for x in there}]
  os.makedirs(os.path.join(workdir, _RUNS), exist_ok=True)
  # Anew, as data may have moved.
  _write(
    os.path.join(workdir, _STUDY),
    {'config': experiment.to_dict(config), **settings._asdict()},
  )
  for order, each in enumerate([Variant(BASE, {}), *there]):
    folder = _folder(workdir, each.name)
    os.makedirs(folder, exist_ok=True)
    _write(
      os.path.join(folder, _VARIANT), {'order': order, **each._asdict()}
    )
  return read(workdir)


def check(
  workdir: str,
  old: Study,
  config: experiment.Config,
  settings: Settings,
  variants: Sequence[Variant],
) -> None:
  """Checks that a study can go on so; see `begin`.

  Raises:
    ValueError: it can't.
  """
  before, now = experiment.flat(old.config), experiment.flat(config)
  for key, value in now.items():
    if value != before[key] and not _FREE.fullmatch(key):
      raise ValueError(
        f'The study in {workdir!r} has config.{key}={before[key]!r}, now it is '
        f'{value!r}: its runs could not be compared with those that are there. '
        f'Take another --workdir, or make it a --variant.'
      )
  reasons = {
    'frames': 'rates that fall over the whole training would fall otherwise',
    'evaluate_every': 'curves would have other points',
    'images': 'errors would be of other images',
  }
  for name, value in settings._asdict().items():
    there = getattr(old.settings, name)
    if value != there:
      raise ValueError(
        f'The study in {workdir!r} has --{name}={there}, now it is {value}: '
        f'{reasons[name]}. Take another --workdir, or --{name}={there}.'
      )
  known = {v.name: v for v in old.variants}
  for each in variants:
    if each.name in known and each.changes != known[each.name].changes:
      raise ValueError(
        f'The study in {workdir!r} has a variant {each.name!r} already, with '
        f'{describe(known[each.name])}, not {describe(each)}. Give it another '
        f'name, or remove {_folder(workdir, each.name)}.'
      )
  check_distinct([*old.variants[1:], *(v for v in variants if v.name not in known)])


def exists(workdir: str) -> bool:
  """Whether there is a study in a folder."""
  return os.path.lexists(os.path.join(workdir, _STUDY))


def read(workdir: str) -> Study:
  """Reads a study.

  Raises:
    OSError: it cannot be read.
    ValueError: a file of it is damaged.
  """
  path = os.path.join(workdir, _STUDY)
  values = _read(path)
  try:
    config = experiment.from_dict(values.pop('config'))
    settings = Settings(**{name: int(values[name]) for name in Settings._fields})
  except (KeyError, TypeError, ValueError) as error:
    raise ValueError(
      f'{path} is not of a study: {messages.one_line(error)}. Put a copy of it '
      'back, or take another --workdir.'
    ) from None
  found = []
  runs = os.path.join(workdir, _RUNS)
  for name in sorted(os.listdir(runs) if os.path.isdir(runs) else ()):
    path = os.path.join(runs, name, _VARIANT)
    if not os.path.exists(path):
      continue
    values = _read(path)
    try:
      found.append((int(values['order']), Variant(str(values['name']), {k: _frozen(v) for k, v in values['changes'].items()})))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
      raise ValueError(
        f'{path} is not of a variant: {messages.one_line(error)}. Put a copy '
        'of it back, or remove its folder.'
      ) from None
  variants = [each for _, each in sorted(found, key=lambda pair: pair[0])]
  return Study(
    os.path.basename(os.path.abspath(workdir)),
    config,
    settings,
    variants,
    [
      Run(each.name, seed, os.path.join(_folder(workdir, each.name), str(seed)))
      for each in variants
      for seed in _seeds(_folder(workdir, each.name))
    ],
  )


def order(study: Study, workdir: str, seeds: int) -> list[Run]:
  """All runs of a study in the order to make them.

  All variants have one seed before any has two, so that what is there compares
  all of them.

  Args:
    study: with the variants.
    workdir: its folder.
    seeds: of each variant.

  Returns:
    The runs, those that are over among them.
  """
  return [
    Run(each.name, seed, os.path.join(_folder(workdir, each.name), str(seed)))
    for seed in range(seeds)
    for each in study.variants
  ]


def prepare(study: Study, run: Run) -> None:
  """Makes the folder of a run, with its configuration.

  Raises:
    ValueError: there is one, of another experiment.
    OSError: it cannot be written.
  """
  config_file.save(run.folder, config_of(study, run))


def config_of(study: Study, run: Run) -> experiment.Config:
  """The experiment of a run."""
  values = experiment.to_dict(study.config)
  (changes,) = (v.changes for v in study.variants if v.name == run.variant)
  for name, value in changes.items():
    section, _, field = name.rpartition('.')
    (values[section] if section else values)[field] = value
  values['seed'] += run.seed
  values['training'].update(frames=study.settings.frames, minutes=0.0)
  return experiment.from_dict(values)


def describe(each: Variant) -> str:
  """The settings of a variant, as people write them."""
  return ', '.join(f'{k}={v}' for k, v in each.changes.items())


def _folder(workdir: str, name: str) -> str:
  return os.path.join(workdir, _RUNS, _slug(name))


def _slug(name: str) -> str:
  """A name as that of a folder, whatever the file system."""
  return re.sub(r'[^a-z0-9.]+', '_', name.lower()).strip('_.')[:100]


def _seeds(folder: str) -> Iterator[int]:
  names = os.listdir(folder)
  yield from sorted(int(name) for name in names if name.isdecimal())


def _frozen(value: Any) -> Any:
  """Sequences as configurations have them."""
  return tuple(value) if isinstance(value, list) else value


def _write(path: str, values: Mapping[str, Any]) -> None:
  files.replace(path, (json.dumps(values, indent=2) + '\n').encode())


def _read(path: str) -> dict[str, Any]:
  with open(path, 'rb') as file:
    data = file.read()
  try:
    values = json.loads(data)
    if not isinstance(values, dict):
      raise ValueError('it must hold an object in braces')
  except ValueError as error:
    raise ValueError(
      f'{path} is damaged: {messages.one_line(error)}. Put a copy of it back.'
    ) from None
  return values
