"""Nodes on the machines of a Slurm job that the launcher itself runs in.

For each node, a step of the job (`srun`) holds its place, and there starts,
watches and stops an ordinary process (`engines.node_process`). A machine
that is not heard of for half a minute is taken for lost. That needs a job that
outlives it: `sbatch --no-kill`. When the launcher's own machine is lost, the
job ends, and `sbatch --requeue` starts it again.

Python, the project and folders that the config names are on a file system that
all machines share.
"""

import base64
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import time
from typing import NamedTuple

from launch.runtime import printing
from launch.runtime.engines import engine
from launch.runtime.engines import ports
from launch.runtime.engines import slurm_job
from launch.runtime.engines import slurm_keeper
from launch.runtime.engines import slurm_spread
from launch.runtime.engines import slurm_step

_WATCH_SECONDS = 0.05
_CLOSE_SECONDS = 10.0
# How long a machine may be silent before it is taken for lost.
_LOST_SECONDS = slurm_keeper.SILENCE_SECONDS + 10.0
# When a machine is lost, other keepers on it that have been silent for so long
# are taken for lost with it.
_QUIET_SECONDS = 2 * slurm_keeper.ALIVE_SECONDS


class _Place(NamedTuple):
  """Where a node runs."""

  step: slurm_step.Step
  share: slurm_spread.Share


class SlurmEngine(engine.Engine):
  """Starts processes on the machines of a job."""

  def __init__(self, place_seconds: float = 30.0):
    """Looks what the job has.

    Args:
      place_seconds: how long to wait for a place for yet another node.

    Raises:
      RuntimeError: there is no job, or a machine of it does not answer.
    """
    self._job = slurm_job.job_id()
    self._hosts = slurm_job.hosts()
    self._place_seconds = place_seconds
    self._places: dict[str, _Place] = {}
    self._runs: dict[str, int] = {}  # Name of a node to the number of its run.
    self._suspects: set[str] = set()  # Machines on which a step was lost.
    self._ending: list[slurm_step.Step] = []  # Told to end, not gone yet.
    self._ports = ports.Ports()
    self._number = 0

  def place(self, nodes: Mapping[str, engine.Resources]) -> None:
    """See `Engine.place`.

    After the loss of a machine, CPUs are shared: a job does not grow.
    """
    for name in nodes:
      self._leave(name)
    shares = slurm_spread.spread(
      self._job,
      nodes,
      self._hosts,
      [place.share for place in self._places.values()],
      self._suspects,
    )
    for name, share in shares.items():
      self._places[name] = _Place(slurm_step.Step(name, share.host), share)
    opening = set(nodes)
    deadline = time.monotonic() + self._place_seconds
    while opening:
      self._pump()
      for name in sorted(opening):
        step = self._places[name].step
        if step.is_open:
          opening.remove(name)
          self._suspects.discard(step.host)
          deadline = time.monotonic() + self._place_seconds
        elif step.has_ended or time.monotonic() > deadline:
          self._suspects.add(step.host)
          for other in nodes:
            self._leave(other)
          step.kill()
          raise RuntimeError(
            f'{name}: no step of Slurm job {self._job} starts on {step.host} '
            f'in {self._place_seconds:.0f} s. srun says: {step.words()}'
          )

  def endpoints(self, names: Sequence[str]) -> dict[str, str]:
    """See `Engine.endpoints`."""
    engine.check_placed(names, self._places)
    asked: dict[str, int] = {}  # Name to the port last asked about.
    endpoints: dict[str, str] = {}
    deadline = time.monotonic() + self._place_seconds
    while len(endpoints) < len(names):
      for name in set(names) - set(endpoints):
        step = self._places[name].step
        free = step.free.pop(asked.get(name), None)
        if free:
          endpoints[name] = f'{step.host}:{asked[name]}'
        elif free is not None or name not in asked:
          asked[name] = self._ports.new(step.host)
          step.send(do='probe', port=asked[name])
      self._pump()
      lost = self._lost(names)
      if time.monotonic() > deadline:
        lost = sorted(set(names) - set(endpoints))
      if lost:
        for name in lost:
          self._lose(name)
        raise engine.LostError(lost)
    return endpoints

  def start(self, task: engine.Task) -> None:
    """See `Engine.start`. What can't be seen yet, `poll` reports."""
    engine.check_placed([task.name], self._places)
    self._number += 1
    self._runs[task.name] = self._number
    place = self._places[task.name]
    place.step.send(
      do='start',
      number=self._number,
      job=base64.b64encode(task.job).decode(),
      # What a node does not ask for, TensorFlow must not take.
      env={**task.env, 'CUDA_VISIBLE_DEVICES': ','.join(place.share.gpus)},
      log=task.log,
    )

  def poll(self) -> list[engine.Ended]:
    """See `Engine.poll`."""
    self._pump(0)
    ended = []
    for name, number in list(self._runs.items()):
      code = self._places[name].step.codes.pop(number, None)
      if code is not None:
        del self._runs[name]
        ended.append(engine.Ended(name, code))
    for name in self._lost(self._places):
      self._lose(name)
      ended.append(engine.Ended(name, None))
    self._ending = [step for step in self._ending if not step.is_gone]
    return ended

  def stop(self, name: str, kill: bool = False) -> None:
    """See `Engine.stop`."""
    if name in self._runs:
      self._places[name].step.send(
        do='stop', number=self._runs[name], kill=kill
      )

  def close(self) -> None:
    """See `Engine.close`."""
    for name in list(self._places):
      self._leave(name)
    deadline = time.monotonic() + _CLOSE_SECONDS
    while self._ending and time.monotonic() < deadline:
      time.sleep(_WATCH_SECONDS)
      self._ending = [step for step in self._ending if not step.is_gone]
    for step in self._ending:
      step.kill()

  def _pump(self, seconds: float = _WATCH_SECONDS) -> None:
    """Keeps up with all keepers, which end if they hear nothing for long."""
    time.sleep(seconds)
    for place in self._places.values():
      place.step.pump()

  def _lost(self, names: Collection[str]) -> list[str]:
    """Which of some nodes' places are gone."""
    steps = {name: place.step for name, place in self._places.items()}
    down = {
      step.host for step in steps.values() if step.silence > _LOST_SECONDS
    }
    return [
      name
      for name in sorted(names)
      if steps[name].has_ended
      or (steps[name].host in down and steps[name].silence > _QUIET_SECONDS)
    ]

  def _lose(self, name: str) -> None:
    """Gives up a place whose step was not to end."""
    step = self._places[name].step
    self._suspects.add(step.host)
    if step.words():
      printing.say(
        f'{name}: lost its step on {step.host}. srun says: {step.words()}'
      )
    self._leave(name)
    step.kill()  # If its machine is gone, it would stay.

  def _leave(self, name: str) -> None:
    """Gives a node's place back, if it has one."""
    self._runs.pop(name, None)
    place = self._places.pop(name, None)
    if place:
      place.step.leave()
      self._ending.append(place.step)
