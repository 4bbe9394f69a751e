"""Tests of spiral_tf.nodes.graphics, with cards that are not there."""

import dataclasses
import inspect

import pytest
import tensorflow as tf

from spiral_tf import exit_codes
from spiral_tf import node_kinds
from spiral_tf.config import cluster
from spiral_tf.nodes import actor
from spiral_tf.nodes import discriminator_learner
from spiral_tf.nodes import evaluator
from spiral_tf.nodes import graphics
from spiral_tf.nodes import policy_learner
from tests import small

_NODES = {
  node_kinds.ACTOR: actor.Actor,
  node_kinds.DISCRIMINATOR_LEARNER: discriminator_learner.DiscriminatorLearner,
  node_kinds.EVALUATOR: evaluator.Evaluator,
  node_kinds.POLICY_LEARNER: policy_learner.PolicyLearner,
}


def _promised(kind, what='cpus=1,gpus=1'):
  resources = dataclasses.replace(cluster.ResourcesConfig(), **{kind: what})
  return dataclasses.replace(small.CONFIG, resources=resources)


@pytest.fixture
def cards(monkeypatch):
  """The cards that TensorFlow sees, none at first."""
  seen = []
  monkeypatch.setattr(tf.config, 'list_physical_devices', lambda kind: seen)
  return seen


@pytest.mark.parametrize('kind', _NODES)
def test_a_node_without_its_card_ends_before_it_does_anything(
  kind, cards, tmp_path
):
  number = len(inspect.signature(_NODES[kind]).parameters)
  arguments = [_promised(kind), str(tmp_path), None, None][:number]
  if kind == node_kinds.ACTOR:
    arguments[1:] = [None, None, 0]
  with pytest.raises(graphics.NoCardError) as error:
    _NODES[kind](*arguments)
  assert error.value.exit_code == exit_codes.NO_CARD
  text = str(error.value)
  assert f'--config.resources.{kind} promises gpus=1' in text
  assert 'docs/cluster.md' in text
  assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
  'cuda, said', [(True, 'nvidia-smi'), (False, 'for CPUs only')]
)
def test_it_says_what_is_missing(cuda, said, cards, monkeypatch):
  monkeypatch.setattr(tf.test, 'is_built_with_cuda', lambda: cuda)
  config = _promised(node_kinds.ACTOR, 'cpus=1,gpus=0.5')
  with pytest.raises(graphics.NoCardError, match=said) as error:
    graphics.check(config, node_kinds.ACTOR)
  assert 'gpus=0.5' in str(error.value)


def test_with_a_card_or_without_a_promise_nothing_is_said(cards):
  for what in ('cpus=4', 'cpus=1,gpus=0', 'cpus=1,painter=2'):
    for kind in _NODES:
      graphics.check(_promised(kind, what), kind)
  cards.append('a card')
  graphics.check(_promised(node_kinds.ACTOR), node_kinds.ACTOR)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
