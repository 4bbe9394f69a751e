"""Tests of spiral_tf.workdir.claims."""

import os
import socket

import pytest

from spiral_tf.workdir import claims
from tests import damages


def test_only_the_newest_may_write(tmp_path):
  folder = str(tmp_path / 'new')
  first = claims.Claim(folder)
  first.check()
  second = claims.Claim(folder)
  for _ in range(2):
    with pytest.raises(claims.SupersededError) as error:
      first.check()
  for part in (folder, str(os.getpid()), socket.gethostname()):
    assert part in str(error.value)
  second.check()


@pytest.mark.parametrize('pid', [1, 4_194_304])
@pytest.mark.parametrize('harm', damages.ALL)
def test_a_damaged_token_stops_nobody_and_is_mended(
  tmp_path, monkeypatch, harm, pid
):
  # By its length, this decides where damage is.
  monkeypatch.setattr(os, 'getpid', lambda: pid)
  first = claims.Claim(str(tmp_path))
  (path,) = tmp_path.iterdir()
  harm(path)
  first.check()
  claims.Claim(str(tmp_path))
  with pytest.raises(claims.SupersededError):
    first.check()


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
