"""What in a folder is a run's own. Nothing else there is removed or used."""

import os
import re

from spiral_tf import node_kinds

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
# What nodes write, by names that are hardly anybody else's. TensorBoard's files
# have names of their own at each start, so they do no harm.
_FOLDERS = (
  *('checkpoints', 'logs', 'members', 'metrics', 'population', 'samples'),
)
_WRITTEN = re.compile(
  rf'checkpoints/({_KINDS})/.+|metrics/({_KINDS})\.jsonl|samples/\d{{10}}\.png'
  r'|population/(state.*\.json|lineage\.jsonl|.*\.npz)|members/\d+/config\.json'
  rf'|logs/{_NODE.pattern}'
)


def is_node(name: str) -> bool:
  """Whether a run, or a population, may have a node of that name."""
  return _NODE.fullmatch(name) is not None


def check(workdir: str) -> None:
  """Refuses to take what is in a folder that is no run for a run's.

  Args:
    workdir: the folder, which need not be there.

  Raises:
    ValueError: it has what a run would go on with, or remove, but no config.
  """
  config = os.path.join(workdir, 'config.json')
  if os.path.lexists(config):
    return
  for top in _FOLDERS:
    for where, _, names in os.walk(os.path.join(workdir, top)):
      for name in sorted(names):
        path = os.path.join(where, name)
        if _WRITTEN.fullmatch(os.path.relpath(path, workdir)):
          raise ValueError(
            f'{path} is there, but no {config} that says which experiment it '
            'is of. If this is the folder of a run, put its config.json back; '
            'else take another --workdir.'
          )
