"""Who paints on the page, in words for people.

Beside the agents there is search, which paints photographs without one.
"""

from collections.abc import Mapping
from typing import Any

from spiral_tf import names
from spiral_tf.agents import agent as agent_lib
from spiral_tf.agents import looks

# The name of search among those who paint.
SEARCH = '@search'
# Strokes of a photograph that search paints, at most, and by default.
MAX_STROKES = 200
_STROKES = 60
# Windows a row, at most.
MAX_TILES = 4

# Of each data set, what an agent does that draws, and one that reproduces.
_TITLES = {
  'celeba': ('Imagines portraits', 'Paints portraits'),
  'digits': ('Writes digits', 'Copies digits'),
  'images': ('Imagines pictures', 'Copies pictures'),
  'mnist': ('Writes digits by hand', 'Copies digits'),
  'omniglot': ('Invents characters', 'Copies characters'),
  'patches': ('Imagines photographs', 'Paints pieces of photographs'),
  'scenes': ('Arranges blocks and balls', 'Rebuilds blocks and balls'),
}
# Data sets whose agents suit what a picture looks like.
_SUITS = {looks.THICK: ('mnist', 'digits'), looks.THIN: ('omniglot',)}


def every(agents: Mapping[str, agent_lib.Agent]) -> list[dict[str, Any]]:
  """Describes all who paint.

  Args:
    agents: by name.

  Returns:
    For each, in the order in which to show them: `name`; `title` and `text`,
    for people; `conditional`, whether it wants a picture; `tiles` and
    `strokes`, how many windows a row and strokes there may be (1 and 0 where
    there is no choice), and, where there is one, `usual` strokes.
  """
  described = [_agent(name, agent) for name, agent in agents.items()]
  titles = names.distinct((one['title'] for one in described), ', ')
  for one, title in zip(described, titles):
    one['title'] = title
  search = {
    'name': SEARCH,
    'title': 'Paints photographs',
    'text': 'No agent: search finds the strokes, in some seconds.',
    'conditional': True,
    'tiles': 1,
    'strokes': MAX_STROKES,
    'usual': _STROKES,
  }
  copying = [one for one in described if one['conditional']]
  drawing = [one for one in described if not one['conditional']]
  return [*copying, search, *drawing]


def of_data(
  agents: Mapping[str, agent_lib.Agent], data: tuple[str, ...]
) -> str | None:
  """Finds who reproduces such pictures.

  Args:
    agents: by name.
    data: names of data sets.

  Returns:
    The name of the agent with the largest canvas of those that were trained on
    one of them; None if there is none.
  """
  fitting = [
    (agent.canvas_width, name)
    for name, agent in agents.items()
    if agent.conditional and agent.config.data.name in data
  ]
  return max(fitting)[1] if fitting else None


def suiting(agents: Mapping[str, agent_lib.Agent], kind: str) -> str | None:
  """Finds who suits a picture.

  Args:
    agents: by name.
    kind: what it looks like, as of `looks.kind`.

  Returns:
    The name of an agent, or `SEARCH`; None if nobody here draws such pictures.
  """
  if kind == looks.PHOTOGRAPH:
    return SEARCH
  return of_data(agents, _SUITS[kind])


def _agent(name: str, agent: agent_lib.Agent) -> dict[str, Any]:
  config = agent.config
  environment = config.environment
  pair = _TITLES.get(config.data.name, ('Draws', 'Copies pictures'))
  actions = environment.episode_length - environment.pen_down
  noun = 'strokes' if agent.renderer.has_brush else 'objects'
  width = agent.canvas_width
  makes = f'up to {actions} {noun} on {width} by {width} pixels.'
  need = 'Looks at a picture' if agent.conditional else 'Needs no picture'
  return {
    'name': name,
    'title': pair[agent.conditional],
    'text': f'{need}: {makes}',
    'conditional': agent.conditional,
    'tiles': _tiles(agent),
    'strokes': 0,
  }


def _tiles(agent: agent_lib.Agent) -> int:
  """Windows a row that an agent can paint, at most; ink drawings need none."""
  try:
    agent.tiled_renderer(MAX_TILES)
  except ValueError:
    return 1
  return MAX_TILES if agent.channels > 1 else 1
