"""The agents that come with the repository, in its folder models/."""

import glob
import os

# Models to take when none is named. The one that is best for any image comes
# first.
_BEST = ('photos_small', 'omniglot_conditional_small')


def best() -> str:
  """Finds the agent that is taken when none is named.

  Returns:
    Folder of its model.

  Raises:
    ValueError: there is none.
  """
  return named(*_BEST)


def named(*names: str) -> str:
  """Finds an agent by the name of its folder.

  Args:
    *names: such as "photos_small"; the first that is there is taken.

  Returns:
    Folder of its model.

  Raises:
    ValueError: there is none.
  """
  for path in (os.path.join(f, name) for f in _folders() for name in names):
    if os.path.isdir(path):
      return path
  raise _missing()


def every() -> list[str]:
  """Finds all agents.

  Returns:
    Folders of their models, sorted by name.

  Raises:
    ValueError: there are none.
  """
  for folder in _folders():
    pattern = os.path.join(glob.escape(folder), '*', '')
    if models := sorted(glob.glob(pattern)):
      return models
  raise _missing()


def _folders() -> list[str]:
  """Where models/ may be: here, or beside the commands."""
  root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  return ['models', os.path.join(root, 'models')]


def _missing() -> ValueError:
  return ValueError(
    'there is no models/ here with the agents of the repository, so name one: '
    '--model=FOLDER.'
  )
