r"""Runs the Metropolis-Hastings baseline of section 4.6 on held-out scenes.

    python -m launch.mcmc --config=configs/scenes_conditional.py \
        --config.data.path=FOLDER --iterations=10000 --output=results/mcmc

One chain an image, see `spiral_tf/experiments/metropolis_hastings.py`. With
--workdir=RUN instead of --config, the experiment is that of a training run,
whose agent reproduces the same images for comparison; --config.data.path says
where its data are, if they have moved.

Prints a table of errors, the mean squared error of a pixel on [0, 1], and
writes into --output: mcmc.json (all of the numbers), curve.png (figure 9) and
pairs.png (targets, samples and what the agent made). A chain draws samples and
may leave a good one, so the best so far is shown too. With --model=MODEL there
are as many chains again, each of which begins with what that agent builds: the
nearest of --samples. What an agent renders, an evaluation each step, these
chains have less of. Ctrl-C ends the search;
what is written is of the images that were done.
"""

from collections.abc import Sequence
import contextlib
import functools
import os
import sys
from typing import Any

from absl import flags
import numpy as np

from launch import commands
from launch import flags as launch_flags
from launch import mcmc_chains
from launch import mcmc_report
from launch import places
from spiral_tf import node_kinds
from spiral_tf.config import experiment
from spiral_tf.config import fields
from spiral_tf.environments.mujoco import stage
from spiral_tf.experiments import metropolis_hastings
from spiral_tf.workdir import config_file

_CONFIG = launch_flags.define_config()
_WORKDIR = flags.DEFINE_string(
  'workdir',
  None,
  'Folder of a run of a conditional agent, which is compared and whose '
  'experiment is taken; without it, --config names the experiment.',
)
_OUTPUT = flags.DEFINE_string(
  'output', None, 'Folder for the results.', required=True
)
_NUM_IMAGES = flags.DEFINE_integer(
  'num_images', 100, 'Held-out images, the first ones.', lower_bound=1
)
_ITERATIONS = flags.DEFINE_integer(
  'iterations', 10_000, 'Evaluations for each image.', lower_bound=1
)
_INITIAL = flags.DEFINE_enum(
  'initial',
  'empty',
  metropolis_hastings.INITIAL,
  'What a chain begins with: the empty platform or a sample of the prior.',
)
_MODEL = flags.DEFINE_string(
  'model',
  None,
  'Folder of a model of launch.export, whose scenes a second chain of each '
  'image begins with.',
)
_SAMPLES = flags.DEFINE_integer(
  'samples',
  1,
  'With --model: scenes that the agent builds of each image, of which the '
  'nearest is taken.',
  lower_bound=1,
)
_PROCESSES = flags.DEFINE_integer(
  'processes', 1, 'Processes that share the images.', lower_bound=1
)
_SEED = flags.DEFINE_integer('seed', 0, 'Seed of the chains.', lower_bound=0)


def main(argv):
  """Searches."""
  launch_flags.no_arguments(argv)
  if _WORKDIR.value and launch_flags.chosen():
    sys.exit(
      'Error: --workdir takes the experiment from the run, so give either '
      '--workdir or --config. Only where the data are may be told as well, '
      'with --config.data.path and --config.data.cache.'
    )
  if flags.FLAGS['samples'].present and not _MODEL.value:
    sys.exit('Error: --samples are drawings of an agent: add --model=MODEL.')
  # Before all the work, which a place that cannot be written would waste.
  result = os.path.join(_OUTPUT.value, mcmc_report.RESULT)
  for name in mcmc_report.FILES:
    path = os.path.join(_OUTPUT.value, name)
    places.check_own(
      path,
      lambda unused: os.path.exists(result),
      f'result of this command, for {mcmc_report.RESULT} is not beside it',
    )
  places.check_own(result, mcmc_report.is_result, 'result of this command')
  try:
    return _search()
  except KeyboardInterrupt:
    print('Stopped before the first image was done.', file=sys.stderr)
    return commands.STOPPED


def _search() -> int:
  """Searches, and prints and writes what came of it; returns the exit code."""
  # Processes of the pool import this file too, but need no TensorFlow.
  from spiral_tf import builders
  from spiral_tf.evaluation import reconstruction
  from spiral_tf.workdir import checkpoints

  workdir = _WORKDIR.value
  if workdir:
    config = config_file.load(workdir, launch_flags.moved())
  else:
    config = launch_flags.typed(_CONFIG)
  fields.check(
    config.environment.name == 'scenes',
    'environment.name',
    config.environment.name,
    'Metropolis-Hastings looks for the objects of "scenes"; see '
    'configs/scenes_conditional.py',
  )
  if workdir and not config.conditional:
    raise ValueError(
      f'the agent of {workdir!r} is shown no targets, so there is nothing to '
      'compare. Name the experiment with --config instead.'
    )
  with launch_flags.of_moved_data(config.data.path):
    images = builders.load_dataset(config).validation[: _NUM_IMAGES.value]
  targets = np.asarray(images)
  compared = {
    'empty_platform': np.broadcast_to(
      reconstruction.empty_canvas(config), targets.shape
    )
  }
  if workdir:
    policy = builders.make_policy(config)
    checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
    player = builders.make_player(policy, config.seed)
    print(f'Reproducing {len(targets)} images with the agent.', flush=True)
    compared['agent'] = reconstruction.reconstruct(config, player, targets)
  scenes, spent = _agent_scenes(config, targets)
  os.makedirs(_OUTPUT.value, exist_ok=True)
  search = mcmc_chains.Search(
    config.environment, _ITERATIONS.value, _INITIAL.value, _SEED.value
  )
  chains, seconds = mcmc_chains.run(
    search, targets, _PROCESSES.value, functools.partial(print, flush=True)
  )
  agent_chains = {}
  if scenes and len(chains) == len(targets):  # Else Ctrl-C ended these.
    search = search._replace(
      initial=scenes, iterations=_ITERATIONS.value - spent
    )
    with contextlib.suppress(KeyboardInterrupt):
      agent_chains, _ = mcmc_chains.run(
        search, targets, _PROCESSES.value, functools.partial(print, flush=True)
      )
  done = sorted(agent_chains or chains)
  result = mcmc_report.Result(
    settings=_settings(config),
    episode_length=config.environment.episode_length,
    seconds=seconds,
    targets=targets[done],
    chains=[chains[i] for i in done],
    compared={name: images[done] for name, images in compared.items()},
    errors={
      name: reconstruction.errors(images, targets)[done]
      for name, images in compared.items()
    },
    agent_chains=[agent_chains[i] for i in done if agent_chains],
    agent_renders=spent,
  )
  mcmc_report.write(_OUTPUT.value, result)
  print(mcmc_report.table(result))
  print(f'Written to {_OUTPUT.value}: mcmc.json, curve.png, pairs.png')
  if len(done) < len(targets) or (scenes and not agent_chains):
    print(f'Stopped: {len(done)} of {len(targets)} images were done.')
    return commands.STOPPED
  return 0


def _agent_scenes(
  config: experiment.Config, targets: np.ndarray
) -> tuple[list[Sequence[stage.SceneObject]], int]:
  """What the agent of --model builds of each image, and renders for each."""
  if not _MODEL.value:
    return [], 0
  from spiral_tf.agents import agent as agent_lib

  agent = agent_lib.load(_MODEL.value)
  own, wanted = (x.environment for x in (agent.config, config))
  names = 'name', 'canvas_width', 'grid_width', 'max_objects'
  for name in names if agent.conditional else ():
    values = getattr(own, name), getattr(wanted, name)
    if values[0] != values[1]:
      raise ValueError(
        f'environment.{name} of {_MODEL.value!r} is {values[0]!r}, but that of '
        f'the experiment is {values[1]!r}; choose a model that was trained on '
        'such scenes, or name its experiment with --config.'
      )
  spent = _SAMPLES.value * own.episode_length
  if spent >= _ITERATIONS.value:
    raise ValueError(
      f'the agent renders {spent:,} times an image, so --iterations must be '
      f'above that, but it is {_ITERATIONS.value:,}.'
    )
  print(f'Building {len(targets)} scenes with {_MODEL.value}.', flush=True)
  programs = agent.paint_many(targets, _SAMPLES.value, seed=_SEED.value)
  return [agent.renderer.objects(x.commands) for x in programs], spent


def _settings(config: experiment.Config) -> dict[str, Any]:
  return {
    'iterations': _ITERATIONS.value,
    'initial': _INITIAL.value,
    'covariance': metropolis_hastings.COVARIANCE,
    'seed': _SEED.value,
    'processes': _PROCESSES.value,
    'workdir': _WORKDIR.value,
    'model': _MODEL.value,
    'samples': _SAMPLES.value if _MODEL.value else None,
    'config': experiment.to_dict(config),
  }


if __name__ == '__main__':
  commands.run(main)
