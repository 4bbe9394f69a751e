"""Tests of launch.mcmc and launch.mcmc_report, as one runs them."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image
import pytest

from launch import mcmc_report
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import saved_model
from spiral_tf.config import sections
from spiral_tf.environments.mujoco import stage as stage_lib
from spiral_tf.evaluation import reconstruction
from spiral_tf.experiments import metropolis_hastings
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import commands
from tests import launched
from tests import small

_ROOT = pathlib.Path(__file__).absolute().parent.parent


@pytest.fixture(scope='module')
def launch(tmp_path_factory):
  """Runs a command of `launch` with arguments."""
  with commands.Commands(tmp_path_factory.mktemp('output')) as runner:
    yield lambda command, *arguments: runner.run(
      f'launch.{command}', *arguments
    )


@pytest.fixture(scope='module')
def config(launch, tmp_path_factory):
  """An experiment on a few small scenes, which it makes."""
  folder = str(tmp_path_factory.mktemp('scenes'))
  done = launch(
    'make_scenes',
    f'--output={folder}',
    '--num=30',
    '--max_objects=2',
    '--canvas_width=16',
    '--grid_width=4',
    '--processes=1',
  )
  assert done.returncode == 0, done.stderr
  return dataclasses.replace(
    small.CONDITIONAL,
    environment=sections.EnvironmentConfig(
      name='scenes',
      episode_length=6,
      canvas_width=16,
      grid_width=4,
      max_objects=3,
      noise_dim=0,
    ),
    data=sections.DataConfig(name='scenes', path=folder),
  )


def _policy(config):
  """A policy that acts unlike the one that training begins with."""
  policy = builders.make_policy(config)
  random = np.random.default_rng(0)
  for variable in policy.trainable_variables:
    variable.assign(random.normal(scale=0.3, size=variable.shape))
  return policy


@pytest.fixture(scope='module')
def workdir(config, tmp_path_factory):
  """A run of that experiment."""
  folder = str(tmp_path_factory.mktemp('run'))
  config_file.save(folder, config)
  checkpoints.Checkpointer(
    folder, node_kinds.POLICY_LEARNER, 1e6, {'policy': _policy(config)}
  ).save()
  return folder


def _config_file(folder, config):
  return f'--config={launched.write_config(folder, config)}'


@pytest.mark.slow
def test_searches_and_compares(launch, config, workdir, tmp_path):
  arguments = ('--num_images=2', '--iterations=1200', '--seed=3')
  output = tmp_path / 'new' / 'results'
  done = launch(
    'mcmc', f'--workdir={workdir}', f'--output={output}', *arguments
  )
  assert done.returncode == 0, done.stderr
  assert '2 of 2 images' in done.stdout
  result = json.loads((output / 'mcmc.json').read_text())
  assert result['number'] == 2
  targets = np.asarray(builders.load_dataset(config).validation[:2])
  stage = stage_lib.Stage(16, 4, 3)

  def errors(images):
    difference = (np.float64(images) - np.float64(targets)) / 255
    return np.mean(difference**2, axis=(1, 2, 3))

  def made_by(policy):
    player = builders.make_player(policy, config.seed)
    return reconstruction.reconstruct(config, player, targets)

  empty, made = stage.render([]), made_by(_policy(config))
  assert np.any(made != empty)
  assert np.any(made != made_by(builders.make_policy(config)))
  for name, images in (('empty_platform', empty), ('agent', made)):
    expected = errors(images)
    assert result[name]['mean'] == pytest.approx(expected.mean())
    for image, error in zip(result['images'], expected, strict=True):
      assert image[name] == pytest.approx(error)
  for name, objects in (('final', 'objects'), ('best', 'best_objects')):
    images = [
      stage.render([stage_lib.SceneObject(**x) for x in image[objects]])
      for image in result['images']
    ]
    found = [image[name] for image in result['images']]
    np.testing.assert_allclose(found, errors(np.stack(images)))

  # The numbers that are printed are the numbers that are written.
  rows = {
    ' '.join(line.split()[:3]): line.split()[3:]
    for line in done.stdout.splitlines()
    if line.startswith('after')
  }
  assert list(rows) == [
    'after 6 evaluations',
    'after 1,000 evaluations',
    'after 1,200 evaluations',
  ]
  by_mark = {entry['evaluations']: entry for entry in result['l2']}
  for mark, row in zip((6, 1000, 1200), rows.values(), strict=True):
    mean, best = by_mark[mark]['mean'], by_mark[mark]['best_so_far']['mean']
    assert row == [f'{mean:.5f}', f'{best:.5f}']

  sizes = {}
  for name in ('curve', 'pairs'):
    with Image.open(output / f'{name}.png') as image:
      sizes[name] = image.size

  # The same agent as a model, whose scenes other chains begin with.
  model = str(tmp_path / 'model')
  saved_model.save(config, _policy(config), model)
  of_agent = tmp_path / 'of_agent'
  options = f'--model={model}', '--samples=2', '--iterations=40', '--seed=3'
  command = 'mcmc', _config_file(tmp_path, config), f'--output={of_agent}'
  done = launch(*command, '--num_images=2', *options)
  assert done.returncode == 0, done.stderr
  entries = json.loads((of_agent / 'mcmc.json').read_text())['from_agent']
  assert [x['evaluations'] for x in entries] == [12, 20, 40]
  programs = agent_lib.load(model).paint_many(targets, 2, seed=3)
  begun = errors(np.stack([program.render() for program in programs]))
  assert entries[0]['mean'] == pytest.approx(begun.mean())
  for refused, words in (
    (('--samples=7', '--iterations=40'), 'renders 42 times an image'),
    (('--config.environment.grid_width=5',), 'grid_width of'),
  ):
    done = launch(*command, f'--model={model}', '--iterations=40', *refused)
    assert done.returncode == 1 and words in done.stderr.splitlines()[-1]

  # Without an agent, in two processes: the same chains.
  alone = tmp_path / 'alone'
  done = launch(
    'mcmc',
    _config_file(tmp_path, config),
    f'--output={alone}',
    '--processes=2',
    *arguments,
  )
  assert done.returncode == 0, done.stderr
  without = json.loads((alone / 'mcmc.json').read_text())
  assert without['l2'] == result['l2']
  assert 'agent' not in without
  with Image.open(alone / 'pairs.png') as image:
    assert image.size[0] < sizes['pairs'][0]


def test_refuses_what_has_no_answer(launch, config, workdir, tmp_path):
  output = f'--output={tmp_path / "results"}'
  unconditional = dataclasses.replace(config, conditional=False)
  other = str(tmp_path / 'other')
  config_file.save(other, unconditional)
  for arguments, words in (
    ((), "config.environment.name is 'painting'"),
    (('--config.seed=1', f'--workdir={workdir}'), 'either --workdir or'),
    ((f'--workdir={other}',), 'shown no targets'),
    ((f'--workdir={tmp_path}',), 'not the folder of a run'),
    (('--samples=2',), 'add --model=MODEL'),
  ):
    done = launch('mcmc', output, *arguments)
    assert done.returncode != 0
    message = done.stderr.strip().splitlines()[-1]
    assert message.startswith('Error: ') and words in message
    assert 'Traceback' not in done.stderr
  assert not os.path.exists(tmp_path / 'results')


def test_its_processes_do_without_tensorflow():
  code = (
    'import sys, launch.mcmc\n'
    'sys.exit("loads it" if "tensorflow" in sys.modules else 0)'
  )
  done = subprocess.run(
    [sys.executable, '-c', code],
    cwd=_ROOT,
    env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
    stderr=subprocess.PIPE,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
  'iterations,episode_length,expected',
  [
    (2000, 20, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]),
    (700, 3, [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 700]),
    (2, 20, [0, 1, 2]),
  ],
)
def test_marks(iterations, episode_length, expected):
  assert mcmc_report.marks(iterations, episode_length) == expected


@pytest.fixture
def found():
  """Five chains of two evaluations; what they found differs by a factor."""
  image = np.zeros([8, 8, 3], np.uint8)
  chains = [
    metropolis_hastings.Chain(
      l2=factor * np.array([4.0, 1.0, 2.0]),
      objects=(stage_lib.SceneObject(0, 1, 2, 3, 0, 1),),
      image=image,
      best_objects=(),
      best_image=image,
      renders=factor,
      acceptance_rate=0.1 * factor,
    )
    for factor in (1, 2, 3, 4, 10)
  ]
  return mcmc_report.Result(
    settings={'seed': 1},
    episode_length=1,
    seconds=4.0,
    targets=np.stack([image] * 5),
    chains=chains,
    compared={'empty_platform': np.stack([image] * 5)},
    errors={'empty_platform': np.array([1.0, 1.0, 1.0, 1.0, 6.0])},
  )


def test_summary(found):
  summary = mcmc_report.summary(found)
  assert [entry['evaluations'] for entry in summary['l2']] == [0, 1, 2]
  last = summary['l2'][2]
  assert last['mean'] == 8  # Twice the mean of the factors.
  assert last['lower_quartile'] == 4
  assert last['median'] == 6
  assert last['upper_quartile'] == 8
  assert last['best_so_far']['mean'] == 4
  assert summary['empty_platform']['mean'] == 2
  assert summary['renders_per_second'] == 5
  assert summary['acceptance_rate'] == pytest.approx(0.4)
  assert summary['images'][4]['final'] == 20
  assert summary['images'][4]['best'] == 10
  assert summary['images'][4]['objects'][0]['location'] == 1
  assert json.loads(json.dumps(summary)) == summary


@pytest.mark.parametrize('agent', [True, False])
def test_curve_and_table(found, agent):
  if agent:
    found = found._replace(errors={**found.errors, 'agent': np.full(5, 0.5)})
  (axes,) = mcmc_report.curve(found).axes
  assert axes.get_xscale() == 'log'
  mean, best, *levels = axes.lines
  np.testing.assert_array_equal(mean.get_xdata(), [1, 2])
  np.testing.assert_array_equal(mean.get_ydata(), [4, 8])
  np.testing.assert_array_equal(best.get_ydata(), [4, 4])
  (band,) = axes.collections
  box = band.get_datalim(axes.transData)
  assert (box.y0, box.y1) == (2, 8)
  expected = [2, 0.5] if agent else [2]
  assert [level.get_ydata()[0] for level in levels] == expected
  rows = [line.split() for line in mcmc_report.table(found).splitlines()]
  assert rows[2][-1] == '2.00000'
  assert rows[3] == ['after', '1', 'evaluations', '4.00000', '4.00000']
  assert rows[4] == ['after', '2', 'evaluations', '8.00000', '4.00000']
  assert (rows[-1][-1] == '0.50000') == agent
  assert len(rows) == 5 + agent


def test_curve_and_table_from_an_agents_scene(found):
  chains = [
    chain._replace(l2=chain.l2[:2] / 4, renders=1) for chain in found.chains
  ]
  found = found._replace(agent_chains=chains, agent_renders=1)
  (axes,) = mcmc_report.curve(found).axes
  _, _, sample, best, _ = axes.lines
  # What the agent rendered counts, so that both curves end at the same place.
  np.testing.assert_array_equal(sample.get_xdata(), [1, 2])
  np.testing.assert_array_equal(sample.get_ydata(), [4, 1])
  np.testing.assert_array_equal(best.get_ydata(), [4, 1])
  rows = [line.split() for line in mcmc_report.table(found).splitlines()]
  assert rows[-2][-3:] == ['evaluations', '4.00000', '4.00000']
  assert rows[-1][-3:] == ['evaluations', '1.00000', '1.00000']
  entries = mcmc_report.summary(found)['from_agent']
  assert [x['evaluations'] for x in entries] == [1, 2]
  assert [x['mean'] for x in entries] == [4, 1]


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
