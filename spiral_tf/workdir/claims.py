"""Who may write into a folder of a run: whoever was started last.

Machines that are taken for lost may only have lost the network. A learner there
trains on beside the one that was started in its place, and must not replace
what that one saves. So each start writes a token of its own into the folder,
and whoever finds another there may not write any more. No clock is asked, and
no lock, which a lost machine would hold.
"""

import os
import re
import socket
import uuid

from spiral_tf import exit_codes
from spiral_tf import files

_NAME = 'owner'
_TOKEN = re.compile('[0-9a-f]{32}')


class SupersededError(RuntimeError):
  """Another process was started in the place of this one.

  Attributes:
    exit_code: of the node that raises it: it must not come back.
  """

  exit_code = exit_codes.SUPERSEDED


class Claim:
  """The right to write into a folder, until somebody else claims it.

  Attributes:
    token: 32 hexadecimal digits, which no other claim has.
  """

  def __init__(self, folder: str):
    """Takes the right from whoever has it.

    Args:
      folder: to write into; made if there is none.

    Raises:
      OSError: nothing can be written there.
    """
    os.makedirs(folder, exist_ok=True)
    self.token = uuid.uuid4().hex
    self._folder = folder
    self._path = os.path.join(folder, _NAME)
    self._write()

  def check(self) -> None:
    """Makes sure that nobody claimed the folder since; call it before writing.

    Raises:
      SupersededError: somebody did.
    """
    try:
      with open(self._path, 'rb') as file:
        text = file.read(1024).decode(errors='replace')
    except FileNotFoundError:
      text = ''
    owner, _, process = text.partition(' ')
    if owner == self.token:
      return
    if _TOKEN.fullmatch(owner) and process.endswith('\n'):
      raise SupersededError(
        f'{self._folder} belongs to {process.strip()} now, which was started '
        'later, so this process saves nothing any more and ends. If both were '
        'started by hand, take another --workdir for one of them.'
      )
    self._write()  # The file is damaged, or somebody removed it.

  def _write(self) -> None:
    text = f'{self.token} process {os.getpid()} on {socket.gethostname()}\n'
    # In its place: over a network, the old file of a name is seen for long.
    with open(self._path, 'wb') as file:
      file.write(text.encode())
      file.flush()
      os.fsync(file.fileno())
    files.sync(self._folder)
