"""The node of replay: a Reverb server, and how others reach it."""

import functools
import time

import launchpad as lp
from launchpad import address as lp_address
from launchpad.nodes import base

from spiral_tf import activity
from spiral_tf import builders
from spiral_tf.config import experiment
from spiral_tf.replay import by_reverb
from spiral_tf.replay import episodes
from spiral_tf.replay import server as server_lib

# Under Launchpad's own launchers, replay outlives the other nodes, which all
# are told to stop at the same time, so that none of them is left waiting for a
# server that is gone.
_LINGERS_SECONDS = 2.0


class _ReplayHandle(base.Handle):
  """What nodes get of the server's address."""

  def __init__(self, address: lp_address.Address):
    self._address = address

  def dereference(self) -> by_reverb.Replay:
    """Connects to the server."""
    return by_reverb.Replay(self._address.resolve())


class ReplayNode(lp.ReverbNode):
  """A Reverb server that comes back with what it held when it was saved."""

  def __init__(self, config: experiment.Config, workdir: str):
    """Creates a node of a run; the server starts when the program does."""
    super().__init__(functools.partial(make_tables, config))
    self._config = config
    self._workdir = workdir

  def create_handle(self) -> _ReplayHandle:
    """Makes what other nodes are given in the place of this one."""
    return self._track_handle(_ReplayHandle(self._address))

  def run(self) -> None:
    """Serves until the program stops."""
    self._server = server_lib.serve(
      self._config,
      self._workdir,
      self._priority_tables_fn(),
      lp_address.get_port_from_address(self._address.resolve()),
    )
    activity.CURRENT.rest()  # The server has threads of its own.
    lp.wait_for_stop()
    time.sleep(_LINGERS_SECONDS)


def make_tables(config: experiment.Config) -> list:
  """Makes the tables of an experiment's replay server."""
  spec = builders.environment_spec(config)
  episode = episodes.episode_signature(
    spec.observation, spec.action, config.environment.episode_length
  )
  return server_lib.make_tables(
    config, episode, episodes.render_signature(spec.observation)
  )
