"""Tests of spiral_tf.web.shares."""

import pytest

from spiral_tf.web import shares


def test_each_has_a_share_and_all_have_the_total():
  held = shares.Shares(3, 2, 'places')
  held.take('a')
  held.take('a')
  with pytest.raises(shares.FullError, match='places are limited to 2'):
    held.take('a')
  held.take('b')
  with pytest.raises(shares.FullError, match='many people'):
    held.take('c')
  held.give_back('a')
  held.take('c')


@pytest.mark.parametrize(
  ('host', 'address'),
  [
    ('127.0.0.1', '127.0.0.1'),
    ('::ffff:10.1.2.3', '10.1.2.3'),
    ('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'),
    ('2001:db8:1:2::9', '2001:db8:1:2::/64'),
    ('fe80::1%eth0', 'fe80::/64'),
    ('testclient', 'testclient'),
    ('', ''),
  ],
)
def test_whose_an_address_is(host, address):
  assert shares.address(host) == address


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
