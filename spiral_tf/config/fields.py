"""Checked, documented dataclasses, as nested dictionaries and back."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import difflib
import operator
import typing
from typing import Any, NamedTuple

import ml_collections

_LONGEST = 200  # Characters of a value in a message.


class Rule(NamedTuple):
  """What a value must satisfy.

  Attributes:
    holds: whether a value does.
    words: the same in words, such as "it must be above 0".
  """

  holds: Callable[[Any], bool]
  words: str


def _bound(compare: Callable[[Any, Any], bool], words: str):
  """Rules that compare a number with a bound."""
  return lambda bound: Rule(lambda v: compare(v, bound), f'{words} {bound}')


at_least = _bound(operator.ge, 'it must be at least')
above = _bound(operator.gt, 'it must be above')
at_most = _bound(operator.le, 'it must be at most')
below = _bound(operator.lt, 'it must be below')


def one_of(*choices: str) -> Rule:
  """Makes the rule that a text is one of `choices`."""
  words = ' or '.join(f'"{choice}"' for choice in choices)
  return Rule(choices.__contains__, f'it must be {words}')


SOME_ABOVE_0 = Rule(
  lambda values: bool(values) and all(value > 0 for value in values),
  'it must hold at least one number, and each must be above 0',
)


class Resume(NamedTuple):
  """Whether a run that goes on may do so with another value of a field.

  Attributes:
    allowed: whether it may.
    words: why, in words that follow "now it is 3, ".
  """

  allowed: bool
  words: str


def _decided(allowed: bool, words: str) -> Callable[..., Any]:
  """Makes the fields of one `Resume`."""
  resume = Resume(allowed, words)

  def field(default: Any, doc: str, *rules: Rule) -> Any:
    """Makes a dataclass field that knows what it means and what it may be.

    Args:
      default: its value if none is given.
      doc: what it means, for `--help`.
      *rules: what its value must satisfy, checked in this order.

    Returns:
      The field, for the body of a `Section`.
    """
    metadata = {'doc': doc, 'rules': rules, 'resume': resume}
    return dataclasses.field(default=default, metadata=metadata)

  return field


# There is no other way to make a field: whoever adds one decides by which of
# these what it is to a run that goes on.
free = _decided(True, 'and nothing that was learned depends on it')
learning = _decided(True, 'so it goes on learning in another way')
network = _decided(False, 'which its checkpoints do not fit')
task = _decided(False, 'which is another task than its agent has learned')
figures = _decided(
  False, 'by which what it has counted and measured so far would be wrong'
)
start = _decided(False, 'which only the start of a run heeds')


def check(condition: bool, name: str, value: Any, rule: str) -> None:
  """Raises an error that names a field, its value and the rule it breaks.

  Args:
    condition: whether all is well.
    name: the field, with the path of its section, such as `data.path`.
    value: what the field is.
    rule: what it must be, in words that follow "but".

  Raises:
    ValueError: the condition does not hold.
  """
  if not condition:
    text = repr(value)
    if len(text) > _LONGEST:
      text = text[:_LONGEST] + '...'
    raise ValueError(
      f'config.{name} is {text}, but {rule}. '
      f'Set it with --config.{name}=... or in the config file.'
    )


class Section:
  """A dataclass whose fields are checked when it is made."""

  _PATH = ''  # What comes before its fields' names in messages: 'data.'.

  def __post_init__(self):
    for field in dataclasses.fields(self):
      value = getattr(self, field.name)
      for rule in field.metadata['rules']:
        check(rule.holds(value), self._PATH + field.name, value, rule.words)


def build(cls: Any, values: Mapping[str, Any], where: str = '') -> Any:
  """Builds a `cls` from nested mappings, as `to_dict` makes them.

  Args:
    cls: dataclass to build.
    values: nested mappings; fields that are missing keep their defaults.
    where: path of the section, for error messages.

  Returns:
    A `cls`.

  Raises:
    ValueError: a field is unknown, of the wrong type or out of range.
  """
  types = typing.get_type_hints(cls)
  kwargs = {}
  for name, value in values.items():
    path = where + name
    if name not in types:
      close = difflib.get_close_matches(name, types, n=1)
      hint = f' Did you mean "{where}{close[0]}"?' if close else ''
      raise ValueError(f'config has no field "{path}".{hint}')
    kwargs[name] = _convert(value, types[name], path)
  return cls(**kwargs)


def _convert(value: Any, wanted: Any, path: str) -> Any:
  """`value` as a `wanted`, or a ValueError that names the field."""
  if dataclasses.is_dataclass(wanted):
    is_mapping = isinstance(value, (Mapping, ml_collections.ConfigDict))
    check(is_mapping, path, value, 'it must be a section of fields')
    return build(wanted, value, path + '.')
  if typing.get_origin(wanted) is tuple:
    check(
      isinstance(value, (list, tuple)), path, value, 'it must be a sequence'
    )
    item = typing.get_args(wanted)[0]
    return tuple(_convert(v, item, path) for v in value)
  if wanted is float and type(value) is int:
    try:
      return float(value)
    except OverflowError:
      check(False, path, value, 'it must be a number that fits in a float')
  check(
    type(value) is wanted, path, value, f'it must be of type {wanted.__name__}'
  )
  return value


def describe(config: Any, where: str = '') -> list[str]:
  """Describes a configuration for `--help`.

  Args:
    config: a dataclass of `field`s and of further such dataclasses.
    where: path of the section, which comes before the names.

  Returns:
    One line a field: name, value and meaning.
  """
  lines = []
  for field in dataclasses.fields(config):
    value = getattr(config, field.name)
    if dataclasses.is_dataclass(value):
      lines += describe(value, where + field.name + '.')
    else:
      doc = field.metadata['doc']
      lines.append(f'{where}{field.name}={value!r}: {doc}')
  return lines


def resumes(config: Any, where: str = '') -> dict[str, Resume]:
  """What each field is to a run that goes on, by the names of their flags.

  Args:
    config: as of `describe`.
    where: as of `describe`.
  """
  found = {}
  for field in dataclasses.fields(config):
    value = getattr(config, field.name)
    if dataclasses.is_dataclass(value):
      found.update(resumes(value, where + field.name + '.'))
    else:
      found[where + field.name] = field.metadata['resume']
  return found
