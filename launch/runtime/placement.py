"""Where the nodes of a program are: their places, addresses and jobs."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import time

from launchpad import program as lp_program

from launch.runtime import engines
from launch.runtime import heartbeats
from launch.runtime import jobs as jobs_lib
from launch.runtime import roles as roles_lib
from launch.runtime.engines import engine as engine_lib

# How long to wait, when there was no place, before asking again.
_NO_PLACE_SECONDS = 10.0


class NoPlaceError(RuntimeError):
  """There is no place for the nodes; says of what there is not enough."""


class Placement:
  """Finds places for nodes, and new ones for those whose machine is lost.

  Attributes:
    roles: of all nodes by their names.
    jobs: of all nodes by their names, for the addresses of now.
  """

  def __init__(
    self,
    engine: engine_lib.Engine,
    make_program: Callable[
      [], tuple[lp_program.Program, Mapping[str, roles_lib.Role]]
    ],
    resources: Callable[[str], engine_lib.Resources],
    allow_public: bool,
    beats: heartbeats.Beats | None,
    say: Callable[[str], None],
  ):
    """Creates an object that has found no places; see `supervisor.Supervisor`.

    Args:
      engine: where nodes run.
      make_program: builds the program, and returns it with its roles.
      resources: what a node of a kind of group needs.
      allow_public: whether nodes may listen on addresses of the internet.
      beats: how nodes give signs of life; None if they give none.
      say: called with lines that say what happened.
    """
    self._engine = engine
    self._make_program = make_program
    self._resources = resources
    self._allow_public = allow_public
    self._beats = beats
    self._say = say
    program, roles = make_program()
    self.roles: dict[str, roles_lib.Role] = {
      name: roles[group] for name, group, _ in jobs_lib.named_nodes(program)
    }
    self.jobs: dict[str, bytes] = {}
    self._endpoints: dict[str, str] = {}
    # Nodes whose machine is lost, and those that wait for their new addresses.
    self._homeless: set[str] = set()
    self._held: set[str] = set()
    self._place_at = 0.0

  def settle(self, is_wanted: Callable[[], bool]) -> None:
    """Finds places and endpoints for all nodes, as long as that is wanted.

    Raises:
      NoPlaceError: there is no place.
      engines.PublicError: nodes would listen on a public address.
    """
    while is_wanted():
      try:
        self._place(list(self.roles))
      except RuntimeError as error:
        raise NoPlaceError(str(error)) from error
      try:
        return self._bind(list(self.roles))
      except engine_lib.LostError as error:
        self._say(f'{error} All are placed once more.')

  def lose(self, names: Iterable[str]) -> set[str]:
    """Notes that the machine of some nodes is gone.

    Args:
      names: of the nodes.

    Returns:
      Names of all nodes, these or others, that must be stopped, as they depend
      on an address that will be another.
    """
    affected = set()
    for name in names:
      self._homeless.add(name)
      role = self.roles[name]
      if role.is_server:
        affected.update(
          other
          for other, other_role in self.roles.items()
          if other_role.member == role.member or other_role.asks_all
        )
    self._held |= affected - self._homeless
    self._place_at = 0.0
    return affected

  def rehouse(self) -> list[str]:
    """Finds new places for nodes that have lost theirs, if there are any.

    Returns:
      Names of nodes that are to be started now.

    Raises:
      engines.PublicError: see `settle`.
    """
    if not self._homeless or time.monotonic() < self._place_at:
      return []
    names = sorted(self._homeless)
    try:
      self._place(names)
      self._bind(names)
    except engine_lib.LostError:
      return []
    except RuntimeError as error:
      self._say(f'{error} Trying again in {_NO_PLACE_SECONDS:.0f} s.')
      self._place_at = time.monotonic() + _NO_PLACE_SECONDS
      return []
    self._say(f'{", ".join(names)}: placed anew.')
    names += self._held
    self._homeless.clear()
    self._held.clear()
    return names

  def _place(self, names: Sequence[str]) -> None:
    self._engine.place(
      {name: self._resources(self.roles[name].kind) for name in names}
    )

  def _bind(self, moved: Sequence[str]) -> None:
    """Finds endpoints for nodes that were placed, and makes all jobs anew."""
    endpoints = self._engine.endpoints(moved)
    if not self._allow_public:
      for address in endpoints.values():
        engines.check_private(address)
    self._endpoints.update(endpoints)
    program, roles = self._make_program()
    self.jobs = jobs_lib.make(program, self._endpoints, roles, self._beats)
