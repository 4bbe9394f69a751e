r"""Trains an agent, and goes on where it stopped when started again.

    python -m launch.train --config=configs/digits.py --workdir=runs/digits

Everything goes into --workdir: config.json, checkpoints/, samples/ (pictures of
what the agent draws, over time), metrics/ (JSON lines), tensorboard/, logs/ (a
file a node). Stop it with Ctrl-C; the same command goes on from there.
"""

import sys

from absl import app
from absl import flags

from launch import flags as launch_flags
from launch import local

_CONFIG = launch_flags.define_config()
_WORKDIR = launch_flags.define_workdir(
  'Folder of the run, new or to go on with.'
)


def main(argv):
  """Trains."""
  launch_flags.no_arguments(argv)
  config = launch_flags.typed(_CONFIG)
  try:
    code = local.train(config, _WORKDIR.value, flags.FLAGS.lp_launch_type)
  except (ValueError, FileNotFoundError) as error:
    print(f'Error: {error}', file=sys.stderr)
    code = 2
  except RuntimeError as error:
    print(f'Error: {error} See {_WORKDIR.value}/logs/.', file=sys.stderr)
    code = 1
  sys.exit(code)


if __name__ == '__main__':
  flags.FLAGS.set_default('lp_launch_type', 'local_mp')
  # Large networks need longer than Launchpad's 10 seconds to save.
  flags.FLAGS.set_default('lp_termination_notice_secs', 60)
  app.run(main)
