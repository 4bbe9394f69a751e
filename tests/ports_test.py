"""Tests of launch.runtime.engines.ports."""

import socket

import pytest

from launch.runtime.engines import ports


def test_names_no_port_of_a_machine_twice(monkeypatch):
  monkeypatch.setattr(ports, '_PORTS', range(20000, 20020))
  made = ports.Ports()
  assert sorted(made.new('a') for _ in range(20)) == list(range(20000, 20020))
  assert sorted(made.new('b') for _ in range(20)) == list(range(20000, 20020))
  assert made.new('a') in range(20000, 20020)  # There are no others.


def test_knows_which_are_free():
  with socket.create_server(('127.0.0.1', 0)) as server:
    port = server.getsockname()[1]
    assert not ports.is_free(port)
  assert ports.is_free(port)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
