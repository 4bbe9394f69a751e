"""Tests of launch.variants."""

import pytest

from launch import variants
from tests import small

_CONFIG = small.CONFIG


def test_names_and_settings_are_read():
  first, second, third = variants.parse(
    [
      'low: policy_learner.entropy_cost=0.5',
      'both : discriminator_network.channels=(2, 4),reward.l2=0.0 ,'
      ' policy_learner.off_policy_correction=False',
      'policy_learner.discount=0.5',
    ],
    _CONFIG,
  )
  assert first == ('low', {'policy_learner.entropy_cost': 0.5})
  assert second == (
    'both',
    {
      'discriminator_network.channels': (2, 4),
      'policy_learner.off_policy_correction': False,
    },
  )
  assert third == (
    'policy_learner.discount=0.5',
    {'policy_learner.discount': 0.5},
  )


@pytest.mark.parametrize(
  'text,words',
  [
    (
      'x: policy_learner.entropycost=1',
      'Did you mean "policy_learner.entropy_cost"?',
    ),
    ('x: policy_lerner.entropy_cost=1', 'Did you mean "policy_learner"'),
    ('x: policy_learner.entropy_cost=-1', 'is -1.0, but it must be at least 0'),
    ('x: policy_learner.entropy_cost=low', 'policy_learner.entropy_cost'),
    ('x: policy_learner.batch_size=1.5', 'policy_learner.batch_size'),
    ('x: something', "'something' is no setting"),
    ('x:', "'' is no setting"),
    ('x: seed=1', 'config.seed may not differ'),
    ('x: policy_learner.batch_size=8', 'changes nothing'),
  ],
)
def test_what_is_wrong_is_said(text, words):
  with pytest.raises(ValueError) as error:
    variants.parse([text], _CONFIG)
  assert "Variant 'x': " in str(error.value) and words in str(error.value)
  assert '\n' not in str(error.value)


def test_all_that_is_wrong_is_said_at_once():
  texts = ['a: sed=1', 'good: policy_learner.discount=0.5', 'b: x.y=2', 'c: z']
  with pytest.raises(ValueError) as error:
    variants.parse(texts, _CONFIG)
  for name in 'abc':
    assert f"Variant '{name}': " in str(error.value)
  assert 'good' not in str(error.value)


def test_the_same_twice_is_refused():
  same = 'policy_learner.discount=0.5'
  with pytest.raises(ValueError, match='same settings'):
    variants.parse([f'a: {same}', f'b: {same}'], _CONFIG)


def test_a_file_has_one_a_line(tmp_path):
  path = tmp_path / 'variants.txt'
  path.write_text('# all\n\na: x.y=1  # first\n  b: x.y=2\n')
  assert variants.read(str(path)) == ['a: x.y=1', 'b: x.y=2']


@pytest.mark.parametrize('data', [b'\xff\xfe', b'x' * 1_000_001])
def test_a_file_of_something_else_is_refused(tmp_path, data):
  path = tmp_path / 'variants.txt'
  path.write_bytes(data)
  with pytest.raises(ValueError, match='no file of variants'):
    variants.read(str(path))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
