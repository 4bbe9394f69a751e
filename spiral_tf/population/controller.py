"""The node that tunes a population (appendix C; Jaderberg et al., 2017).

Now and then it asks all members how good they are. The worst copy what some of
the best have learned, with slightly other hyperparameters. Members that do not
answer sit the round out.
"""

from collections.abc import Sequence
import time

import numpy as np

from spiral_tf import activity
from spiral_tf import node_kinds
from spiral_tf import seeds
from spiral_tf.config import experiment
from spiral_tf.nodes import worker
from spiral_tf.population import copies as copies_lib
from spiral_tf.population import lineage
from spiral_tf.population import members as members_lib
from spiral_tf.population import reports as reports_lib
from spiral_tf.population import selection
from spiral_tf.population import state as state_lib
from spiral_tf.replay import control as replay_control
from spiral_tf.replay import snapshots
from spiral_tf.workdir import claims
from spiral_tf.workdir import metrics

# How long the end of training waits for the last drawings to be judged.
_LAST_SECONDS = 120.0


class Controller(worker.Worker):
  """Compares, copies, and keeps the lineage.

  A copy is planned, with what is to be copied, on disk before it is made, and
  has a number, the recipient's generation. So it can be made again after any
  failure, and is made once.
  """

  def __init__(
    self,
    config: experiment.Config,
    workdir: str,
    members: Sequence[reports_lib.Clients],
  ):
    """Creates a controller, or one that goes on where an earlier one ended.

    Args:
      config: the experiment of the population.
      workdir: its folder.
      members: clients of each member's nodes.
    """
    super().__init__()
    self._config = config
    self._settings = config.population
    self._members = tuple(members)
    self._folder = members_lib.folder(workdir)
    self._claim = claims.Claim(self._folder)
    self._workdir = workdir
    self._lineage = members_lib.lineage_path(workdir)
    self._thinned = lineage.thinned(self._lineage)
    self._metrics = metrics.MetricsWriter(workdir, node_kinds.CONTROLLER)
    self._replays = [
      snapshots.folder(*run) for run in members_lib.runs(config, workdir)
    ]
    self._state, lines = state_lib.load(workdir, len(self._members))
    for line in lines:
      print(line, flush=True)
    self._next = time.monotonic() + self._settings.round_seconds
    self._ended: float | None = None
    self._complete = False
    # Of each member, as it said last.
    self._frames: dict[int, int] = {}

  def _save(self) -> None:
    self._claim.check()
    state_lib.save(self._workdir, self._state)

  def _done(self) -> bool:
    return self._complete

  def _gather(self) -> None:
    """Waits, or makes a round; there is nothing left to do under the lock."""
    if time.monotonic() < self._next:
      with activity.CURRENT.resting():
        self._stop.wait(0.2)
      return
    # Calls of members have a limit of their own.
    with activity.CURRENT.waiting('members'):
      self._round()

  def _round(self) -> None:
    """Makes a round."""
    self._claim.check()
    for index in list(self._state['plans']):
      self._copy(int(index))
    reports = reports_lib.ask(self._members)
    if self._stop.is_set():
      return
    if self._at_end(reports):
      self._record(reports)
      self._complete = True
      return
    if self._ended is not None:
      self._next = time.monotonic() + 2.0  # The last drawings are being judged.
      return
    self._next = time.monotonic() + self._settings.round_seconds
    self._record(reports)
    if self._settings.exploit:
      self._exploit(reports)
    self._state['round'] += 1
    self._save()

  def _at_end(self, reports: Sequence[reports_lib.Report | None]) -> bool:
    """Whether training is over and what came of it has been judged."""
    if any(report is None for report in reports):
      return False
    diverged = [report.status['diverged'] for report in reports]
    if all(diverged):
      raise RuntimeError(
        'Every member of the population came to numbers that are not finite. '
        'Lower --config.population.learning_rate_range, and see the logs of '
        'the learners.'
      )
    if not all(
      report.status['done'] or report.status['diverged'] for report in reports
    ):
      self._ended = None  # One may have gone back to its last checkpoint.
      return False
    now = time.monotonic()
    if self._ended is None:
      self._ended = now
    judged = all(report.judged for report in reports)
    return judged or now - self._ended > _LAST_SECONDS

  def _record(self, reports: Sequence[reports_lib.Report | None]) -> None:
    """Adds what members say to the lineage and to TensorBoard."""
    now = time.time()
    records, values = [], {}
    for index, report in enumerate(reports):
      if report is None:
        continue
      status = report.status
      names = ('updates', 'seconds', 'frames', 'learning_rate', 'entropy_cost')
      record = {
        'kind': 'status',
        'time': now,
        'round': self._state['round'],
        'member': index,
        'fitness': report.fitness,
        'generation': status['generation'],
        'diverged': status['diverged'],
        **{name: status[name] for name in names},
      }
      lineage.append(self._lineage, record)
      records.append(record)
      values[f'learning_rate_{index:02d}'] = status['learning_rate']
      values[f'entropy_cost_{index:02d}'] = status['entropy_cost']
      if report.fitness is not None:
        values[f'fitness_{index:02d}'] = report.fitness
    if records:
      self._thinned.thin()
    self._frames.update({x['member']: x['frames'] for x in records})
    # Of the silent, too, for else it would fall.
    frames = sum(self._frames.values())
    summary = lineage.summary(records)
    if len(summary.time):
      for name in ('best', 'mean', 'diverged'):
        values[name] = getattr(summary, name)[-1]
    self._metrics.scalars(frames, values)
    self._metrics.flush()

  def _exploit(self, reports: Sequence[reports_lib.Report | None]) -> None:
    """Decides who copies whom, and lets them."""
    rng = np.random.default_rng(
      [self._config.seed, seeds.EXPLOITATION, self._state['round']]
    )
    candidates = []
    for index, report in enumerate(reports):
      if report is None or str(index) in self._state['plans']:
        continue
      # Half a copy, whose plan was lost, or which a learner has lost that had
      # to go back to a checkpoint before it. Only another copy mends that.
      half = report.generation is None
      updates = report.status['updates'] - self._state['copied_at'][index]
      ready = updates >= self._settings.ready_updates
      candidates.append(
        selection.Candidate(
          index,
          -np.inf if half else report.fitness,
          # Nothing comes of waiting for one that has diverged.
          (ready or half or report.status['diverged'])
          and not report.status['done'],
        )
      )
    copies = selection.exploit(candidates, self._settings.share, rng)
    for recipient, donor in copies.items():
      status = reports[donor].status
      explored = selection.explore(
        selection.Hyperparameters(
          status['learning_rate'], status['entropy_cost']
        ),
        members_lib.ranges(self._config),
        self._settings.resample_probability,
        rng,
      )
      states = {
        'policy': reports_lib.call(
          self._members[donor].policy_learner.get_state
        ),
        'discriminator': reports_lib.call(
          self._members[donor].discriminator_learner.get_state
        ),
      }
      if None in states.values():
        continue  # The donor died after it had answered.
      self._claim.check()
      sums = copies_lib.write(self._folder, recipient, states)
      self._state['plans'][str(recipient)] = {
        'donor': donor,
        'sums': sums,
        'generation': reports[recipient].status['generation'] + 1,
        'hyperparameters': {
          name: float(value) for name, value in explored._asdict().items()
        },
        'donor_fitness': reports[donor].fitness,
        'member_fitness': reports[recipient].fitness,
        'donor_updates': status['updates'],
        'updates': reports[recipient].status['updates'],
      }
      self._save()
      self._copy(recipient)

  def _copy(self, recipient: int) -> None:
    """Makes a planned copy, or what is left of it to do."""
    plan = self._state['plans'][str(recipient)]
    member = self._members[recipient]
    records = lineage.read_sound(self._lineage)
    is_made = lineage.has_copy(records, recipient, plan['generation'])
    try:
      states = copies_lib.read(self._folder, recipient, plan.get('sums'))
    except ValueError as error:
      if not is_made:
        print(
          f'{error}, so member {recipient} does not copy member '
          f'{plan["donor"]} as planned; it may copy another.',
          flush=True,
        )
      self._end_copy(recipient)
      return
    generation, explored = plan['generation'], plan['hyperparameters']
    # The discriminator first: a policy is not paid by one that never saw its
    # drawings.
    taken = (
      reports_lib.call(
        member.discriminator_learner.adopt,
        *(states['discriminator'], generation, {}),
      ),
      reports_lib.call(
        member.policy_learner.adopt,
        *(states['policy'], generation, explored),
      ),
    )
    if None in taken or not replay_control.clear(
      member.replay, self._replays[recipient], self._claim.check
    ):
      print(
        f'Member {recipient} does not answer; its copy of member '
        f'{plan["donor"]} is tried again in the next round.',
        flush=True,
      )
      return
    names = ('donor', 'donor_fitness', 'member_fitness', 'donor_updates')
    if not is_made:
      lineage.append(
        self._lineage,
        {
          'kind': 'copy',
          'time': time.time(),
          'round': self._state['round'],
          'member': recipient,
          'generation': generation,
          **explored,
          **{name: plan[name] for name in names},
        },
      )
    self._end_copy(recipient)

  def _end_copy(self, recipient: int) -> None:
    """Strikes out a plan that has been carried out, or cannot be."""
    plan = self._state['plans'].pop(str(recipient))
    self._state['copied_at'][recipient] = plan['updates']
    self._save()
    copies_lib.remove(self._folder, recipient)
