"""Tests of launch.runtime.engines.slurm_spread: who goes where."""

import collections

import pytest

from launch.runtime.engines import engine
from launch.runtime.engines import slurm_job
from launch.runtime.engines import slurm_spread

_HOSTS = {
  'a': slurm_job.Host(4, ('0', '1')),
  'b': slurm_job.Host(4, ()),
  'c': slurm_job.Host(2, ('5',)),
}
_needs = engine.Resources


def _spread(nodes, taken=(), suspects=()):
  return slurm_spread.spread('77', nodes, _HOSTS, taken, suspects)


def _hosts(shares):
  return {name: share.host for name, share in shares.items()}


def test_spreads_evenly():
  shares = _spread({f'{i}': _needs(1) for i in range(10)})
  assert collections.Counter(_hosts(shares).values()) == {
    **{'a': 4, 'b': 4, 'c': 2}
  }
  shares = _spread({f'{i}': _needs(0) for i in range(6)})
  assert collections.Counter(_hosts(shares).values()) == {'a': 3, 'b': 3}


def test_gives_each_its_own_cards():
  nodes = {'actor': _needs(1), 'learner': _needs(1, 1), 'big': _needs(2, 2)}
  shares = _spread(nodes)
  assert shares['big'] == ('a', 2, ('0', '1'))
  assert shares['learner'] == ('c', 1, ('5',))
  assert shares['actor'] == ('b', 1, ())


def test_leaves_others_what_they_have():
  taken = list(_spread({'x': _needs(4, 1)}).values())
  assert taken == [('a', 4, ('0',))]
  shares = _spread({'y': _needs(0, 1), 'z': _needs(0, 1)}, taken)
  assert {tuple(share[::2]) for share in shares.values()} == {
    ('a', ('1',)),
    ('c', ('5',)),
  }
  with pytest.raises(RuntimeError, match=r'y needs 3 CPUs.*b: 0 CPUs'):
    _spread({'y': _needs(3), 'x': _needs(4)}, taken)


def test_says_what_is_lacking():
  with pytest.raises(RuntimeError) as error:
    _spread({'learner/0': _needs(1, 3)})
  text = str(error.value)
  assert text.startswith('learner/0 needs 1 CPUs and 3 GPUs, which no machine')
  assert 'Slurm job 77' in text
  assert 'a: 4 CPUs, 2 GPUs; b: 4 CPUs, 0 GPUs; c: 2 CPUs, 1 GPUs' in text
  assert '--nodes' in text and '--config.resources' in text


@pytest.mark.parametrize(
  ('needs', 'text'),
  [
    (_needs(1, 0, {'painter': 1}), 'actor needs painter, which only Ray has'),
    (_needs(1, 0.5), 'actor needs 0.5 GPUs.*whole number'),
  ],
)
def test_refuses_what_slurm_does_not_have(needs, text):
  with pytest.raises(RuntimeError, match=text):
    _spread({'actor': needs})


def test_shares_what_is_left_after_a_loss():
  taken = [slurm_spread.Share('b', 4, ()), slurm_spread.Share('a', 4, ())]
  nodes = {'x': _needs(4), 'y': _needs(4)}
  shares = _spread(nodes, taken, {'c'})
  assert sorted(_hosts(shares).values()) == ['a', 'b']
  # Cards are not shared.
  with pytest.raises(RuntimeError, match='3 GPUs'):
    _spread({'x': _needs(0, 3)}, taken, {'c'})
  # Better a machine that may be lost than none.
  assert set(_hosts(_spread(nodes, (), set(_HOSTS))).values()) == {'a', 'b'}


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
