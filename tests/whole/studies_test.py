"""A whole tiny study on the built-in digits, stopped, killed and widened."""

import csv
import json
import os
import signal

import pytest

from spiral_tf.studies import curve
from spiral_tf.studies import store
from tests import launched
from tests import patience
from tests import small

pytestmark = pytest.mark.slow

_FLAGS = (
  *('--frames=4800', '--seeds=1', '--images=20', '--jobs=2'),
  '--variant=low: policy_learner.entropy_cost=0.001',
)


@pytest.fixture
def study(tmp_path):
  """Starts the study, with more flags; nothing of it outlives the test."""
  config = launched.write_config(tmp_path, small.CONDITIONAL)
  folder = tmp_path / 'study'
  started = []

  def start(*more):
    process = launched.start(
      config, folder, *_FLAGS, *more, module='launch.study'
    )
    started.append(process)
    return process

  yield folder, start
  for process in started:
    launched.kill_all(process)
    launched.assert_none_left(process)


def _output(process, code=0):
  output, _ = patience.output(process)
  assert process.returncode == code, output
  assert 'Traceback' not in output
  launched.assert_none_left(process)
  return output


def _measured(folder, number):
  """Whether each run has been measured so often."""
  runs = [folder / 'runs' / name / '0' for name in ('as_it_is', 'low')]
  return all(len(curve.read(str(run)).frames) >= number for run in runs)


def test_it_goes_on_whatever_stops_it(study):
  folder, start = study
  process = start()
  launched.wait_for(process, 'measurements', lambda: _measured(folder, 2))
  launched.interrupt(process)
  output = _output(process, 130)
  assert 'Stopped before its end. The same command goes on' in output
  assert 'is at ' in (folder / 'table.md').read_text()
  runs = [folder / 'runs' / name / '0' for name in ('as_it_is', 'low')]
  begun = [(run / curve.NAME).read_text() for run in runs]

  process = start()
  launched.wait_for(process, 'measurements', lambda: _measured(folder, 5))
  os.kill(process.pid, signal.SIGKILL)
  patience.output(process)
  launched.assert_none_left(process)

  output = _output(start())
  assert '2 runs of 4,800 frames, of which 2 are not over' in output
  for run, text in zip(runs, begun):
    assert (run / curve.NAME).read_text().startswith(text)
    rows = [json.loads(line) for line in (run / curve.NAME).open()]
    frames = [row['frames'] for row in rows]
    assert frames == [0, *range(240, 4801, 240)]
    assert [row['updates'] * 24 for row in rows] == frames
    assert [row['done'] for row in rows] == [False] * 20 + [True]
    seconds = [row['seconds'] for row in rows]
    assert seconds == sorted(seconds)
    # These learn fast, and forget again.
    assert min(row['mse'] for row in rows) < 0.8 * rows[0]['mse']
    assert (run / 'samples.png').exists() and not (run / 'checkpoints').exists()
  table = (folder / 'table.md').read_text()
  assert table.strip() in output
  assert (
    '| as it is  |       1 |' in table and '| low       |       1 |' in table
  )
  assert (folder / 'curves.png').exists()
  with (folder / 'curves.csv').open() as file:
    assert len(list(csv.DictReader(file))) == 42

  # One variant more, and nothing of what is there is made again.
  kept = [(run / curve.NAME).read_text() for run in runs]
  output = _output(start('--variant=deaf: policy_learner.discount=0.5'))
  assert '3 runs of 4,800 frames, of which 1 are not over' in output
  assert [(run / curve.NAME).read_text() for run in runs] == kept
  names = [each.name for each in store.read(str(folder)).variants]
  assert names == ['as it is', 'low', 'deaf']
  assert '| deaf      |       1 |' in (folder / 'table.md').read_text()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
