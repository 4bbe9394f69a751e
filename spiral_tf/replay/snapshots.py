"""Checkpoints of a replay server, in numbered folders with checksums.

Reverb names checkpoints by local time, keeps the greatest name, and notices few
kinds of damage. So each server gets a folder of its own to write into, and what
it wrote is moved out of it at once, under a number. Whoever saves reserves the
number before it asks the server: then a higher number is of a later state, in
whichever order two that save come to their end.
"""

from collections.abc import Callable
from collections.abc import Iterable
import json
import os
import re
import shutil
from typing import NamedTuple
import uuid
import zlib

from spiral_tf import files
from spiral_tf.config import experiment

_NUMBER = re.compile(r'\d{8}')
_SAVING = re.compile(r'(\d{8})\.saving')
_SERVER = re.compile(r'server-[0-9a-f]{32}')
# Reverb's own names, under which earlier versions kept them.
_TIME = re.compile(r'\d{4}-\d\d-\d\d.*')
_SUMS = 'sums.json'
# How often a server is asked again that deleted what it had just written: it
# does so when its clock was set back, or when it is asked twice at a time.
_TRIES = 3
# Snapshots that are kept: the newest, and one in case it is damaged.
_KEPT = 2


class Newest(NamedTuple):
  """The newest snapshot that is sound.

  Attributes:
    path: its folder, None if there is none.
    damaged: of each newer one that is not, a line that says so.
  """

  path: str | None
  damaged: list[str]


def folder(config: experiment.Config, workdir: str) -> str:
  """Where the snapshots of a run lie.

  A snapshot brings the settings of its tables along, so it is of use to a run
  with the same ones only. They are the folder's name.

  Args:
    config: the experiment.
    workdir: folder of the run.
  """
  settings = (
    config.policy_learner.batch_size,
    config.discriminator_learner.batch_size,
    config.discriminator_learner.replay_batches,
    config.discriminator_learner.updates_per_policy_update,
    config.training.environments_per_actor,
  )
  name = '-'.join(str(setting) for setting in settings)
  return os.path.join(workdir, 'checkpoints', 'replay', name)


def prepare(where: str) -> str:
  """Makes the folder of a server that starts, and removes what others left.

  Those are snapshots that were never finished, and such of other settings.

  Args:
    where: from `folder`.

  Returns:
    A folder for the server to write into, which is not there yet.
  """
  os.makedirs(where, exist_ok=True)
  above, own = os.path.split(where)
  for other in os.listdir(above):
    # Only what was made here, and not where a link leads.
    is_ours = re.fullmatch(r'[\d.]+(-[\d.]+)+', other)
    if other != own and is_ours and not os.path.islink(above):
      shutil.rmtree(os.path.join(above, other))
  for name in os.listdir(where):
    if _SAVING.fullmatch(name) or _SERVER.fullmatch(name):
      shutil.rmtree(os.path.join(where, name), ignore_errors=True)
  return os.path.join(where, f'server-{uuid.uuid4().hex}')


def newest(where: str) -> Newest:
  """Finds the newest sound snapshot; unlike weights, it can be done without.

  Args:
    where: from `folder`; it need not be there.

  Returns:
    It, and which newer ones are not sound.

  Raises:
    OSError: a file cannot be read, which does not mean that it is damaged.
  """
  names = sorted(_names(where), reverse=True)
  numbered = [name for name in names if _NUMBER.fullmatch(name)]
  faults = []
  for name in numbered:
    path = os.path.join(where, name)
    fault = _fault(path)
    if fault is None:
      return Newest(
        path, [f'{text} {path} is used instead.' for text in faults]
      )
    faults.append(f"Replay's checkpoint {path} is damaged: {fault}.")
  # These have no checksums; what is wrong with one, the server will say.
  old = [name for name in names if _TIME.fullmatch(name)]
  if old and not numbered:
    return Newest(os.path.join(where, old[0]), [])
  return Newest(None, [f'{text} Replay starts empty.' for text in faults])


def take(
  where: str,
  checkpoint: Callable[[], str],
  check: Callable[[], None],
  keep: int = _KEPT,
) -> str | None:
  """Lets a server write a checkpoint, and keeps it as the newest snapshot.

  Args:
    where: from `folder`.
    checkpoint: asks the server; returns the path of what it wrote.
    check: called right before it counts; what it raises is raised, and then
      nothing has been kept.
    keep: how many snapshots there may be then, this one among them.

  Returns:
    Its folder; None if there is one of a later state already.

  Raises:
    RuntimeError: the server does not keep what it writes.
    OSError: it could not be written.
  """
  saving = _reserve(where)
  try:
    _fetch(checkpoint, saving)
    sums = {name: _sum(os.path.join(saving, name)) for name in _names(saving)}
    for name in sums:
      files.sync(os.path.join(saving, name))
    files.replace(os.path.join(saving, _SUMS), json.dumps(sums).encode())
    check()
    path = saving.removesuffix('.saving')
    if max(_numbers(where, [_NUMBER]), default=-1) > int(path[-8:]):
      return None
    os.rename(saving, path)
    files.sync(where)
  finally:
    shutil.rmtree(saving, ignore_errors=True)
  kept = sorted(_numbers(where, [_NUMBER]))[-keep:]
  for name in _names(where):
    is_old = _NUMBER.fullmatch(name) and int(name) < kept[0]
    if is_old or _TIME.fullmatch(name):
      shutil.rmtree(os.path.join(where, name), ignore_errors=True)
  return path


def _reserve(where: str) -> str:
  """Makes a folder whose number is higher than all others'."""
  os.makedirs(where, exist_ok=True)
  while True:
    number = 1 + max(_numbers(where, [_NUMBER, _SAVING]), default=0)
    saving = os.path.join(where, f'{number:08d}.saving')
    try:
      os.mkdir(saving)
    except FileExistsError:  # Somebody else was faster.
      continue
    return saving


def _fetch(checkpoint: Callable[[], str], saving: str) -> None:
  """Lets a server write, and moves that to the empty folder `saving`."""
  for _ in range(_TRIES):
    written = checkpoint()
    try:
      os.rename(written, saving)
    except FileNotFoundError:
      continue
    return
  raise RuntimeError(
    f'The replay server wrote {written}, which is not there. Its clock may be '
    'set back again and again, or the folder not be shared with its machine.'
  )


def _names(where: str) -> list[str]:
  try:
    return os.listdir(where)
  except FileNotFoundError:
    return []


def _numbers(where: str, patterns: Iterable[re.Pattern]) -> list[int]:
  names = _names(where)
  return [int(n[:8]) for n in names if any(p.fullmatch(n) for p in patterns)]


def _sum(path: str) -> list[int]:
  """Size and checksum of a file."""
  size, total = 0, 0
  with open(path, 'rb') as file:
    while block := file.read(1 << 20):
      size, total = size + len(block), zlib.crc32(block, total)
  return [size, total]


def _fault(path: str) -> str | None:
  """Says what is wrong with a snapshot, in a few words; None if it is sound."""
  try:
    with open(os.path.join(path, _SUMS), 'rb') as file:
      sums = json.load(file)
    for name, expected in sums.items():
      if _sum(os.path.join(path, name)) != expected:
        return f'the checksum of {os.path.join(path, name)} differs'
  except (FileNotFoundError, IsADirectoryError) as error:
    return f'{error.filename} is missing'
  except (ValueError, AttributeError):
    return f'{os.path.join(path, _SUMS)} cannot be read'
  return None
