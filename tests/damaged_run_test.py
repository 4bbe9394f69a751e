"""Whatever file of a run is damaged: it goes on, or a line names it.

Each file of a run's folder, and of a population's, is removed, emptied, cut in
half, zeroed, or loses a block. Then the run is opened by the code that a start
uses, that of the launcher and that of the nodes.
"""

import contextlib
import dataclasses
import functools
import io
import json
import os
import pathlib
import shutil
import tempfile
import types

import pytest
import reverb
import tensorflow as tf

from launch import replay_node
from launch import training
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf import rollout
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import evaluator
from spiral_tf.nodes import policy_learner
from spiral_tf.population import controller
from spiral_tf.population import lineage
from spiral_tf.population import members as members_lib
from spiral_tf.replay import by_reverb
from spiral_tf.replay import control as replay_control
from spiral_tf.replay import episodes
from spiral_tf.replay import server as server_lib
from spiral_tf.replay import snapshots
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from tests import damages
from tests import ports
from tests import small

pytestmark = pytest.mark.slow

_POPULATION = dataclasses.replace(
  small.POPULATION,
  population=dataclasses.replace(
    small.POPULATION.population, exploit=True, round_seconds=1e-3
  ),
)
_CONFIGS = {
  'run': dataclasses.replace(
    small.CONFIG,
    training=dataclasses.replace(small.CONFIG.training, frames=0),
  ),
  'population': _POPULATION,
}
# Updates of a learner when it was saved, and renders in replay.
_UPDATES = (10, 20)
_RENDERS = (4, 8)


class _Learner:
  """What a controller asks, without a network."""

  def __init__(self, generation=0, deaf=False):
    self.generation = generation
    self.deaf = deaf

  def status(self):
    values = {'generation': self.generation, 'updates': 100, 'diverged': ''}
    names = ('seconds', 'learning_rate', 'entropy_cost')
    return {**values, 'frames': 9, 'done': False, **dict.fromkeys(names, 1.0)}

  def get_state(self):
    return bytes(range(200))

  def adopt(self, state, generation, hyperparameters):
    if self.deaf:
      raise RuntimeError('Deadline Exceeded')
    self.generation = max(self.generation, generation)
    return self.generation


@functools.cache
def _tables(config):
  return replay_node.make_tables(config)


def _control(config, workdir, deaf):
  """A round of a population's controller; returns what it keeps then."""
  fakes = []
  for index in range(config.population.size):
    learner = _Learner(deaf=deaf)
    judge = types.SimpleNamespace(
      fitness=lambda learner=learner, index=index: {
        'generation': learner.generation,
        'updates': 100,
        'fitness': float(index),
      }
    )
    fakes.append(
      types.SimpleNamespace(
        policy_learner=learner,
        discriminator_learner=_Learner(deaf=False),
        evaluator=judge,
        replay=types.SimpleNamespace(
          reset=lambda table: None,
          checkpoint=lambda: tempfile.mkdtemp(dir=workdir),
        ),
      )
    )
  node = controller.Controller(config, workdir, fakes)
  before = json.loads(json.dumps(node._state))
  node._next = 0.0
  node._gather()
  return before


def _save(config, folder, number, count, member):
  """What the nodes of a run leave after a while."""
  server = server_lib.serve(
    config, folder, replay_node.make_tables(config), ports.pick()
  )
  client = reverb.Client(f'localhost:{server.port}')
  environments = builders.make_environments(config, 4, 0)
  player = builders.make_player(builders.make_policy(config), 0)
  played = rollout.play(environments, player)
  # No writer is kept: a server waits for those that are open when it stops.
  replay = by_reverb.Replay(f'localhost:{server.port}')
  replay.writer().write(played, stopping=lambda: False)
  assert client.server_info()[episodes.RENDERS].current_size == count
  for node in (
    policy_learner.PolicyLearner(config, folder, None, replay, member),
    discriminator_learner.DiscriminatorLearner(config, folder, replay, member),
  ):
    node._updates.assign(number)
    node._save()
    node._metrics.scalars(number * 24, {'updates': number, 'loss': 0.5})
    node._metrics.flush()
  assert replay_control.save(
    client, snapshots.folder(config, folder), lambda: None
  )
  server.stop()
  evaluator.Evaluator(config, folder, None, None)._finish()


@pytest.fixture(scope='module')
def made(tmp_path_factory):
  """Folders of a run and of a population, after one save and after two."""
  made = {}
  for name, config in _CONFIGS.items():
    folder = tmp_path_factory.mktemp(name)
    workdir = str(folder / 'two')
    config_file.save(workdir, config)
    for each, where in members_lib.runs(config, workdir):
      config_file.save(where, each)
    for saves, (updates, count) in enumerate(zip(_UPDATES, _RENDERS), start=1):
      # One member is enough to be damaged: the others are like it.
      each, where = members_lib.runs(config, workdir)[0]
      _save(each, where, updates, count, bool(config.population.size))
      if config.population.size:
        _control(config, workdir, deaf=True)
      log = pathlib.Path(workdir, 'logs', 'actor', '0')
      log.parent.mkdir(parents=True, exist_ok=True)
      log.write_text('Starting\n' * 9)
      # As a launcher that was killed leaves it.
      pathlib.Path(workdir, 'launcher.lock').write_text(
        'held by process 1 on elsewhere\n'
      )
      made[name, saves] = workdir
      if saves == 1:
        shutil.copytree(workdir, folder / 'one')
        made[name, 1] = str(folder / 'one')
  return made


@pytest.fixture(scope='module')
def learners():
  """By name of a learner, what it saves; networks are made once."""
  config = _CONFIGS['run']
  policy = builders.make_policy_update(config)
  discriminator = builders.make_discriminator_update(config)
  return {
    node_kinds.POLICY_LEARNER: {
      **policy.trackables,
      'seconds': tf.Variable(0.0, dtype=tf.float64),
    },
    node_kinds.DISCRIMINATOR_LEARNER: dict(discriminator.trackables),
  }


def _open(config, workdir, learners, monkeypatch):
  """Opens a run as a start does.

  Returns:
    Counters by name, and what was printed.
  """
  counters = {}

  def supervise(config, workdir, logs, place):
    """Does what nodes do until there is something to do."""
    each, folder = members_lib.runs(config, workdir)[0]
    server = server_lib.serve(each, folder, _tables(each), ports.pick())
    client = reverb.Client(f'localhost:{server.port}')
    counters['renders'] = client.server_info()[episodes.RENDERS].current_size
    for node, trackables in learners.items():
      updates = tf.Variable(0, dtype=tf.int64)
      saved = {**trackables, 'updates': updates}
      keeper = checkpoints.Checkpointer(folder, node, 1e6, saved)
      counters[node] = int(updates)
      keeper.save()
      metrics.MetricsWriter(folder, node).scalars(999, {'updates': 999})
      last = json_lines.last_line(metrics.metrics_path(folder, node))
      assert last['updates'] == 999
      # Who looks at the run while it is trained.
      found = tf.Variable(0, dtype=tf.int64)
      checkpoints.restore(folder, node, {'updates': found})
      assert int(found) == int(updates)
    replay_control.save(client, snapshots.folder(each, folder), lambda: None)
    server.stop()
    if config.population.size:
      state = _control(config, workdir, deaf=False)
      counters.update({k: state[k] for k in ('round', 'copied_at', 'plans')})
      assert lineage.read_sound(members_lib.lineage_path(workdir))
    return False

  monkeypatch.setattr(training, '_run', supervise)
  # Images are read from no file of the run, and it is to take seconds.
  monkeypatch.setattr(builders, 'load_dataset', lambda config: None)
  with (
    contextlib.redirect_stdout(io.StringIO()) as output,
    contextlib.redirect_stderr(output),
  ):
    assert training.train(config, workdir) == 130
  return counters, output.getvalue()


def _cases(workdir):
  """Every file of a run, and what may happen to it.

  A member's folder is like that of a run alone, and not looked at twice.
  """
  for where, folders, names in os.walk(workdir):
    if 'members' in folders:
      folders.remove('members')
    for name in sorted(names):
      path = pathlib.Path(where, name)
      for harm in damages.ALL:
        if path.stat().st_size or harm is damages.remove:
          yield path.relative_to(workdir), harm


@pytest.mark.parametrize(
  'kind,saves', [('run', 1), ('run', 2), ('population', 2)]
)
def test_each_file_may_be_damaged(
  kind, saves, made, learners, tmp_path, monkeypatch
):
  config = _CONFIGS[kind]
  work = tmp_path / 'work'

  def open_copy(path=None, harm=None):
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(made[kind, saves], work)
    if harm:
      harm(work / path)
    return _open(config, str(work), learners, monkeypatch)

  whole, output = open_copy()
  assert whole['renders'] == _RENDERS[saves - 1]
  for node in learners:
    assert whole[node] == _UPDATES[saves - 1]
  assert 'damaged' not in output and 'missing' not in output
  wrong, number = [], 0
  for path, harm in _cases(made[kind, saves]):
    if path.name == 'config.json':
      continue  # See below.
    number += 1
    case = f'{path} after {harm.__name__}'
    # A checkpoint is named without the ends of its files' names.
    name = str(work / path)
    if '/ckpt-' in name:
      name = name[: name.index('.', name.index('/ckpt-'))]
    elif '/replay/' in name:
      name = os.path.dirname(name)
    try:
      found, output = open_copy(path, harm)
    except (ValueError, OSError) as error:
      if saves == 2 or name not in str(error) or '\n' in str(error):
        wrong.append(f'{case}: {error!r}')
      continue
    except Exception as error:
      wrong.append(f'{case}: {error!r}')
      continue
    if found == whole:
      continue
    if name not in output:
      wrong.append(f'{case}: {found}, but only said:\n{output}')
    back = {k for k in whole if found[k] != whole[k]}
    allowed = dict.fromkeys(learners, _UPDATES[:1]) if saves == 2 else {}
    allowed['renders'] = (0, *_RENDERS[:1])
    if any(found[k] not in allowed.get(k, ()) for k in back):
      wrong.append(f'{case}: {found} instead of {whole}')
  assert not wrong, '\n'.join(wrong)
  assert number > 40


@pytest.mark.parametrize('harm', damages.ALL)
@pytest.mark.parametrize('kind', _CONFIGS)
def test_a_damaged_config_is_named(
  kind, harm, made, learners, tmp_path, monkeypatch
):
  config = _CONFIGS[kind]
  for path, _ in _cases(made[kind, 2]):
    if path.name != 'config.json':
      continue
    work = tmp_path / 'work'
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(made[kind, 2], work)
    harm(work / path)
    try:
      found, output = _open(config, str(work), learners, monkeypatch)
    except ValueError as error:
      text = str(error)
    else:
      text = output
      assert found[node_kinds.POLICY_LEARNER] == _UPDATES[1]
    assert str(work / path) in text, (path, text)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
