"""The launcher's end of a keeper on another machine (`slurm_keeper`).

Nothing here waits: an srun whose machine is gone neither reads nor ends.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from launch.runtime.engines import slurm_job
from launch.runtime.engines import slurm_keeper

_CHUNK = 2**16
# Characters of what srun said that are kept for an error message.
_MAX_SAID = 1000


class Step:
  """A step of the job that keeps the place of a node.

  Attributes:
    host: its machine.
    is_open: whether the keeper has said something.
    has_ended: whether it will say nothing more.
    free: port to whether a node can listen on it, of those asked about.
    codes: number of a run to exit code, of those that ended.
  """

  def __init__(self, name: str, host: str):
    """Starts a step, which is open once it says so.

    Args:
      name: of the node, for Slurm's own lists.
      host: machine of the job.
    """
    self.host = host
    self.is_open = False
    self.has_ended = False
    self.free: dict[int, bool] = {}
    self.codes: dict[int, int] = {}
    self._errors = tempfile.TemporaryFile()  # noqa: SIM115
    self._process = subprocess.Popen(
      [
        *slurm_job.command('--nodes=1', '--ntasks=1', f'--nodelist={host}'),
        *(f'--job-name={name}', sys.executable, slurm_keeper.__file__),
        *map(str, (slurm_keeper.SILENCE_SECONDS, slurm_keeper.ALIVE_SECONDS)),
      ],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=self._errors,
      # A terminal's Ctrl-C is for the launcher, which ends nodes in order.
      start_new_session=True,
    )
    os.set_blocking(self._process.stdin.fileno(), False)
    os.set_blocking(self._process.stdout.fileno(), False)
    self._unsent = b''
    self._unread = b''
    self._heard = self._sent = time.monotonic()

  def send(self, **request: Any) -> None:
    """Sends the keeper a request, now or with the next `pump`."""
    self._unsent += json.dumps(request).encode() + b'\n'
    self._sent = time.monotonic()
    self._write()

  def pump(self) -> None:
    """Hears what the keeper says, and says that we are here. Call it often."""
    if time.monotonic() > self._sent + slurm_keeper.ALIVE_SECONDS:
      self.send(do='nothing')
    self._write()
    for line in self._lines():
      # Slurm's prolog, or a shell's start, may print something, too.
      if not line.startswith(b'{'):
        continue
      self.is_open = True
      self._heard = time.monotonic()
      answer = json.loads(line)
      if 'port' in answer:
        self.free[answer['port']] = answer['free']
      elif 'code' in answer:
        self.codes[answer['number']] = answer['code']

  @property
  def silence(self) -> float:
    """Seconds since the keeper said something, if it ever did."""
    return time.monotonic() - self._heard if self.is_open else 0.0

  @property
  def is_gone(self) -> bool:
    """Whether its srun has ended."""
    return self._process.poll() is not None

  def words(self) -> str:
    """The last that srun, or the keeper, said of errors."""
    self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - _MAX_SAID))
    return self._errors.read().decode(errors='replace').strip()

  def leave(self) -> None:
    """Has the keeper, which ends with its input, end its node and itself."""
    self._process.stdin.close()

  def kill(self) -> None:
    """Kills srun; a keeper that still runs ends in a while, by itself."""
    self._process.kill()

  def _write(self) -> None:
    try:
      while self._unsent and not self._process.stdin.closed:
        written = os.write(self._process.stdin.fileno(), self._unsent)
        self._unsent = self._unsent[written:]
    except BlockingIOError:
      pass  # The rest is sent later.
    except BrokenPipeError:
      self._unsent = b''  # That it has ended is read.

  def _lines(self) -> list[bytes]:
    try:
      while chunk := os.read(self._process.stdout.fileno(), _CHUNK):
        self._unread += chunk
      self.has_ended = True
    except BlockingIOError:
      pass
    *lines, self._unread = self._unread.split(b'\n')
    return lines
