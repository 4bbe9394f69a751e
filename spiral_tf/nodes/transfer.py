"""Variables as bytes and back, for a member of a population to copy another.

NumPy's format of arrays without pickled objects, so that reading runs no code.
"""

from collections.abc import Sequence
import io

import numpy as np
import tensorflow as tf


def pack(variables: Sequence[tf.Variable]) -> bytes:
  """The values of variables, in order."""
  file = io.BytesIO()
  np.savez(file, *(variable.numpy() for variable in variables))
  return file.getvalue()


def unpack(packed: bytes, variables: Sequence[tf.Variable]) -> None:
  """Assigns what `pack` made of the like of `variables`.

  Args:
    packed: what `pack` returned.
    variables: as many, of the same shapes and dtypes, in the same order.

  Raises:
    ValueError: they are not; nothing was assigned.
  """
  with np.load(io.BytesIO(packed), allow_pickle=False) as file:
    values = [file[name] for name in file.files]
  if len(values) != len(variables):
    raise ValueError(
      f'There are {len(values)} arrays for {len(variables)} variables. Copy '
      'only between members with the same networks.'
    )
  for variable, value in zip(variables, values):
    if variable.shape != value.shape or variable.dtype != value.dtype:
      raise ValueError(
        f'An array of {value.dtype}{list(value.shape)} does not fit the '
        f'variable {variable.name}, {variable.dtype.name}'
        f'{list(variable.shape)}. Copy only between members with the same '
        'networks.'
      )
  for variable, value in zip(variables, values):
    variable.assign(value)
