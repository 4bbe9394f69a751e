"""Tests of spiral_tf.evaluation.scribbles."""

import dataclasses

import numpy as np
import pytest

from spiral_tf import builders
from spiral_tf import rollout
from spiral_tf.evaluation import scribbles
from tests import small

_TARGETS = np.random.default_rng(0).integers(
  256, size=[7, 16, 16, 1], dtype=np.uint8
)
_LONGER = dataclasses.replace(
  small.CONFIG,
  environment=dataclasses.replace(small.CONFIG.environment, episode_length=5),
)


@pytest.fixture(autouse=True)
def few(monkeypatch):
  """Has few scribbles made."""
  monkeypatch.setattr(scribbles, '_AGENTS', 3)
  monkeypatch.setattr(scribbles, '_DRAWINGS', 12)
  monkeypatch.setattr(scribbles, '_RANDOM', 30)


@pytest.mark.parametrize('config', [small.CONFIG, small.CONDITIONAL])
def test_many_agents_scribble_and_so_does_chance(config):
  made = scribbles.scribble(config, _TARGETS, seed=0)
  again = scribbles.scribble(config, _TARGETS, seed=0)
  assert {kind: len(x) for kind, x in made.items()} == {
    'untrained': 36,
    'random': 30,
  }
  for kind, images in made.items():
    assert images.shape[1:] == (16, 16, 1) and images.dtype == np.uint8
    assert (images.min(axis=(1, 2, 3)) < 255).mean() > 0.9
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) > 20
    np.testing.assert_array_equal(images, again[kind])


def test_agents_have_weights_of_their_own_and_none_those_of_the_run(
  monkeypatch,
):
  weights = []
  make_player = builders.make_player

  def spy_player(policy, seed):
    weights.append(policy.trainable_variables)
    return make_player(policy, seed)

  seen = []
  play = rollout.play

  def spy_play(environments, player):
    seen.append(np.concatenate([x.numpy().ravel() for x in weights[0]]))
    return play(environments, player)

  monkeypatch.setattr(builders, 'make_player', spy_player)
  monkeypatch.setattr(rollout, 'play', spy_play)
  scribbles.scribble(small.CONFIG, _TARGETS, seed=0)
  own = builders.make_policy(small.CONFIG).trainable_variables
  own = np.concatenate([x.numpy().ravel() for x in own])
  agents = [own, *seen[:3]]
  assert len({x.tobytes() for x in agents}) == 4


def test_drawings_are_of_different_lengths(monkeypatch):
  lengths = []
  play = rollout.play

  def spy(environments, player):
    episodes = play(environments, player)
    # Shades say after how many actions a canvas was seen.
    canvases = episodes.observation['canvas']
    canvases[:] = np.arange(len(canvases))[:, None, None, None, None]
    return episodes

  monkeypatch.setattr(rollout, 'play', spy)
  for images in scribbles.scribble(_LONGER, _TARGETS, seed=0).values():
    lengths.extend(images[:, 0, 0, 0].tolist())
  assert set(lengths) == {3, 4, 5}


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
