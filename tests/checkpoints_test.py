"""Tests of spiral_tf.workdir.checkpoints."""

import os
import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf

from spiral_tf import exit_codes
from spiral_tf import node_kinds
from spiral_tf.workdir import checkpoint_files
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import claims
from spiral_tf.workdir import damage
from spiral_tf.workdir import metrics
from tests import clocks
from tests import damages

_ROOT = pathlib.Path(__file__).absolute().parent.parent


class _Learner:
  """Fits a line, with what the real learners have."""

  def __init__(self, workdir):
    self.module = snt.Linear(3)
    self.module(tf.zeros([1, 2]))
    self.optimizer = snt.optimizers.Adam(0.1)
    self.updates = tf.Variable(0, dtype=tf.int64)
    self.seconds = tf.Variable(0.0, dtype=tf.float64)
    self.checkpointer = checkpoints.Checkpointer(
      workdir,
      'learner',
      1e6,
      {
        'module': self.module,
        'optimizer': self.optimizer,
        'updates': self.updates,
        'seconds': self.seconds,
      },
    )

  def train(self, number):
    for _ in range(number):
      self._step(tf.constant(int(self.updates), tf.float32))
      self.updates.assign_add(1)
      self.seconds.assign_add(0.3)

  @tf.function
  def _step(self, x):
    with tf.GradientTape() as tape:
      y = self.module(tf.stack([[x, tf.cos(x)]]))
      loss = tf.reduce_sum((y - x) ** 2)
    variables = self.module.trainable_variables
    self.optimizer.apply(tape.gradient(loss, variables), variables)

  @property
  def state(self):
    """All numbers there are."""
    optimizer = self.optimizer
    variables = (
      *self.module.variables,
      *optimizer.m,
      *optimizer.v,
      optimizer.step,
      self.updates,
      self.seconds,
    )
    return [variable.numpy() for variable in variables]


def _same(a, b):
  return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_restores_every_bit_and_goes_on_identically(tmp_path):
  one = _Learner(str(tmp_path))
  one.train(3)
  one.checkpointer.save()
  two = _Learner(str(tmp_path))
  assert _same(
    [v.numpy() for v in one.module.variables],
    [v.numpy() for v in two.module.variables],
  )
  assert (int(two.updates), float(two.seconds)) == (3, float(one.seconds))
  one.train(4)
  two.train(4)
  assert _same(one.state, two.state)

  # The moments of the optimizer take part in that.
  three = _Learner(str(tmp_path))
  three.optimizer = snt.optimizers.Adam(0.1)
  three.train(4)
  assert not _same(
    [v.numpy() for v in one.module.variables],
    [v.numpy() for v in three.module.variables],
  )


def test_goes_on_from_the_last_of_several(tmp_path):
  one = _Learner(str(tmp_path))
  for _ in range(4):
    one.train(1)
    one.checkpointer.save()
  assert int(_Learner(str(tmp_path)).updates) == 4
  folder = tmp_path / 'checkpoints' / 'learner'
  assert len(list(folder.glob('*.index'))) == 2  # Old ones are removed.


def test_saves_when_due(tmp_path, monkeypatch):
  now = [100.0]
  clocks.replace(monkeypatch, checkpoints, monotonic=lambda: now[0])
  variable = tf.Variable(0.0)
  checkpointer = checkpoints.Checkpointer(
    str(tmp_path), 'node', 60.0, {'x': variable}
  )

  def saved():
    copy = tf.Variable(-1.0)
    try:
      checkpoints.restore(str(tmp_path), 'node', {'x': copy})
    except FileNotFoundError:
      return None
    return float(copy)

  for seconds, due in ((59, False), (1, True), (59, False), (1, True)):
    now[0] += seconds
    variable.assign(now[0])
    before = saved()
    assert checkpointer.is_due() == due
    if due:
      checkpointer.save()
    assert saved() == (now[0] if due else before)


def test_restore_takes_a_part(tmp_path):
  learner = _Learner(str(tmp_path))
  learner.train(2)
  path = learner.checkpointer.save()
  module = snt.Linear(3)
  module(tf.zeros([1, 2]))
  found = checkpoints.restore(str(tmp_path), 'learner', {'module': module})
  assert found == path
  np.testing.assert_array_equal(module.w, learner.module.w)
  np.testing.assert_array_equal(module.b, learner.module.b)


def test_restore_refuses_what_the_checkpoint_lacks(tmp_path):
  _Learner(str(tmp_path)).checkpointer.save()
  with pytest.raises(AssertionError):
    checkpoints.restore(str(tmp_path), 'learner', {'other': tf.Variable(0)})
  wider = snt.Linear(4)
  wider(tf.zeros([1, 2]))
  with pytest.raises(ValueError):
    checkpoints.restore(str(tmp_path), 'learner', {'module': wider})


def test_restore_without_a_checkpoint(tmp_path):
  with pytest.raises(FileNotFoundError, match=r'launch\.train') as error:
    checkpoints.restore(str(tmp_path), 'learner', {})
  assert str(tmp_path) in str(error.value)


# Forks savers, one after the other, each of which goes on where the last was
# killed: TensorFlow is imported once. It says so after every kill and waits.
_SAVERS = """
  import os, random, signal, sys, time
  import tensorflow as tf
  from spiral_tf.workdir import checkpoints

  def save_for_ever(workdir, ready):
    one, two = tf.Variable(tf.zeros([300_000])), tf.Variable(tf.zeros([9]))
    checkpointer = checkpoints.Checkpointer(
        workdir, 'node', 0.0, {'one': one, 'two': two})
    while True:
      assert float(one[0]) == float(two[0])
      one.assign_add(tf.ones_like(one))
      two.assign_add(tf.ones_like(two))
      checkpointer.save()
      os.write(ready, b'.')

  moments = random.Random(0)
  for _ in range(int(sys.argv[2])):
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
      try:
        save_for_ever(sys.argv[1], write)
      finally:
        os._exit(1)
    os.close(write)
    os.read(read, 1)  # Ends without a byte if the saver fails.
    time.sleep(moments.uniform(0, 0.1))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    print(os.WTERMSIG(status), flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_kill_9_always_leaves_a_checkpoint(tmp_path):
  """Of what a process had handed to the kernel, which a kill does not lose.

  What a power cut leaves of it is another matter, and not tried here.
  """
  kills = 8
  savers = subprocess.Popen(
    [sys.executable, '-c', textwrap.dedent(_SAVERS), str(tmp_path), str(kills)],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
  )
  saves = 0
  with savers:
    for _ in range(kills):
      assert savers.stdout.readline() == '9\n'
      one, two = tf.Variable(tf.zeros([300_000])), tf.Variable(tf.zeros([9]))
      checkpoints.restore(str(tmp_path), 'node', {'one': one, 'two': two})
      values = np.unique(np.concatenate([one, two]))
      assert len(values) == 1
      # Each saver began where the last checkpoint was, and saved some more.
      assert values[0] > saves
      saves = values[0]
      savers.stdin.write('\n')
      savers.stdin.flush()
  assert savers.returncode == 0


def test_a_learner_whose_place_was_taken_saves_nothing(tmp_path):
  old = _Learner(str(tmp_path))
  old.train(2)
  old.checkpointer.save()
  new = _Learner(str(tmp_path))
  old.train(500)
  with pytest.raises(claims.SupersededError, match='started later') as error:
    old.checkpointer.save()
  assert error.value.exit_code == exit_codes.SUPERSEDED
  assert int(_Learner(str(tmp_path)).updates) == 2
  with pytest.raises(claims.SupersededError):
    new.checkpointer.save()


def test_what_a_successor_removed_is_no_other_error(tmp_path, monkeypatch):
  old = _Learner(str(tmp_path))

  def clean(path, *args):
    _Learner(str(tmp_path))
    assert not list(tmp_path.rglob('saving-*'))

  monkeypatch.setattr(old.checkpointer._checkpoint, 'write', clean)
  with pytest.raises(claims.SupersededError):
    old.checkpointer.save()


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('end', ['index', 'data-00000-of-00001'])
def test_a_learner_goes_on_from_the_one_before_a_damaged_one(
  tmp_path, capsys, end, harm
):
  one = _Learner(str(tmp_path))
  for _ in range(3):
    one.train(1)
    path = one.checkpointer.save()
  harm(pathlib.Path(f'{path}.{end}'))
  two = _Learner(str(tmp_path))
  assert int(two.updates) == 2
  assert f'{path} is damaged' in capsys.readouterr().out
  two.train(5)
  two.checkpointer.save()
  # The sound one stays until there are two others.
  assert len(list(tmp_path.rglob('ckpt-2.*'))) == 2
  assert int(_Learner(str(tmp_path)).updates) == 7
  two = _Learner(str(tmp_path))
  two.checkpointer.save()
  two.checkpointer.save()
  assert not list(tmp_path.rglob('ckpt-[234].*'))


def test_a_run_says_which_learners_will_not_find_their_last_checkpoint(
  tmp_path,
):
  workdir = str(tmp_path)
  assert checkpoints.check(workdir) == []
  for node in ('policy_learner', 'discriminator_learner'):
    keeper = checkpoints.Checkpointer(workdir, node, 0, {'x': tf.Variable(0)})
    for _ in range(2):
      keeper.save()
  assert checkpoints.check(workdir) == []
  folder = tmp_path / 'checkpoints' / 'discriminator_learner'
  damages.zero(folder / 'ckpt-2.index')
  (line,) = checkpoints.check(workdir)
  assert f'{folder}/ckpt-2 is damaged' in line
  damages.remove(folder / 'ckpt-1.index')
  with pytest.raises(damage.DamagedError, match='discriminator_learner/ckpt-1'):
    checkpoints.check(workdir)
  for path in folder.glob('ckpt*'):
    path.unlink()
  (line,) = checkpoints.check(workdir)
  assert 'discriminator_learner starts anew' in line


def test_a_run_that_saved_nothing_says_that_it_starts_anew(tmp_path):
  metrics.MetricsWriter(str(tmp_path), 'policy_learner').scalars(3, {})
  lines = checkpoints.check(str(tmp_path))
  assert [line.split(': its ')[1].split(',')[0] for line in lines] == [
    'policy_learner starts anew'
  ]


def test_a_reader_does_not_mind_a_learner_that_removes_what_it_reads(
  tmp_path, monkeypatch
):
  one = _Learner(str(tmp_path))
  one.checkpointer.save()
  newest = checkpoint_files.newest

  def newest_then_gone(folder):
    found = newest(folder)
    if found.path.endswith('-1'):
      one.train(1)
      for _ in range(3):
        one.checkpointer.save()
    return found

  monkeypatch.setattr(checkpoint_files, 'newest', newest_then_gone)
  updates = tf.Variable(0, dtype=tf.int64)
  path = checkpoints.restore(str(tmp_path), 'learner', {'updates': updates})
  assert path.endswith('-4')
  assert int(updates) == 1


def test_done_so_far(tmp_path):
  workdir = str(tmp_path)
  assert checkpoints.done_so_far(workdir) == (0, 0.0)
  trackables = {
    'updates': tf.Variable(12, dtype=tf.int64),
    'seconds': tf.Variable(3.5, dtype=tf.float64),
  }
  checkpoints.Checkpointer(
    workdir, node_kinds.POLICY_LEARNER, 1e6, trackables
  ).save()
  assert checkpoints.done_so_far(workdir) == (12, 3.5)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
