"""What in a folder is a run's own. Nothing else there is removed."""

import os
import re

from spiral_tf import node_kinds

_CONFIG = 'config.json'
_KINDS = '|'.join(
  (
    node_kinds.ACTOR,
    node_kinds.EVALUATOR,
    node_kinds.POLICY_LEARNER,
    node_kinds.DISCRIMINATOR_LEARNER,
    node_kinds.REPLAY,
    node_kinds.CONTROLLER,
  )
)
_NODE = re.compile(rf'(member_\d+/)?({_KINDS})/\d+')
_CHECKPOINT = re.compile(r'ckpt-\d+\.index')


def is_node(name: str) -> bool:
  """Whether a run, or a population, may have a node of that name."""
  return _NODE.fullmatch(name) is not None


def is_run(workdir: str) -> bool:
  """Whether a folder is that of a run, so that what is named so is the run's.

  Args:
    workdir: the folder, which need not be there.
  """
  return os.path.lexists(os.path.join(workdir, _CONFIG))


def strays(workdir: str) -> list[str]:
  """Looks for checkpoints in a folder that has no config.

  Args:
    workdir: the folder, which need not be there.

  Returns:
    A line about them, none if there are none.
  """
  if is_run(workdir):
    return []
  for top in ('checkpoints', 'members'):
    for where, _, names in os.walk(os.path.join(workdir, top)):
      if any(_CHECKPOINT.fullmatch(name) for name in names):
        return [
          f'{os.path.join(workdir, _CONFIG)} is missing, though there are '
          f'checkpoints in {where}: --config is taken for the one that they '
          'were made with. If it is not, stop, and put config.json back.'
        ]
  return []
