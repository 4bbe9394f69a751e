"""Asks the members of a population how they are."""

from collections.abc import Callable
from collections.abc import Sequence
import concurrent.futures
from typing import Any, NamedTuple

import numpy as np


class Clients(NamedTuple):
  """Clients of the nodes of one member, whose calls time out."""

  policy_learner: Any
  discriminator_learner: Any
  evaluator: Any
  replay: Any


class Report(NamedTuple):
  """What a member says of itself.

  Attributes:
    status: of the policy learner, see `PolicyLearner.status`, but for the
      generation, which is the higher of both learners'.
    generation: of both learners, None if they differ, as in mid-copy.
    fitness: None if it is not known, minus infinity if the member diverged.
    judged: whether `fitness` is that of the newest weights.
  """

  status: dict[str, Any]
  generation: int | None
  fitness: float | None
  judged: bool


def ask(members: Sequence[Clients]) -> list[Report | None]:
  """Asks all members at the same time; None for those that do not answer."""
  with concurrent.futures.ThreadPoolExecutor(len(members)) as pool:
    return list(pool.map(_ask_one, members))


def call(method: Callable[..., Any], *args) -> Any:
  """What a remote call returns; None if it fails or is not answered in time."""
  try:
    return method(*args)
  except Exception as error:  # Courier's errors have no class of their own.
    print(f'No answer: {str(error).splitlines()[:1]}', flush=True)
    return None


def _ask_one(member: Clients) -> Report | None:
  status = call(member.policy_learner.status)
  other = call(member.discriminator_learner.status)
  drawn = call(member.evaluator.fitness)
  if status is None or other is None or drawn is None:
    return None
  generation = status['generation']
  status['diverged'] = bool(status['diverged'] or other['diverged'])
  status['generation'] = max(generation, other['generation'])
  if generation != other['generation']:
    return Report(status, None, None, False)
  if status['diverged']:
    return Report(status, generation, -np.inf, True)
  if not drawn or drawn['generation'] != generation:
    return Report(status, generation, None, False)
  judged = drawn['updates'] == status['updates']
  return Report(status, generation, drawn['fitness'], judged)
