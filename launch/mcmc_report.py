"""What came of `launch.mcmc`: numbers, the curve of figure 9 and pictures."""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import os
from typing import Any, NamedTuple

from matplotlib import figure
import numpy as np
import tabulate

from spiral_tf import files
from spiral_tf import pictures
from spiral_tf.experiments import metropolis_hastings

# What is written: the numbers, by which a folder is known, and the pictures.
RESULT = 'mcmc.json'
FILES = ('curve.png', 'pairs.png')
# Evaluations after which errors are reported in any case; see `marks`.
_AFTER = 1000
_PAIRS = 16
_PAIRS_A_ROW = 4


class Result(NamedTuple):
  """What came of the chains of `N` images.

  Attributes:
    settings: of the search, as JSON takes them.
    episode_length: renders that an agent's episode has.
    seconds: that the chains took.
    targets: uint8 `[N, W, W, C]`.
    chains: one an image, all of one length.
    compared: other reconstructions, uint8 `[N, W, W, C]`: `empty_platform` and,
      where there is an agent, `agent`.
    errors: mean squared errors of those, float64 `[N]`.
    agent_chains: chains that began with an agent's scenes, if there are some.
    agent_renders: that drawing these scenes took for each image, which these
      chains have less of.
  """

  settings: Mapping[str, Any]
  episode_length: int
  seconds: float
  targets: np.ndarray
  chains: list[metropolis_hastings.Chain]
  compared: Mapping[str, np.ndarray]
  errors: Mapping[str, np.ndarray]
  agent_chains: Sequence[metropolis_hastings.Chain] = ()
  agent_renders: int = 0

  @property
  def l2(self) -> np.ndarray:
    """Errors of the current samples, float64 `[N, I + 1]`."""
    return np.stack([chain.l2 for chain in self.chains])

  @property
  def best_l2(self) -> np.ndarray:
    """Errors of the best samples so far, float64 `[N, I + 1]`."""
    return np.stack([chain.best_l2 for chain in self.chains])


def _means(chains: Sequence[metropolis_hastings.Chain]) -> np.ndarray:
  """Mean errors of current samples and of the best so far, `[2, I + 1]`."""
  l2 = np.mean([chain.l2 for chain in chains], axis=0)
  return np.stack([l2, np.mean([chain.best_l2 for chain in chains], axis=0)])


def marks(iterations: int, episode_length: int) -> list[int]:
  """Numbers of evaluations at which errors are reported."""
  steps = [m * 10**e for e in range(len(str(iterations))) for m in (1, 2, 5)]
  every = {0, *steps, episode_length, _AFTER, iterations}
  return sorted(mark for mark in every if mark <= iterations)


def summary(result: Result) -> dict[str, Any]:
  """The search in numbers, as JSON takes them."""
  l2, best = result.l2, result.best_l2
  renders = sum(chain.renders for chain in result.chains)
  return {
    'settings': dict(result.settings),
    'number': len(result.chains),
    'seconds': result.seconds,
    'renders_per_second': renders / result.seconds,
    'acceptance_rate': float(
      np.mean([chain.acceptance_rate for chain in result.chains])
    ),
    **{name: _statistics(values) for name, values in result.errors.items()},
    'l2': [
      {
        'evaluations': mark,
        **_statistics(l2[:, mark]),
        'best_so_far': _statistics(best[:, mark]),
      }
      for mark in marks(l2.shape[1] - 1, result.episode_length)
    ],
    'from_agent': _from_agent(result),
    'images': [
      {
        **{name: float(values[i]) for name, values in result.errors.items()},
        'final': float(l2[i, -1]),
        'best': float(best[i, -1]),
        'renders': chain.renders,
        'acceptance_rate': chain.acceptance_rate,
        'objects': [x._asdict() for x in chain.objects],
        'best_objects': [x._asdict() for x in chain.best_objects],
      }
      for i, chain in enumerate(result.chains)
    ],
  }


def _from_agent(result: Result) -> list[dict[str, float]]:
  """Errors of the chains that began with an agent's scenes."""
  if not result.agent_chains:
    return []
  spent = result.agent_renders
  l2 = np.stack([chain.l2 for chain in result.agent_chains])
  best = np.stack([chain.best_l2 for chain in result.agent_chains])
  return [
    {
      'evaluations': mark,
      **_statistics(l2[:, mark - spent]),
      'best_so_far': _statistics(best[:, mark - spent]),
    }
    for mark in marks(spent + l2.shape[1] - 1, spent)
    if mark >= spent
  ]


def _statistics(errors: np.ndarray) -> dict[str, float]:
  """Mean and quartiles of errors, `[N]`."""
  lower, median, upper = np.quantile(errors, (0.25, 0.5, 0.75)).tolist()
  return {
    'mean': float(errors.mean()),
    'lower_quartile': lower,
    'median': median,
    'upper_quartile': upper,
  }


def is_result(start: bytes) -> bool:
  """Whether a file is one that `write` wrote, by its first bytes."""
  return start.startswith(b'{\n  "settings": {') and b'"iterations"' in start


def write(folder: str, result: Result) -> None:
  """Writes mcmc.json, curve.png and pairs.png.

  Args:
    folder: where to; made if need be.
    result: what came of the search.
  """
  os.makedirs(folder, exist_ok=True)
  text = json.dumps(summary(result), indent=2) + '\n'
  files.replace(os.path.join(folder, RESULT), text.encode())
  pictures.write_figure(os.path.join(folder, 'curve.png'), curve(result), 150)
  shown = {
    'Target': result.targets,
    'Last sample': np.stack([chain.image for chain in result.chains]),
    'Best sample': np.stack([chain.best_image for chain in result.chains]),
  }
  if 'agent' in result.compared:
    shown['Agent'] = result.compared['agent']
  grids = {
    title: pictures.grid(images[:_PAIRS], _PAIRS_A_ROW)
    for title, images in shown.items()
  }
  pictures.write_png(os.path.join(folder, 'pairs.png'), pictures.titled(grids))


def curve(result: Result) -> figure.Figure:
  """Draws errors against evaluations, as figure 9 does."""
  drawn = figure.Figure(figsize=(7, 4.5), layout='constrained')
  axes = drawn.subplots()
  # A logarithmic axis has no 0.
  l2, best = result.l2[:, 1:], result.best_l2[:, 1:]
  evaluations = np.arange(1, l2.shape[1] + 1)
  (line,) = axes.plot(
    evaluations, l2.mean(axis=0), label='Metropolis-Hastings, mean'
  )
  color = line.get_color()
  axes.fill_between(
    evaluations,
    *np.quantile(l2, (0.25, 0.75), axis=0),
    color=color,
    alpha=0.2,
    linewidth=0,
    label='between its quartiles',
  )
  axes.plot(
    evaluations,
    best.mean(axis=0),
    color=color,
    linestyle=':',
    label='its best sample so far, mean',
  )
  if result.agent_chains:
    sample, best = _means(result.agent_chains)
    evaluations = np.arange(len(sample)) + result.agent_renders
    for errors, style, label in (
      (sample, '-', "the same from the agent's scene, mean"),
      (best, ':', 'its best sample so far, mean'),
    ):
      axes.plot(evaluations, errors, color='C2', linestyle=style, label=label)
  for name, label, color in (
    ('empty_platform', 'empty platform, mean', 'grey'),
    ('agent', 'agent after one episode, mean', 'C1'),
  ):
    if name in result.errors:
      level = result.errors[name].mean()
      axes.axhline(level, color=color, linestyle='--', label=label)
  axes.set_xscale('log')
  axes.set_ylim(bottom=0)
  axes.set_xlabel('evaluations')
  axes.set_ylabel(f'mean squared error of a pixel, {len(l2)} images')
  axes.legend()
  return drawn


def table(result: Result) -> str:
  """The mean errors as text for people."""
  l2, best = result.l2.mean(axis=0), result.best_l2.mean(axis=0)
  last = len(l2) - 1
  rows = [('empty platform', result.errors['empty_platform'].mean())]
  for mark in sorted({result.episode_length, _AFTER, last}):
    if mark <= last:
      rows.append((f'after {mark:,} evaluations', l2[mark], best[mark]))
  if 'agent' in result.errors:
    rows.append(('agent, one episode', result.errors['agent'].mean()))
  if result.agent_chains:
    spent, means = result.agent_renders, _means(result.agent_chains)
    for mark in sorted({spent, _AFTER, last}):
      if spent <= mark <= last:
        row = f'from the agent, after {mark:,} evaluations'
        rows.append((row, *means[:, mark - spent]))
  table = tabulate.tabulate(
    rows, ('', 'sample', 'best so far'), tablefmt='plain', floatfmt='.5f'
  )
  return (
    f'Mean squared error of a pixel, {len(result.chains)} held-out images:\n'
    f'{table}'
  )
