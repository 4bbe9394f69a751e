"""The whole program, small, under Launchpad's test launcher."""

import dataclasses
import glob
import os
import tempfile
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import launchpad as lp
import numpy as np
from PIL import Image
import tensorflow as tf

from launch import graph
from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.datasets import scene_factory
from spiral_tf.evaluation import reconstruction
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from spiral_tf.workdir import json_lines
from spiral_tf.workdir import metrics
from tests import small


def _arrays(variables):
  return [variable.numpy() for variable in variables]


def _unmoved(before, variables):
  return [
    variable.name
    for old, variable in zip(before, variables, strict=True)
    if np.array_equal(old, variable.numpy())
  ]


class ProgramTest(parameterized.TestCase):
  def _workdir(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    return folder.name

  def test_trains_both_networks_draws_and_stops_by_itself(self):
    workdir = self._workdir()
    policy = builders.make_policy(small.CONFIG)
    discriminator = builders.make_discriminator(small.CONFIG)
    # The learners begin with these weights, as if they went on from them.
    policy_node, discriminator_node = (
      {'policy': policy, 'updates': tf.Variable(0, dtype=tf.int64)},
      {
        'discriminator': discriminator,
        'updates': tf.Variable(0, dtype=tf.int64),
      },
    )
    nodes = (
      (node_kinds.POLICY_LEARNER, policy_node),
      (node_kinds.DISCRIMINATOR_LEARNER, discriminator_node),
    )
    for name, trackables in nodes:
      checkpoints.Checkpointer(workdir, name, 1e6, trackables).save()
    before = _arrays(policy.trainable_variables)
    before_discriminator = _arrays(discriminator.trainable_variables)

    manager = lp.launch(
      graph.make_program(small.CONFIG, workdir)[0],
      launch_type='test_mt',
      test_case=self,
    )
    manager.wait()

    for name, trackables in nodes:
      checkpoints.restore(workdir, name, trackables)
    # A number that is added to all logits changes nothing, so nothing moves it.
    unmoved = _unmoved(before, policy.trainable_variables)
    self.assertEqual([n for n in unmoved if 'logits/b' not in n], [])
    unmoved = _unmoved(before_discriminator, discriminator.trainable_variables)
    self.assertEqual(unmoved, [])
    self.assertEqual(int(policy_node['updates']), 20)
    # All it knows of generated images it has from replay, at a fixed ratio:
    # 2 updates for each of the policy's, and for the batches still under way:
    # at most 1 in the queue, 4 read ahead, 1 in each actor and 1 on its way.
    updates = int(discriminator_node['updates'])
    self.assertBetween(updates, 2 * (20 - 4), 2 * (20 + 8))
    last = json_lines.last_line(
      metrics.metrics_path(workdir, node_kinds.POLICY_LEARNER)
    )
    self.assertEqual(last['done'], 1.0)
    self.assertEqual(last['frames'], small.CONFIG.training.frames)
    pictures = glob.glob(os.path.join(workdir, 'samples', '*.png'))
    self.assertNotEmpty(pictures)
    for path in pictures:
      image = np.asarray(Image.open(path))
      self.assertLess(image.min(), 64)  # There is ink on it.

  @parameterized.named_parameters(
    ('painting', small.CONDITIONAL),
    ('scenes', small.SCENES),
    ('discriminator_variants', small.VARIANTS),
  )
  def test_trains_with_targets(self, config):
    if config.data.name == 'scenes':
      folder = self._workdir()
      scene_factory.make(folder, small.SCENES_SETTINGS, 1, lambda done: None)
      config = dataclasses.replace(
        config, data=dataclasses.replace(config.data, path=folder)
      )
    workdir = self._workdir()
    before = _arrays(builders.make_policy(config).trainable_variables)
    manager = lp.launch(
      graph.make_program(config, workdir)[0],
      launch_type='test_mt',
      test_case=self,
    )
    manager.wait()
    policy = builders.make_policy(config)
    checkpoints.restore(workdir, node_kinds.POLICY_LEARNER, {'policy': policy})
    unmoved = _unmoved(before, policy.trainable_variables)
    self.assertLess(len(unmoved), len(before) / 2)
    last = json_lines.last_line(metrics.metrics_path(workdir, 'evaluator'))
    self.assertBetween(last['mse'], 1e-4, 1.0)
    # What a learning curve is held against.
    self.assertBetween(last['mse_empty'], 1e-3, 1.0)
    self.assertBetween(last['mse_mean_image'], 1e-4, 1.0)
    config_file.save(workdir, config)
    # What a classifier recognises is no matter of the graph's, and takes long.
    with mock.patch.object(reconstruction, 'read', return_value={}):
      result = reconstruction.evaluate(workdir, 10, lambda line: None)
    self.assertEqual(result['frames'], config.training.frames)
    self.assertNotEqual(result['trained'], result['untrained'])

  def test_a_node_that_fails_takes_the_program_down(self):
    config = dataclasses.replace(
      small.CONFIG,
      training=dataclasses.replace(small.CONFIG.training, frames=0),
    )
    workdir = self._workdir()
    # A file where the evaluator wants a folder.
    with open(os.path.join(workdir, 'samples'), 'w'):
      pass
    manager = lp.launch(
      graph.make_program(config, workdir)[0], launch_type='test_mt'
    )
    with self.assertRaises(FileExistsError):
      manager.wait()
    manager.wait(raise_error=False)


if __name__ == '__main__':
  absltest.main()
