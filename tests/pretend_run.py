"""Does for `launch.study_jobs` as if it were a run of a study, in no time.

The experiment's entropy cost says what: 0 to end well, 1 to wait until it is
told to stop, 2 to fail, 3 to be killed.
"""

import json
import os
import signal
import sys

from spiral_tf.workdir import config_file


def main(folder, *numbers):
  kind = config_file.load(folder).policy_learner.entropy_cost
  row = {'frames': 7, 'numbers': numbers, 'pid': os.getpid()}
  print(json.dumps(row), flush=True)
  print('no JSON', flush=True)
  if kind == 1:
    sys.stdin.read()
    with open(os.path.join(folder, 'saved'), 'w'):
      pass
    sys.exit(130)
  if kind == 2:
    print('Some words.\nError: What is wrong. A cure.', file=sys.stderr)
    sys.exit(1)
  if kind == 3:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == '__main__':
  main(*sys.argv[1:])
