"""A population that is trained while harm is done to it, for `tests.soak`."""

import collections
import time

import psutil

from spiral_tf import node_kinds
from tests import counters
from tests import growth as growth_lib
from tests import havoc as havoc_lib
from tests import launched
from tests import patience
from tests import soak_report
from tests import vigil as vigil_lib

# The launcher's exit code when it is stopped before the end of training.
_STOPPED = 130
# Memory and descriptors are looked at so often; and not in a node's first
# starts of TensorFlow, in which it grows.
_SAMPLE_SECONDS = 5.0
_WARM_STARTS = 20
_LOOK_SECONDS = 0.2


class Soaked:
  """A population that is trained, and what is done to it."""

  def __init__(self, start, config, run, records, groups, hang_starts, rng):
    """Starts it.

    Args:
      start: starts a launcher, and returns its process.
      config: the experiment.
      run: a `works.Run`.
      records: a `records.Records`.
      groups: of all nodes.
      hang_starts: starts of TensorFlow after which a node that gives no sign of
        life is killed.
      rng: a `random.Random`.
    """
    self._groups = tuple(groups)
    self._start, self._config, self._run = start, config, run
    self._records = records
    self._begin = time.monotonic()
    self.process = start()
    self.vigil = vigil_lib.Vigil(run, self._groups)
    self.havoc = havoc_lib.Havoc(
      rng, self.process, self._groups, self.vigil, hang_starts
    )
    self.growth = growth_lib.Growth()
    self._launchers = 1
    self._unseen = collections.Counter()  # Kills right before the launcher's.

  def watch(self, seconds, sampling=False):
    """Lets it train for a while, if each node works."""
    end = time.monotonic() + seconds
    sampled, warm = 0.0, _WARM_STARTS * patience.measure() if sampling else 0.0
    while (now := time.monotonic()) < end:
      self._look()
      if sampling and now > sampled + _SAMPLE_SECONDS:
        sampled = now
        self._sample(warm)
      time.sleep(_LOOK_SECONDS)
    for folder in self._run.folders.values():
      for node in counters.LEARNERS:
        counters.assert_lost_little(self._config, folder, node)

  def wait_for_all(self):
    """Waits until each node has made something more."""
    sizes = {group: self._run.size(group) for group in self._groups}
    while any(self._run.size(group) == size for group, size in sizes.items()):
      self._look()
      time.sleep(_LOOK_SECONDS)

  def harm(self, seconds, period):
    """Does harm every so often, for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
      self.watch(period)
      self._say(self.havoc.strike())

  def try_another(self):
    """Starts a second launcher, which is to be refused."""
    other = self._start()
    output = patience.output(other)[0]
    assert other.returncode not in (0, _STOPPED), 'two launchers train'
    launched.assert_none_left(other)
    self._look()
    self._say(f'second launcher: {output or "refused"}')

  def kill_launcher(self):
    """Kills the launcher while a node is down, and starts it again."""
    self.havoc.settle()
    self._unseen[self.havoc.kill_one()] += 1
    launched.kill_all(self.process)
    launched.assert_none_left(self.process)
    self._say('killed the launcher while a node was down')
    self.process = self.havoc.process = self._start()
    self._launchers += 1
    self.vigil.begin_anew()

  def stop(self):
    """Stops it in order, and checks that nothing is left."""
    self._look()
    for group in self._groups:
      assert launched.nodes(self.process, group), f'{group} is not there'
    begin = time.monotonic()
    self.process.terminate()
    code = patience.end(self.process)
    self._say(f'stopped in {time.monotonic() - begin:.1f} s')
    assert code == _STOPPED, f'exit code {code} and not {_STOPPED}'
    launched.assert_none_left(self.process)

  def check_end(self, output):
    """Checks what launchers printed, what was trained on, and the growth."""
    assert 'did not stop in' not in output, 'a node had to be killed to stop'
    assert 'Traceback' not in output, 'a traceback'
    killed = collections.Counter(
      group for group, was_killed, _ in soak_report.ends(output) if was_killed
    )
    ours = self.havoc.kills + self.havoc.holds
    missing = ours - killed
    assert not killed - ours and not missing - self._unseen, (
      f'killed: {ours}, started again: {killed}'
    )
    for name, folder in self._run.folders.items():
      for node in counters.LEARNERS:
        counters.assert_lost_little(self._config, folder, node)
      starts = ours[f'{name}/{node_kinds.REPLAY}'] + self._launchers - 1
      self._records.assert_nothing_twice(self._config, name, starts)
      if self._config.population.exploit:
        counters.assert_copied_together(self._config, folder)
      else:  # A copy is of counts of updates, too.
        counters.assert_whole(self._config, folder)
        updates = counters.saved(
          self._config, folder, node_kinds.POLICY_LEARNER
        )['updates']
        self._records.assert_enough(self._config, name, updates)
    slopes = self.growth.slopes()
    much = {name: slope for name, slope in slopes.items() if slope.is_much}
    assert not much, f'processes grow: {much}'

  def _look(self):
    assert self.process.poll() is None, 'training ended by itself'
    self.vigil.look()

  def _sample(self, warm):
    now = time.monotonic()
    found = {
      group: node
      for group in self._groups
      for node in launched.nodes(self.process, group)
    }
    for group, node in found.items():
      if time.time() - node.create_time() > warm:
        self.growth.look(group, node, now)
    self.growth.look('launcher', psutil.Process(self.process.pid), now)

  def _say(self, words):
    minutes = (time.monotonic() - self._begin) / 60
    updates = ' '.join(
      str(launched.updates(folder)) for folder in self._run.folders.values()
    )
    print(f'[{minutes:5.1f} min] updates {updates}; {words}', flush=True)
