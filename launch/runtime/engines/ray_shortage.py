"""Says what a Ray cluster lacks for nodes that it has no place for."""

from collections.abc import Mapping
from collections.abc import Sequence

from launch.runtime.engines import engine

_CURE = (
  'Ask for less (--config.resources), or add a machine with '
  '"ray start --address=...".'
)


def explain(
  nodes: Mapping[str, engine.Resources],
  free: Mapping[str, float],
  machines: Sequence[Mapping[str, float]],
  seconds: float,
) -> str:
  """Writes an error message.

  Args:
    nodes: what nodes without a place need.
    free: amounts that nobody uses, by Ray's names.
    machines: amounts that each machine has.
    seconds: how long the nodes have waited.

  Returns:
    The text.
  """
  asked: dict[str, float] = {}
  for resources in nodes.values():
    for what, amount in _amounts(resources).items():
      asked[what] = asked.get(what, 0.0) + amount
  lines = []
  for what, amount in asked.items():
    unused = free.get(what, 0.0)
    total = sum(its.get(what, 0.0) for its in machines)
    if amount > unused:
      lines.append(f'{amount:g} {what} where {unused:g} of {total:g} are free')
  for name, resources in nodes.items():
    wanted = _amounts(resources)
    if not any(
      all(its.get(what, 0.0) >= amount for what, amount in wanted.items())
      for its in machines
    ):
      text = ', '.join(f'{amount:g} {what}' for what, amount in wanted.items())
      lines.append(f'{text} for {name}, which no single machine has')
  reason = '; '.join(lines) or 'no more than there is, so it may only be slow'
  return (
    f'{", ".join(sorted(nodes))}: no place in the Ray cluster within '
    f'{seconds:g} s. They ask for {reason}. {_CURE}'
  )


def _amounts(resources: engine.Resources) -> dict[str, float]:
  """What a node needs, by Ray's names, without what it needs nothing of."""
  amounts = {'CPU': resources.cpus, 'GPU': resources.gpus, **resources.custom}
  return {what: amount for what, amount in amounts.items() if amount}
