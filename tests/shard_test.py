"""Tests of tests.shard."""

import itertools
import pathlib

import pytest

from tests import shard

_FILES = [f'tests/{name}_test.py' for name in 'gcabdfe']


@pytest.mark.parametrize('total', [1, 2, 3, 7, 9])
def test_every_file_is_in_one_share(total):
  shares = [shard.share(_FILES, index, total) for index in range(total)]
  assert sorted(itertools.chain(*shares)) == sorted(_FILES)
  lengths = [len(each) for each in shares]
  assert max(lengths) - min(lengths) <= 1


def test_pytest_gets_the_share_and_all_that_bazel_says():
  env = {
    'TEST_TOTAL_SHARDS': '2',
    'TEST_SHARD_INDEX': '1',
    'TESTBRIDGE_TEST_ONLY': 'painting and not gl',
    'XML_OUTPUT_FILE': '/results.xml',
  }
  assert shard.arguments([*_FILES, '--maxfail=1'], env) == [
    '--maxfail=1',
    *('-k', 'painting and not gl'),
    '--junit-xml=/results.xml',
    '--',
    *('tests/b_test.py', 'tests/d_test.py', 'tests/f_test.py'),
  ]


def test_without_bazel_it_is_all_of_them():
  assert shard.arguments(_FILES, {})[1:] == sorted(_FILES)


def test_an_empty_share_is_not_all_tests():
  env = {'TEST_TOTAL_SHARDS': '8', 'TEST_SHARD_INDEX': '7'}
  assert not any('test' in word for word in shard.arguments(_FILES, env))


def test_bazel_is_told_that_shards_are_understood(tmp_path, monkeypatch):
  status = pathlib.Path(tmp_path, 'status')
  monkeypatch.setenv('TEST_SHARD_STATUS_FILE', str(status))
  monkeypatch.setattr(shard.sys, 'argv', ['shard.py', '--version'])
  assert shard.main() == 0
  assert status.exists()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
