"""Where the results of an evaluation are: a folder of the run for each split.

They are apart so that figures of the test images never take the place of those
of the held-out images, by which settings are chosen.
"""

from collections.abc import Mapping
import json
import os
from typing import Any

from spiral_tf import files

_FOLDERS = {'validation': 'evaluation', 'test': 'evaluation_test'}
SPLITS = tuple(_FOLDERS)


def folder(workdir: str, split: str) -> str:
  """Returns the folder of an evaluation.

  Args:
    workdir: folder of the run.
    split: 'validation' or 'test', the images that the figures are of.

  Raises:
    ValueError: agents are not evaluated on that split.
  """
  if split not in _FOLDERS:
    raise ValueError(
      f'split is {split!r}, but agents are evaluated on {" or ".join(SPLITS)}.'
    )
  return os.path.join(workdir, _FOLDERS[split])


def write(path: str, result: Mapping[str, Any]) -> None:
  """Writes figures as a JSON file, whose folder is made if need be."""
  os.makedirs(os.path.dirname(path), exist_ok=True)
  files.replace(path, (json.dumps(result, indent=2) + '\n').encode())
