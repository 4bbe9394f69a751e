import pytest

from launch.runtime.engines import engine
from launch.runtime.engines import ray_shortage

_MACHINES = [{'CPU': 4.0, 'painter': 2.0}, {'CPU': 2.0}]


def test_names_what_is_not_enough_and_the_cure():
  text = ray_shortage.explain(
    {
      'actor/0': engine.Resources(2, 0, {'painter': 1}),
      'actor/1': engine.Resources(1.5, 0, {'painter': 1}),
    },
    {'CPU': 3.0, 'painter': 2.0},
    _MACHINES,
    30.0,
  )
  assert 'actor/0, actor/1: no place in the Ray cluster within 30 s' in text
  assert '3.5 CPU where 3 of 6 are free' in text
  assert 'painter where' not in text and 'GPU' not in text
  assert 'single' not in text
  assert '--config.resources' in text and 'ray start --address' in text


def test_names_what_no_machine_has():
  text = ray_shortage.explain(
    {'learner/0': engine.Resources(3, 1), 'actor/0': engine.Resources(5)},
    {'CPU': 6.0},
    _MACHINES,
    30.0,
  )
  assert '8 CPU where 6 of 6 are free; 1 GPU where 0 of 0 are free' in text
  assert '3 CPU, 1 GPU for learner/0, which no single machine has' in text
  assert '5 CPU for actor/0, which no single machine has' in text


def test_has_a_guess_when_there_is_enough():
  text = ray_shortage.explain(
    {'actor/0': engine.Resources(1)}, {'CPU': 2.0}, _MACHINES, 1.0
  )
  assert 'no more than there is' in text


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
