"""What a study keeps in its folder, and whether it can go on from there.

`study.json` has what all runs have in common, and `runs/<variant>/` a folder
for each seed, beside `variant.json`. What is there is all that there is: to
take a variant out of a study, remove its folder.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import os
import re
from typing import Any, NamedTuple

from spiral_tf import files
from spiral_tf import messages
from spiral_tf.config import experiment
from spiral_tf.studies import variant as variant_lib
from spiral_tf.workdir import config_file

# What a study does not look at: where data are, and how several processes go.
FREE = re.compile(r'data\.(path|cache)|training\..*|resources\..*')
# Why what all runs have in common stays as it is.
_REASONS = {
  'frames': 'rates that fall over the whole training would fall otherwise',
  'evaluate_every': 'curves would have other points',
  'images': 'errors would be of other images',
}
_STUDY = 'study.json'
_VARIANT = 'variant.json'
_RUNS = 'runs'


class Settings(NamedTuple):
  """What all runs have in common, beside the experiment.

  Attributes:
    frames: environment steps of each.
    evaluate_every: frames between measurements.
    images: held-out images, or drawings, that each is measured by.
  """

  frames: int
  evaluate_every: int
  images: int


class Run(NamedTuple):
  """One run.

  Attributes:
    variant: the name of its variant.
    seed: counted from 0.
    folder: of it.
  """

  variant: str
  seed: int
  folder: str


class Study(NamedTuple):
  """A study as its folder has it.

  Attributes:
    folder: of it.
    config: the experiment as it is.
    settings: of all runs.
    variants: `variant.BASE`, and others.
    runs: that have begun, variant by variant.
  """

  folder: str
  config: experiment.Config
  settings: Settings
  variants: Sequence[variant_lib.Variant]
  runs: Sequence[Run]

  @property
  def name(self) -> str:
    """The folder's."""
    return os.path.basename(os.path.abspath(self.folder))


def exists(folder: str) -> bool:
  """Whether there is a study in a folder."""
  return os.path.lexists(os.path.join(folder, _STUDY))


def check(
  folder: str,
  config: experiment.Config,
  settings: Settings,
  variants: Sequence[variant_lib.Variant],
) -> None:
  """Checks that the study in a folder, if there is one, can go on so.

  Args:
    folder: of the study.
    config: the experiment as it is.
    settings: of all runs.
    variants: that there are to be, without `variant.BASE`.

  Raises:
    ValueError: it cannot, for its runs could not be compared; or a file of it
      is damaged.
    OSError: it cannot be read.
  """
  if not exists(folder):
    return
  old = read(folder)
  before = experiment.flat(old.config)
  for name, value in experiment.flat(config).items():
    if value != before[name] and not FREE.fullmatch(name):
      raise ValueError(
        f'The study in {folder} has config.{name}={before[name]!r}, now it is '
        f'{value!r}, and its runs could not be compared with those that are '
        f'there. Make it a --variant, take another --workdir, or go on with '
        f'--config.{name}={before[name]!r}.'
      )
  for name, value in settings._asdict().items():
    there = getattr(old.settings, name)
    if value != there:
      raise ValueError(
        f'The study in {folder} has --{name}={there}, now it is {value}: '
        f'{_REASONS[name]}. Take another --workdir, or go on with '
        f'--{name}={there}.'
      )
  known = {each.name: each for each in old.variants}
  for each in variants:
    same = known.get(each.name, each)
    if each.changes != same.changes:
      raise ValueError(
        f'The study in {folder} has a variant {each.name!r} already, with '
        f'{same.words}; now it has {each.words}. Give it another name, or '
        f'remove {_folder(folder, same)}.'
      )
  known.update((each.name, each) for each in variants)
  known.pop(variant_lib.BASE.name, None)
  variant_lib.check_distinct(list(known.values()))


def begin(
  folder: str,
  config: experiment.Config,
  settings: Settings,
  variants: Sequence[variant_lib.Variant],
) -> Study:
  """Makes the folder of a study, or adds variants to the one that is there.

  Args:
    folder: see `check`.
    config: see `check`.
    settings: see `check`.
    variants: see `check`; those that are not there yet are added.

  Returns:
    The study, with what was there before.

  Raises:
    ValueError: see `check`.
    OSError: it cannot be read or written.
  """
  check(folder, config, settings, variants)
  there = list(read(folder).variants) if exists(folder) else []
  known = {each.name for each in there}
  wanted = [variant_lib.BASE, *variants]
  everything = there + [each for each in wanted if each.name not in known]
  os.makedirs(os.path.join(folder, _RUNS), exist_ok=True)
  # Anew, for data may have moved.
  values = {'config': experiment.to_dict(config), **settings._asdict()}
  _write(os.path.join(folder, _STUDY), values)
  for order, each in enumerate(everything):
    os.makedirs(_folder(folder, each), exist_ok=True)
    path = os.path.join(_folder(folder, each), _VARIANT)
    _write(path, {'order': order, **each._asdict()})
  return read(folder)


def read(folder: str) -> Study:
  """Reads a study.

  Args:
    folder: of it.

  Returns:
    What is there.

  Raises:
    OSError: it cannot be read.
    ValueError: a file of it is damaged.
  """
  if not exists(folder):
    raise FileNotFoundError(
      f'{os.path.join(folder, _STUDY)} does not exist, so {folder!r} is not '
      'the folder of a study. Begin one there: python -m launch.study '
      f'--workdir={folder}'
    )
  config, settings = _read(os.path.join(folder, _STUDY), _parse_study)
  runs = os.path.join(folder, _RUNS)
  paths = [
    os.path.join(runs, name, _VARIANT)
    for name in sorted(os.listdir(runs) if os.path.isdir(runs) else ())
  ]
  found = [
    _read(path, _parse_variant) for path in paths if os.path.exists(path)
  ]
  variants = [each for _, each in sorted(found, key=lambda pair: pair[0])]
  return Study(
    folder,
    config,
    settings,
    variants,
    [
      _run(folder, each, int(name))
      for each in variants
      for name in sorted(os.listdir(_folder(folder, each)))
      if name.isdecimal()
    ],
  )


def order(study: Study, seeds: int) -> list[Run]:
  """Lists the runs of a study in the order to make them.

  All variants have one seed before any has two, so that whatever is there
  compares all of them.

  Args:
    study: with the variants.
    seeds: of each.

  Returns:
    The runs, those that are over among them.
  """
  return [
    _run(study.folder, each, seed)
    for seed in range(seeds)
    for each in study.variants
  ]


def experiment_of(study: Study, run: Run) -> experiment.Config:
  """The experiment of a run, with its seed and as long as the study says."""
  (each,) = (x for x in study.variants if x.name == run.variant)
  values = experiment.to_dict(variant_lib.apply(study.config, each))
  values['seed'] += run.seed
  values['training'].update(frames=study.settings.frames, minutes=0.0)
  return experiment.from_dict(values)


def prepare(study: Study, run: Run) -> None:
  """Makes the folder of a run, with its configuration.

  Raises:
    ValueError: there is one, of another experiment.
    OSError: it cannot be written.
  """
  config_file.save(run.folder, experiment_of(study, run))


def _folder(folder: str, each: variant_lib.Variant) -> str:
  return os.path.join(folder, _RUNS, each.folder)


def _run(folder: str, each: variant_lib.Variant, seed: int) -> Run:
  return Run(each.name, seed, os.path.join(_folder(folder, each), str(seed)))


def _write(path: str, values: Mapping[str, Any]) -> None:
  files.replace(path, (json.dumps(values, indent=2) + '\n').encode())


def _read(path: str, parse) -> Any:
  """Reads a file of JSON; says which it is that cannot be read."""
  with open(path, 'rb') as file:
    data = file.read()
  try:
    return parse(json.loads(data))
  except (ValueError, TypeError, LookupError, AttributeError) as error:
    raise ValueError(
      f'{path} is damaged: {messages.one_line(error)}. Put a copy of it back, '
      'or take another --workdir.'
    ) from None


def _parse_study(values: Any) -> tuple[experiment.Config, Settings]:
  config = experiment.from_dict(values['config'])
  return config, Settings(*(int(values[x]) for x in Settings._fields))


def _parse_variant(values: Any) -> tuple[int, variant_lib.Variant]:
  changes = {
    name: tuple(value) if isinstance(value, list) else value
    for name, value in values['changes'].items()
  }
  return int(values['order']), variant_lib.Variant(str(values['name']), changes)
