"""Measures speed, each time against a yardstick in the same run.

    python -m launch.benchmark environment
    python -m launch.benchmark scenes
    python -m launch.benchmark program

`environment` compares strokes a second of the painting environment with those
of a C program that makes the same calls of libmypaint and nothing else.
`scenes` compares steps a second of the scenes environment with pictures a
second of `mujoco.Renderer` alone.
`program` compares episodes a second of the whole program graph with the same
work done in one synchronous process, and says where the time goes.
"""

from absl import app

from launch import environment_benchmark
from launch import flags as launch_flags
from launch import program_benchmark
from launch import scenes_benchmark

_CONFIG = launch_flags.define_config()

_BENCHMARKS = ('environment', 'scenes', 'program')


def main(argv):
  """Runs one benchmark."""
  if len(argv) != 2 or argv[1] not in _BENCHMARKS:
    raise app.UsageError(f'Say which of {", ".join(_BENCHMARKS)} to run.')
  if argv[1] == 'environment':
    environment_benchmark.run()
  elif argv[1] == 'scenes':
    scenes_benchmark.run()
  else:
    program_benchmark.run(launch_flags.typed(_CONFIG))


if __name__ == '__main__':
  app.run(main)
