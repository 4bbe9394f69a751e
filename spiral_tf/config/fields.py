"""Checked, documented dataclasses, as nested dictionaries and back."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import difflib
import operator
import typing
from typing import Any, NamedTuple

import ml_collections


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


def field(default: Any, doc: str, *rules: Rule) -> Any:
  """Makes a dataclass field that knows what it means and what it may be.

  Args:
    default: its value if none is given.
    doc: what it means, for `--help`.
    *rules: what its value must satisfy, checked in this order.

  Returns:
    The field, for the body of a `Section`.
  """
  return dataclasses.field(
    default=default, metadata={'doc': doc, 'rules': rules}
  )


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
    raise ValueError(
      f'config.{name} is {value!r}, but {rule}. '
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
    return float(value)
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
