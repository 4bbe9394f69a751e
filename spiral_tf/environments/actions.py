"""Checks that an action is what an environment's specification says."""

from collections.abc import Mapping
import operator

from spiral_tf import types


def checked(
  action: types.Action, num_values: Mapping[str, int]
) -> dict[str, int]:
  """The components of an action as Python integers.

  Args:
    action: an integer for each component.
    num_values: for each component, the number of its values.

  Returns:
    The values, in the order of `num_values`.

  Raises:
    ValueError: a component is missing, unknown, not an integer or out of
      range.
  """
  values = {}
  for name, number in num_values.items():
    try:
      value = operator.index(action[name])
    except KeyError:
      raise ValueError(
        f'action has no component {name!r}; it must have '
        f'{", ".join(num_values)}.'
      ) from None
    except TypeError:
      raise ValueError(
        f'action component {name!r} is {action[name]!r}, but it must be an '
        f'integer from 0 to {number - 1}.'
      ) from None
    if not 0 <= value < number:
      raise ValueError(
        f'action component {name!r} is {value}, but it must be an integer '
        f'from 0 to {number - 1}.'
      )
    values[name] = value
  if len(action) != len(values):
    unknown = sorted(set(action) - set(values))
    raise ValueError(
      f'action has unknown components {", ".join(map(repr, unknown))}; it '
      f'must have {", ".join(values)}.'
    )
  return values
