"""Tests of launch.study_jobs, with runs that take no time."""

import functools
import multiprocessing
import os
import pathlib
import types

import psutil
import pytest

from launch import study_jobs
from launch import study_run
from spiral_tf.studies import store
from spiral_tf.studies import variant
from tests import patience
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent
_ENDS, _WAITS, _FAILS, _IS_KILLED = 0.0, 1.0, 2.0, 3.0


_PRETENDS = types.SimpleNamespace(
  __name__='tests.pretend_run', STOPPED=study_run.STOPPED
)


@pytest.fixture
def begin(tmp_path, monkeypatch):
  """Begins a study whose variants do as is said."""
  monkeypatch.chdir(_ROOT)
  monkeypatch.setattr(study_jobs, 'study_run', _PRETENDS)
  return functools.partial(_begun, str(tmp_path))


def _begun(folder, **kinds):
  changes = {
    name: variant.Variant(name, {'policy_learner.entropy_cost': kind})
    for name, kind in kinds.items()
  }
  settings = store.Settings(frames=480, evaluate_every=24, images=30)
  study = store.begin(folder, small.CONFIG, settings, ())
  # Without what is as it is.
  study = study._replace(variants=list(changes.values()))
  return study, store.order(study, 1)


def _begin_and_be_killed(folder):
  """Begins a run that waits, in a process of its own."""
  study_jobs.study_run = _PRETENDS
  study, runs = _begun(folder, a=_WAITS)
  study_jobs.make(study, runs, 1, lambda unused: os.kill(os.getpid(), 9))


def _heard(news):
  """What was heard: the run, and what it said or why it ended."""
  return [(x.run.variant, x.row['frames'] if x.row else x.error) for x in news]


def test_runs_are_made_in_their_order(begin):
  study, runs = begin(a=_ENDS, b=_ENDS, c=_ENDS)
  news = []
  study_jobs.make(study, runs, 1, news.append)
  assert _heard(news) == [
    *(('a', 7), ('a', ''), ('b', 7), ('b', ''), ('c', 7), ('c', '')),
  ]
  assert news[0].row['numbers'] == ['0', '24', '30']


def test_so_many_are_made_at_a_time(begin):
  study, runs = begin(a=_WAITS, b=_WAITS, c=_WAITS)
  alive = set()
  others = psutil.Process().children()  # Of earlier tests' libraries.

  def hear(news):
    alive.add(news.run.variant)
    if len(alive) == 2:
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    study_jobs.make(study, runs, 2, hear)
  assert alive == {'a', 'b'}
  # Both were told to save, and did; the third never began.
  saved = [os.path.exists(os.path.join(x.folder, 'saved')) for x in runs]
  assert saved == [True, True, False]
  assert set(psutil.Process().children()) <= set(others)


def test_one_that_fails_does_not_hinder_the_others(begin):
  study, runs = begin(a=_FAILS, b=_IS_KILLED, c=_ENDS)
  news = []
  study_jobs.make(study, runs, 1, news.append)
  heard = _heard(news)
  assert heard[1] == ('a', 'What is wrong. A cure.')
  assert heard[3][0] == 'b' and 'signal 9' in heard[3][1]
  assert heard[5] == ('c', '')
  with open(os.path.join(runs[0].folder, study_jobs.LOG)) as file:
    assert 'Some words.' in file.read()


def test_runs_save_when_whoever_started_them_was_killed(begin, tmp_path):
  _, (run,) = begin(a=_WAITS)
  # Not forked: threads of earlier tests' libraries would leave locks behind.
  context = multiprocessing.get_context('spawn')
  process = context.Process(target=_begin_and_be_killed, args=(str(tmp_path),))
  process.start()
  patience.join(process)
  assert process.exitcode == -9
  patience.wait_until(
    lambda: os.path.exists(os.path.join(run.folder, 'saved')),
    'what it saves',
  )


def test_runs_have_one_thread(begin, monkeypatch):
  started = []
  monkeypatch.setattr(
    study_jobs.subprocess,
    'Popen',
    lambda *unused, **kwargs: started.append(kwargs) or _stop(),
  )

  def _stop():
    raise OSError('enough')

  study, runs = begin(a=_ENDS)
  with pytest.raises(OSError, match='enough'):
    study_jobs.make(study, runs, 1, print)
  for name in ('TF_NUM_INTRAOP_THREADS', 'OMP_NUM_THREADS'):
    assert started[0]['env'][name] == '1'
  assert started[0]['env']['TF_ENABLE_ONEDNN_OPTS'] == '1'


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
