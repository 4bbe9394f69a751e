"""What tests of training on several fake machines have in common."""

import contextlib
import dataclasses
import os
import time

import psutil

from spiral_tf.config import cluster
from tests import launched
from tests import machines
from tests import patience
from tests import small

# These take minutes, as whatever is lost has to load TensorFlow again, and
# nobody's machine should be so busy without being asked.
VARIABLE = 'SPIRAL_CLUSTER_TESTS'
# Of the commands of programs of ours.
_PARTS = (
  *('launch.train', 'process_entry', 'ray::Keeper', 'slurm_keeper', 'srun '),
)


def reason(minutes, lacking):
  """Why such a test can't be run here, or None if it can.

  Args:
    minutes: that it takes, in words.
    lacking: what is not installed, and how to get it; nothing if all is.
  """
  if not os.environ.get(VARIABLE):
    return f'takes {minutes} minutes; {VARIABLE}=1 runs it'
  return lacking or machines.reason()


def config(server, leaf, frames=0):
  """An experiment of six nodes, three of which are servers.

  Args:
    server: what replay and the learners need.
    leaf: what the two actors and the evaluator need.
    frames: after which it ends; 0 for never.
  """
  return dataclasses.replace(
    small.CONFIG,
    training=dataclasses.replace(
      small.CONFIG.training,
      frames=frames,
      num_actors=2,
      environments_per_actor=4,
    ),
    resources=cluster.ResourcesConfig(
      replay=server,
      discriminator_learner=server,
      policy_learner=server,
      actor=leaf,
      evaluator=leaf,
    ),
  )


def nodes(machine, group=''):
  """The processes of nodes on a machine."""
  found = []
  for process in machine.processes():
    try:
      output = os.readlink(f'/proc/{process.pid}/fd/1')
    except OSError:
      continue
    if f'/run/logs/{group}' in output:  # Ray has logs, too.
      found.append(process)
  return found


def programs(machine):
  """Processes of ours on a machine, nodes and all, but not the cluster's."""
  found = []
  for process in machine.processes():
    with contextlib.suppress(psutil.NoSuchProcess):
      command = ' '.join(process.cmdline())
      if any(part in command for part in _PARTS):
        found.append(process)
  return found


def measure(
  what, condition, alive=lambda: True, output=None, starts=patience.STARTS
):
  """Waits for something and prints how long it took.

  Args:
    what: words for it.
    condition: whether it is so.
    alive: whether it may still come to that.
    output: file with what to say if it does not.
    starts: of TensorFlow, after which it will not.
  """

  def tell():
    return output.read_text() if output and output.exists() else ''

  start = time.monotonic()
  patience.wait_until(condition, what, starts, alive, tell)
  print(f'{what}: {time.monotonic() - start:.1f} s', flush=True)


class Training:
  """Training on a cluster.

  Attributes:
    workdir: its folder.
    output: file of what the launcher prints.
  """

  def __init__(self, workdir, output):
    """Creates it; subclasses start it, too."""
    self.workdir = str(workdir)
    self.output = output

  def is_alive(self):
    """Whether it may still go on."""
    raise NotImplementedError

  def measure(self, what, condition, starts=patience.STARTS):
    """Waits for something while it is alive, and prints how long it took."""
    measure(what, condition, self.is_alive, self.output, starts)

  def measure_updates(self, what, number=5):
    """Waits for so many more updates."""
    goal = launched.updates(self.workdir) + number
    self.measure(what, lambda: launched.updates(self.workdir) >= goal)
