"""Tests of spiral_tf.studies.variant."""

import dataclasses

import pytest

from spiral_tf.config import experiment
from spiral_tf.studies import variant
from tests import small

_CONFIG = small.CONDITIONAL


def _changed(**sections):
  """The experiment with fields of sections, or of itself, changed."""
  values = experiment.to_dict(_CONFIG)
  for name, value in sections.items():
    values[name] = (
      {**values[name], **value} if isinstance(value, dict) else value
    )
  return experiment.from_dict(values)


def test_it_is_what_differs():
  changed = _changed(
    policy_learner={'entropy_cost': 0.5, 'batch_size': 8},
    discriminator_network={'channels': (2, 4)},
  )
  made = variant.make('Low, low!', _CONFIG, changed)
  assert made.changes == {
    'policy_learner.entropy_cost': 0.5,
    'discriminator_network.channels': (2, 4),
  }
  assert made.words == (
    'discriminator_network.channels=(2, 4), policy_learner.entropy_cost=0.5'
  )
  assert made.folder == 'low_low'
  assert variant.apply(_CONFIG, made) == changed
  assert variant.apply(_CONFIG, variant.BASE) == _CONFIG


@pytest.mark.parametrize(
  'sections,words',
  [
    ({}, 'changes nothing'),
    ({'seed': 1}, 'config.seed may not differ'),
    ({'conditional': False}, 'config.conditional may not differ'),
    ({'data': {'path': 'x'}}, 'config.data.path may not differ'),
    ({'training': {'frames': 7}}, 'as many frames (--frames)'),
    ({'population': {'size': 2}}, 'trains one agent'),
    ({'resources': {'actor': 'cpus=2'}}, 'is one process'),
    ({'environment': {'color': True}}, 'would not mean'),
    ({'environment': {'canvas_width': 32}}, 'would not mean'),
  ],
)
def test_what_cannot_be_compared_is_refused(sections, words):
  with pytest.raises(ValueError) as error:
    variant.make('x', _CONFIG, _changed(**sections))
  assert words in str(error.value) and 'Leave it out' in str(error.value)


def test_other_settings_of_the_environment_may_differ():
  changed = _changed(environment={'grid_width': 8, 'substrokes': 9})
  made = variant.make('fine', _CONFIG, changed)
  assert made.changes == {
    'environment.grid_width': 8,
    'environment.substrokes': 9,
  }


def test_a_name_needs_letters():
  changed = _changed(policy_learner={'entropy_cost': 0.5})
  with pytest.raises(ValueError, match='no letters'):
    variant.make(' _! ', _CONFIG, changed)


@pytest.mark.parametrize(
  'names,values,words',
  [
    (('a b', 'A-B'), (1, 2), 'one folder, a_b.'),
    (('As it is', 'b'), (1, 2), 'one folder, as_it_is.'),
    (('a', 'b'), (1, 1), 'the same settings, x=1.'),
  ],
)
def test_variants_are_told_apart(names, values, words):
  some = [variant.Variant(n, {'x': v}) for n, v in zip(names, values)]
  with pytest.raises(ValueError) as error:
    variant.check_distinct(some)
  assert words in str(error.value)


def test_variants_that_differ_are_let_be():
  one = variant.Variant('a', {'x': 1})
  other = variant.Variant('b', {'x': 2})
  variant.check_distinct([one, other])


def test_long_names_have_short_folders():
  assert len(variant.Variant('x' * 300, {}).folder) <= 80


def test_settings_of_errors_are_fields():
  flat = experiment.flat(experiment.Config())
  sections = {f.name for f in dataclasses.fields(experiment.Config)}
  assert set(variant._COMMON) <= set(flat) | sections


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
