"""Tables of what a soak did to a population, and what came of it."""

import collections
import itertools
import re

from launch.runtime import restarts
from tests import counters
from tests import launched

_END = re.compile(
  r'^(\S+)/\d+ (was killed by signal 9|was killed|ended).* after (\d+) s; it',
  re.M,
)


def ends(output):
  """Ends of nodes that a launcher tells of.

  Args:
    output: what it printed.

  Returns:
    Of each the group, whether it was killed, and how long it had been up.
  """
  return [
    (group, how.endswith('9'), int(seconds))
    for group, how, seconds in _END.findall(output)
  ]


def print_nodes(havoc, vigil, slopes, output):
  """Prints a table of all nodes.

  Args:
    havoc: a `havoc.Havoc`.
    vigil: a `vigil.Vigil`.
    slopes: of `growth.Growth`, by group; the launcher's, too.
    output: what the launcher printed.
  """
  again, others, row = (collections.Counter() for _ in range(3))
  most = 0
  for group, was_killed, seconds in ends(output):
    again[group] += 1
    others[group] += not was_killed
    if seconds >= restarts.SOUND_SECONDS:
      row[group] = 0
    row[group] += was_killed
    most = max(most, row[group])
  print(
    f'\n{"node":31}{"kills":>6}{"holds":>6}{"ends":>6}{"own":>5}{"pause":>7}'
    f'{"MB":>6}{"MB/min":>8}{"files":>6}{"/min":>6}'
  )
  for group in (*vigil.longest, 'launcher'):
    line = (
      f'{group:31}{havoc.kills[group]:6}{havoc.holds[group]:6}'
      f'{again[group]:6}{others[group]:5}{vigil.longest.get(group, 0):7.1f}'
    )
    if group in slopes:
      memory, files, memory_slope, files_slope = slopes[group]
      line += (
        f'{memory:6.0f}{memory_slope:+8.2f}{files:6.0f}{files_slope:+6.1f}'
      )
    print(line)
  print(
    'holds: stopped by SIGSTOP; ends: that the launcher saw, and own: those of '
    'them that were not ours;\npause: longest time without work, s; files: '
    'descriptors. Growth is that of the time without kills.\n'
    f'Ways: {dict(havoc.ways)}. Most kills of a node in a row, all but the '
    f'first within {restarts.SOUND_SECONDS:.0f} s of its start: {most}; the '
    f'most that are allowed: {restarts.MOST_KILLS}.\n'
  )


def print_learners(folders, copies, now):
  """Prints a table of all learners.

  Args:
    folders: of the members, by names.
    copies: how many there were.
    now: time until which to look.
  """
  print(
    f'{"learner":33}{"updates":>8}{"made":>8}{"pause":>8}{"back":>6}{"age":>6}'
  )
  for (member, folder), learner in itertools.product(
    folders.items(), counters.LEARNERS
  ):
    lines = launched.learner_lines(folder, learner)
    if lines:
      course = counters.course(lines, max(now, lines[-1]['time']))
      print(
        f'{member + "/" + learner:33}{course.updates:8}{course.made:8}'
        f'{course.pause:8.1f}{course.back:6}{course.back_seconds:6.1f}'
      )
  print(
    'pause: longest time without an update, s; back: greatest step back, '
    'updates; age: of the\ncheckpoint that it went back to, s. '
    f'Copies: {copies}.'
  )
