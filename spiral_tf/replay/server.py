"""The replay server: its tables, and what it keeps over a restart.

The table of renders is saved with the discriminator that is trained on them.
"""

from collections.abc import Sequence

import reverb
import tensorflow as tf

from spiral_tf import types
from spiral_tf.config import experiment
from spiral_tf.replay import episodes
from spiral_tf.replay import snapshots


def make_tables(
  config: experiment.Config,
  episode: types.Episode,
  render: dict[str, tf.TensorSpec],
) -> list[reverb.Table]:
  """Makes the two tables.

  `renders` also keeps the two learners in step: it lets each render be sampled
  `updates_per_policy_update` times on average, makes a discriminator learner
  that is ahead wait for new renders, and makes actors, and so the policy
  learner, wait for one that is two policy updates behind.

  Args:
    config: sizes and rates.
    episode: signature, see `episodes.episode_signature`.
    render: signature, see `episodes.render_signature`.

  Returns:
    The tables of the replay server.
  """
  discriminator = config.discriminator_learner
  batch_size = config.policy_learner.batch_size
  min_size = discriminator.batch_size
  samples_per_insert = (
    discriminator.updates_per_policy_update * discriminator.batch_size
  ) / batch_size
  slack = min_size + 2 * max(batch_size, config.training.environments_per_actor)
  return [
    reverb.Table.queue(
      episodes.TRAJECTORIES, max_size=batch_size, signature=episode._asdict()
    ),
    reverb.Table(
      episodes.RENDERS,
      sampler=reverb.selectors.Uniform(),
      remover=reverb.selectors.Fifo(),
      max_size=discriminator.replay_batches * discriminator.batch_size,
      rate_limiter=reverb.rate_limiters.SampleToInsertRatio(
        samples_per_insert=samples_per_insert,
        min_size_to_sample=min_size,
        error_buffer=(
          0.0,
          max(1.0, samples_per_insert) * slack,
        ),
      ),
      signature=render,
    ),
  ]


def serve(
  config: experiment.Config,
  workdir: str,
  tables: Sequence[reverb.Table],
  port: int,
) -> reverb.Server:
  """Starts a server, with the renders of the last checkpoint if there is one.

  Episodes of the checkpoint are dropped: the policy has moved on. A checkpoint
  brings the settings of its tables along, so one that was made with others than
  `config`'s is not used, and removed. One that cannot be read is not used
  either; a line says so.

  Args:
    config: the experiment.
    workdir: folder of the run; checkpoints lie in its `checkpoints/replay`.
    tables: from `make_tables`.
    port: to listen on.

  Returns:
    The server.
  """
  folder = snapshots.folder(config, workdir)
  own = snapshots.prepare(folder)
  path, damaged = snapshots.newest(folder)
  for line in damaged:
    print(line, flush=True)

  def start(path: str | None) -> reverb.Server:
    checkpointer = reverb.platform.checkpointers_lib.DefaultCheckpointer(
      own, fallback_checkpoint_path=path
    )
    return reverb.Server(list(tables), port, checkpointer)

  try:
    server = start(path)
  except RuntimeError as error:
    if path is None:
      raise
    print(
      f"Replay's checkpoint {path} cannot be read: {error}. Replay starts "
      'empty.',
      flush=True,
    )
    server = start(None)
  server.localhost_client().reset(episodes.TRAJECTORIES)
  return server
