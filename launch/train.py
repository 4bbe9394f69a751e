r"""Trains an agent, and goes on where it stopped when started again.

    python -m launch.train --config=configs/digits.py --workdir=runs/digits

Everything goes into --workdir: config.json, checkpoints/, samples/ (pictures of
what the agent draws, over time) and in the end samples.gif, metrics/ (JSON
lines), tensorboard/, logs/ (a file a node). Stop it with Ctrl-C; the same
command goes on from there. Nodes that die are started again.

Nodes are processes of this machine. Where there is no Launchpad, which needs
Python 3.10, they take turns in one process (--engine=inline). A run that was
begun in one way goes on in the other.

With --config.population.size=12 it trains twelve agents that copy each other's
success; each has such a folder in --workdir/members/. docs/cluster.md says how
to use several machines.
"""

import os

from absl import flags

from launch import commands
from launch import flags as launch_flags
from launch import places
from launch import training
from launch.runtime import engines
from launch.runtime import printing
from spiral_tf.workdir import config_file

# Launchpad has flags of its own.
_HAS_LAUNCHPAD = not engines.missing()
if _HAS_LAUNCHPAD:
  import launchpad  # noqa: F401

_CONFIG = launch_flags.define_config()
_WORKDIR = launch_flags.define_workdir(
  'Folder of the run, new or to go on with.'
)
_ENGINE = flags.DEFINE_enum(
  'engine',
  None,
  engines.NAMES,
  'Where nodes run: as processes of this machine (local, the default where '
  'there is Launchpad), in turns in one process (inline, the default '
  'elsewhere), on a Ray cluster, on the machines of the Slurm job that this is '
  'started in, or by a launcher of Launchpad (--lp_launch_type), which '
  'restarts nothing.',
)
_NETWORK = flags.DEFINE_enum(
  'network',
  'auto',
  engines.NETWORKS,
  'Of --engine=local: a network of its own, that no other machine and no other '
  "program reaches (isolated), or the machine's (host); by default the first "
  'if the kernel allows it, else, with a warning, the second.',
)
_RAY_ADDRESS = flags.DEFINE_string(
  'ray_address', 'auto', 'Address of the Ray cluster, host:port.'
)
_ALLOW_PUBLIC = flags.DEFINE_bool(
  'allow_public',
  False,
  'Whether nodes may listen on addresses of the internet. Whoever reaches them '
  'can run code.',
)


def main(argv):
  """Trains."""
  launch_flags.no_arguments(argv)
  config = launch_flags.typed(_CONFIG)
  place = engines.Place(
    _engine(),
    _NETWORK.value,
    _RAY_ADDRESS.value,
    _ALLOW_PUBLIC.value,
  )
  engines.check_installed(place.engine)
  if _HAS_LAUNCHPAD:
    place = place._replace(launch_type=flags.FLAGS.lp_launch_type)
  # Before data are read, which may take minutes.
  places.check_folder(_WORKDIR.value)
  config_file.check(_WORKDIR.value, config)
  try:
    return training.train(config, _WORKDIR.value, place)
  except RuntimeError as error:
    if place.engine == 'inline':  # All that was said was said here.
      raise
    logs = os.path.join(_WORKDIR.value, 'logs', '')
    raise RuntimeError(f'{error} See {logs}.') from error


def _engine() -> str:
  """The engine that is named, or the default."""
  if _ENGINE.value is not None:
    return _ENGINE.value
  if _HAS_LAUNCHPAD and flags.FLAGS['lp_launch_type'].present:
    return 'launchpad'
  return engines.default()


def output():
  """A context in which nothing that is printed does harm to the run."""
  return printing.protected(os.path.join(_WORKDIR.value, 'logs', 'launcher'))


if __name__ == '__main__':
  if _HAS_LAUNCHPAD:
    flags.FLAGS.set_default('lp_launch_type', 'local_mp')
    # Large networks need longer than Launchpad's 10 seconds to save.
    flags.FLAGS.set_default('lp_termination_notice_secs', 60)
  commands.run(main, output)
