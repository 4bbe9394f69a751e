"""Tests of spiral_tf.evaluation.judges."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from spiral_tf import builders
from spiral_tf import node_kinds
from spiral_tf.evaluation import judges
from spiral_tf.workdir import checkpoints
from spiral_tf.workdir import config_file
from tests import small

_WIDTH = small.CONFIG.environment.canvas_width
_RANDOM = np.random.RandomState(0)
_IMAGES, _TARGETS = _RANDOM.randint(256, size=[2, 5, _WIDTH, _WIDTH, 1]).astype(
  np.uint8
)


def _run(folder, config):
  """A run whose discriminator has other weights than a new one."""
  config_file.save(str(folder), config)
  discriminator = builders.make_discriminator(
    dataclasses.replace(config, seed=17)
  )
  checkpoints.Checkpointer(
    str(folder),
    *(node_kinds.DISCRIMINATOR_LEARNER, 1e6),
    {'discriminator': discriminator},
  ).save()
  return discriminator


def _environment(**changes):
  environment = dataclasses.replace(small.CONFIG.environment, **changes)
  return dataclasses.replace(small.CONDITIONAL, environment=environment)


@pytest.mark.parametrize('config', [small.CONDITIONAL, small.VARIANTS])
def test_the_discriminator_of_the_run_is_the_judge(
  config, tmp_path, monkeypatch
):
  monkeypatch.setattr(judges, '_CHUNK', 2)
  trained = _run(tmp_path, config)
  # The agent may be another one, with other strokes.
  agent = _environment(episode_length=7, brush='classic/charcoal')
  judge = judges.load_judge(str(tmp_path), agent, 'discriminator')
  want = trained(tf.constant(_IMAGES), tf.constant(_TARGETS))
  np.testing.assert_allclose(judge(_IMAGES, _TARGETS), want, rtol=1e-5)
  assert judge(_IMAGES[:0], _TARGETS[:0]).shape == (0,)


def test_both_are_shares_of_the_way_from_blank_to_the_target(tmp_path):
  trained = _run(tmp_path, small.CONDITIONAL)

  def score(images):
    return trained(tf.constant(images), tf.constant(_TARGETS)).numpy()

  judge = judges.load_judge(str(tmp_path), small.CONDITIONAL, weight=0.5)
  blank = np.full_like(_TARGETS, 255)
  trusted = score(_TARGETS) > score(blank)
  np.testing.assert_allclose(judge(blank, _TARGETS), np.zeros(5), atol=1e-6)
  np.testing.assert_allclose(
    judge(_TARGETS, _TARGETS), 1 + 0.5 * trusted, rtol=1e-6
  )
  # Of a picture in between, in the words of the definition.
  far = [
    np.sum((x / 255.0 - t / 255.0) ** 2) / np.sum((1 - t / 255.0) ** 2)
    for x, t in zip(_IMAGES, _TARGETS)
  ]
  real = (score(_IMAGES) - score(blank)) / (score(_TARGETS) - score(blank))
  real = np.where(trusted, np.minimum(real, 1), 0)
  for _ in range(2):  # Found, and remembered.
    np.testing.assert_allclose(
      judge(_IMAGES, _TARGETS), 1 - np.array(far) + 0.5 * real, rtol=1e-4
    )


def test_nothing_is_more_real_than_the_target():
  share = judges.realism(
    np.array([2.0, 5.0, 9.0, 1.0, 3.0, 3.0]),
    np.array([2.0, 2.0, 2.0, 2.0, 4.0, 4.0]),
    np.array([8.0, 8.0, 8.0, 8.0, 4.0, 3.0]),
  )
  # Of the last two the discriminator prefers blank paper, or cannot tell.
  np.testing.assert_allclose(share, [0, 0.5, 1, -1 / 6, 0, 0])


def test_a_blank_target_is_no_division_by_zero():
  near = judges.nearness(np.array([0.0, 0.25, 0.1]), np.array([0.0, 0.0, 0.2]))
  np.testing.assert_allclose(near, [1, 0.75, 0.5])


def test_the_ends_of_the_scale_are_found_once_and_not_for_ever(monkeypatch):
  monkeypatch.setattr(judges, '_KEPT_ENDS', 3)
  scored = []

  def count(images, targets):
    scored.append(len(images))
    return np.zeros(len(targets), np.float32)

  judge = judges.Both(count, np.full_like(_TARGETS[0], 255))
  judge(_IMAGES, _TARGETS)
  assert scored == [5, 5, 5]  # Blank canvases, targets, and the pictures.
  judge(_IMAGES[2:], _TARGETS[2:])
  assert scored[3:] == [3]
  judge(_IMAGES[:1], _TARGETS[:1])
  assert scored[4:] == [1, 1, 1]


@pytest.mark.parametrize(
  'config,agent,words',
  [
    (small.CONFIG, small.CONDITIONAL, 'is unconditional: .*conditional=True'),
    (_environment(canvas_width=32), small.CONDITIONAL, 'canvas_width=32.*16'),
    (_environment(color=True), small.CONDITIONAL, 'color=True.*False'),
    (
      _environment(background='transparent'),
      small.CONDITIONAL,
      "background='transparent'.*'white'",
    ),
    (small.SCENES, small.CONDITIONAL, "name='scenes'.*'painting'"),
  ],
)
def test_a_run_that_cannot_judge_is_refused(config, agent, words, tmp_path):
  config_file.save(str(tmp_path), config)
  with pytest.raises(ValueError, match=words) as caught:
    judges.load_judge(str(tmp_path), agent)
  assert str(tmp_path) in str(caught.value)
  assert 'Name the folder of a run' in str(caught.value)


def test_a_folder_without_a_discriminator_is_refused(tmp_path):
  nowhere = str(tmp_path / 'nowhere')
  with pytest.raises(FileNotFoundError, match='nowhere'):
    judges.load_judge(nowhere, small.CONDITIONAL)
  config_file.save(str(tmp_path), small.CONDITIONAL)
  with pytest.raises(FileNotFoundError, match=r'no checkpoint.*discriminator'):
    judges.load_judge(str(tmp_path), small.CONDITIONAL)


@pytest.mark.parametrize(
  'arguments,words',
  [
    (('pixels',), "'pixels'; pixels need no run"),
    (('other',), "'discriminator' or 'both', not as 'other'"),
    (('both', -1.0), 'weight is -1.0'),
    (('both', float('nan')), 'weight is nan'),
  ],
)
def test_what_is_no_judge_is_refused(arguments, words):
  with pytest.raises(ValueError, match=words):
    judges.load_judge('runs/any', small.CONDITIONAL, *arguments)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
