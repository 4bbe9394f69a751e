"""A tree of an agent's proposals, searched by PUCT.

Each simulation goes down the tree by the PUCT rule to a beginning of a program,
from which the agent goes on to the end; all of that joins the tree. How near
the picture then is tells what each beginning on the way is worth. No value
network is asked: what agents learn to foresee is the discriminator's score.

Actions are too many to list, so a node has samples of the agent's for children,
as Hubert et al. have it ("Learning and planning in complex action spaces",
2021): the prior of each is how often it was sampled. The more often a node is
visited, the more children it may have. docs/search.md compares it with
climbing.
"""

from collections.abc import Sequence
import dataclasses
import math
from typing import Optional

import numpy as np

from spiral_tf.search import beginnings as beginnings_lib

# Targets whose simulations run side by side, in one call of the agent a step.
_GROUP = 64
# How much priors weigh against values; the values of a tree are in [0, 1].
_EXPLORATION = 0.3
# A node of n visits has at most this power of n children.
_WIDENING = 0.5


@dataclasses.dataclass(eq=False)
class Node:
  """A beginning of a program.

  Attributes:
    beginning: a batch of beginnings, and its row there.
    steps: how many actions it has.
    parent: the beginning without its last action.
    sampled: how often the agent proposed it to its parent.
    visits: simulations that went through it.
    error: the least of all programs that begin with it.
    children: by their last action.
  """

  beginning: tuple[beginnings_lib.Beginnings, int]
  steps: int = 0
  parent: Optional['Node'] = None
  sampled: int = 1
  visits: int = 0
  error: float = math.inf
  children: dict[tuple[int, ...], 'Node'] = dataclasses.field(
    default_factory=dict
  )


@dataclasses.dataclass
class Tree:
  """The tree of one target.

  Attributes:
    root: its root.
    whole: the whole programs in it.
    worst: the largest error of these.
  """

  root: Node
  whole: list[Node] = dataclasses.field(default_factory=list)
  worst: float = -math.inf


def search(
  easel: beginnings_lib.Easel, number: int, simulations: int, keep: int = 1
) -> beginnings_lib.Found:
  """Searches for the program of each target.

  Args:
    easel: with the targets, and the agent that proposes.
    number: of targets, `N`.
    simulations: for each of them.
    keep: programs to return.

  Returns:
    `keep` programs for each target, the nearest first; where fewer were found,
    the nearest several times.
  """
  programs = []
  for start in range(0, number, _GROUP):
    target = range(start, min(number, start + _GROUP))
    trees = grow(easel, target, simulations)
    programs += [_nearest(tree, keep) for tree in trees]
  return beginnings_lib.found(programs)


def grow(
  easel: beginnings_lib.Easel, target: Sequence[int], simulations: int
) -> list[Tree]:
  """Grows a tree for each of some targets, by as many simulations."""
  roots = easel.begin(target)
  trees = [Tree(Node((roots, row))) for row in range(len(target))]
  for _ in range(simulations):
    leaves = [descend(tree, easel.length) for tree in trees]
    for tree, end in zip(trees, _play_on(easel, leaves)):
      _back_up(tree, end)
  return trees


def descend(tree: Tree, length: int) -> Node:
  """The node from which the agent is to go on."""
  node = tree.root
  while True:
    children = [x for x in node.children.values() if x.steps < length]
    if not children or len(node.children) < max(1, node.visits) ** _WIDENING:
      return node
    scale = max(tree.worst - tree.root.error, 1)
    sampled = sum(child.sampled for child in node.children.values())
    exploration = _EXPLORATION * math.sqrt(node.visits) / sampled
    node = max(
      children,
      key=lambda child: (
        (tree.worst - child.error) / scale
        + exploration * child.sampled / (1 + child.visits)
      ),
    )


def _play_on(easel: beginnings_lib.Easel, leaves: Sequence[Node]) -> list[Node]:
  """Lets the agent go on to the end from each node; returns the last nodes."""
  nodes = list(leaves)
  while active := [i for i, x in enumerate(nodes) if x.steps < easel.length]:
    beginnings = beginnings_lib.gathered([nodes[i].beginning for i in active])
    beginnings = easel.extend(beginnings)
    for row, i in enumerate(active):
      parent = nodes[i]
      action = tuple(
        int(values[row, parent.steps]) for values in beginnings.actions.values()
      )
      child = parent.children.get(action)
      if child is None:
        child = Node((beginnings, row), parent.steps + 1, parent)
        parent.children[action] = child
      else:
        child.sampled += 1
      nodes[i] = child
  return nodes


def _back_up(tree: Tree, end: Node) -> None:
  """Tells all nodes on the way of a whole program how near it comes."""
  beginnings, row = end.beginning
  error = float(beginnings.errors[row])
  if end.visits == 0:
    tree.whole.append(end)
  tree.worst = max(tree.worst, error)
  node: Node | None = end
  while node is not None:
    node.visits += 1
    node.error = min(node.error, error)
    node = node.parent


def _nearest(tree: Tree, keep: int) -> beginnings_lib.Found:
  """The nearest whole programs of a tree, for one target."""
  best = sorted(tree.whole, key=lambda node: node.error)[:keep]
  best += [best[0]] * (keep - len(best))
  programs = beginnings_lib.gathered([node.beginning for node in best])
  return beginnings_lib.Found(
    {name: x[np.newaxis] for name, x in programs.actions.items()},
    programs.errors[np.newaxis],
  )
