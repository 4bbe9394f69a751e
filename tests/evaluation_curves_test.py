"""Tests of spiral_tf.evaluation.curves."""

import json

import numpy as np
import pytest

from spiral_tf.config import experiment
from spiral_tf.evaluation import curves
from spiral_tf.workdir import config_file
from tests import small

_COURSE = ((0, 0.4), (1000, 0.09), (2000, 0.06), (3000, 0.03))
_BASELINES = {'mse_empty': 0.1, 'mse_mean_image': 0.05}


def _write(path, records):
  path.parent.mkdir(exist_ok=True)
  path.write_text(''.join(json.dumps(record) + '\n' for record in records))


def _config(**settings):
  """A conditional experiment, but for `settings`, `section__field` each."""
  values = experiment.to_dict(small.CONDITIONAL)
  for name, value in settings.items():
    section, _, field = name.rpartition('__')
    (values[section] if section else values)[field] = value
  return experiment.from_dict(values)


def _make_run(
  workdir, course=_COURSE, updates=((10, 0), (3010, 300)), **settings
):
  """Writes what a run leaves behind.

  Args:
    workdir: its folder.
    course: what the evaluator found, pairs of frames and error.
    updates: what the policy learner logged, pairs of frames and seconds.
    **settings: see `_config`.

  Returns:
    The folder's name.
  """
  config_file.save(str(workdir), _config(**settings))
  _write(
    workdir / 'metrics' / 'policy_learner.jsonl',
    [{'time': 1.0, 'frames': f, 'seconds': float(s)} for f, s in updates],
  )
  _write(
    workdir / 'metrics' / 'evaluator.jsonl',
    [{'time': 1.0, 'frames': f, 'mse': e, **_BASELINES} for f, e in course],
  )
  return str(workdir)


def test_read_takes_minutes_from_the_policy_learner(tmp_path):
  workdir = _make_run(
    tmp_path / 'run',
    course=((0, 0.4), (1000, 0.09), (3000, 0.03)),
    updates=((500, 60), (1500, 180), (3500, 780)),
  )
  curve = curves.read(workdir)
  np.testing.assert_array_equal(curve.frames, [0, 1000, 3000])
  # Halfway from 60 s to 180 s, and 3/4 from 180 s to 780 s.
  np.testing.assert_allclose(curve.minutes, [0, 2, 10.5])
  np.testing.assert_array_equal(curve.mse, [0.4, 0.09, 0.03])
  assert (curve.empty, curve.mean_image) == (0.1, 0.05)
  assert (curve.workdir, curve.config) == (workdir, small.CONDITIONAL)


def test_read_drops_what_a_killed_run_did_after_its_last_checkpoint(tmp_path):
  workdir = _make_run(
    tmp_path / 'run',
    course=((0, 0.4), (1000, 0.1), (2000, 0.2), (1000, 0.3), (1500, 0.35)),
    # Killed at 2000 frames, went on from 900, slower.
    updates=((1, 0), (900, 90), (2000, 200), (1000, 110), (2000, 310)),
  )
  curve = curves.read(workdir)
  np.testing.assert_array_equal(curve.frames, [0, 1000, 1500])
  np.testing.assert_array_equal(curve.mse, [0.4, 0.3, 0.35])
  np.testing.assert_allclose(curve.minutes * 60, [0, 110, 210])


@pytest.mark.parametrize('node', ['evaluator', 'policy_learner'])
@pytest.mark.parametrize('torn', ['{"time": 1.0, "fra', '{"frames": 99999, '])
def test_read_skips_a_line_that_is_being_written(tmp_path, node, torn):
  workdir = _make_run(tmp_path / 'run')
  whole = curves.read(workdir)
  with open(tmp_path / 'run' / 'metrics' / f'{node}.jsonl', 'a') as file:
    file.write(torn)
  np.testing.assert_equal(curves.read(workdir)._asdict(), whole._asdict())


def test_read_leaves_out_evaluations_whose_minutes_are_not_known(tmp_path):
  workdir = _make_run(tmp_path / 'run', updates=((10, 0), (2500, 300)))
  np.testing.assert_array_equal(curves.read(workdir).frames, [0, 1000, 2000])


def test_last_is_the_mean_of_three_evaluations(tmp_path):
  curve = curves.read(_make_run(tmp_path / 'run'))
  assert curve.last == pytest.approx((0.09 + 0.06 + 0.03) / 3)
  assert curve._replace(mse=curve.mse[:2]).last == pytest.approx(0.245)


def test_a_folder_without_a_run(tmp_path):
  with pytest.raises(
    FileNotFoundError, match=r'not the folder of a run.*Train'
  ):
    curves.read(str(tmp_path / 'none'))


def test_a_run_without_targets(tmp_path):
  workdir = _make_run(tmp_path / 'run', conditional=False)
  with pytest.raises(ValueError, match=r'run.* is unconditional.*conditional'):
    curves.read(workdir)


@pytest.mark.parametrize('course', [(), ((0, 0.4),)])
def test_a_run_with_too_few_evaluations(tmp_path, course):
  workdir = _make_run(tmp_path / 'run', course=course)
  message = f'run.*too few evaluations.*{len(course)}.*launch.train --workdir='
  with pytest.raises(ValueError, match=message):
    curves.read(workdir)


def test_a_run_that_has_only_begun(tmp_path):
  workdir = _make_run(tmp_path / 'run')
  for path in (tmp_path / 'run' / 'metrics').iterdir():
    path.unlink()
  with pytest.raises(ValueError, match='too few evaluations'):
    curves.read(workdir)


@pytest.mark.parametrize('missing', ['mse', 'mse_empty', 'mse_mean_image'])
def test_a_run_of_an_earlier_version(tmp_path, missing):
  workdir = _make_run(tmp_path / 'run')
  record = {'mse': 0.1, **_BASELINES}
  del record[missing]
  _write(
    tmp_path / 'run' / 'metrics' / 'evaluator.jsonl',
    [{'frames': 0, **record}, {'frames': 10, **record}],
  )
  with pytest.raises(ValueError, match=f"run.* without '{missing}'.*Train"):
    curves.read(workdir)


def test_a_run_whose_targets_changed(tmp_path):
  workdir = _make_run(tmp_path / 'run')
  _write(
    tmp_path / 'run' / 'metrics' / 'evaluator.jsonl',
    [
      {'frames': 0, 'mse': 0.1, **_BASELINES},
      {'frames': 9, 'mse': 0.1, **_BASELINES, 'mse_empty': 0.2},
    ],
  )
  with pytest.raises(ValueError, match=r'run.* changed.*0.1, 0.05.*0.2, 0.05'):
    curves.read(workdir)


def _run(workdir, empty=0.1, **settings):
  """A curve as `read` makes it."""
  none = np.zeros(2)
  return curves.Curve(
    workdir, _config(**settings), none, none, none, empty, 0.05
  )


@pytest.mark.parametrize(
  'other,name',
  [
    (_run('b', data__name='mnist'), 'data.name'),
    (_run('b', data__validation_fraction=0.5), 'data.validation_fraction'),
    (_run('b', environment__canvas_width=32), 'environment.canvas_width'),
    (_run('b', environment__color=True), 'environment.color'),
    (_run('b', empty=0.101), "the empty canvas's error"),
  ],
)
def test_runs_that_cannot_share_a_figure(other, name):
  with pytest.raises(ValueError, match=f"'a' and 'b'.*a figure: .*{name} is "):
    curves.check_comparable({'one': [_run('a')], 'two': [other]})


def test_an_error_says_both_values():
  runs = _run('a'), _run('b', environment__canvas_width=32)
  with pytest.raises(ValueError, match='is 16 in the one and 32 in the other'):
    curves.check_comparable({'one': runs[:1], 'two': runs[1:]})


def test_seeds_of_a_curve_are_one_experiment():
  runs = _run('a'), _run('b', seed=1, reward__temporal_credit=False)
  curves.check_comparable({'one': runs[:1], 'two': runs[1:]})
  with pytest.raises(ValueError, match=r'be seeds of.*temporal_credit is True'):
    curves.check_comparable({'one': runs})


def test_runs_may_differ_in_seed_place_and_length():
  runs = (
    _run('a'),
    # Of another seed, so with another split of the data.
    _run('b', seed=1, empty=0.101),
    _run('c', seed=2, data__path='/elsewhere'),
    _run('d', seed=3, training__minutes=7.0),
  )
  curves.check_comparable({'one': runs})
  more = _run('e', reward__l2=1.0), _run('f', seed=1, empty=0.101)
  curves.check_comparable({'one': runs, 'two': more[:1], 'three': more[1:]})


def test_a_band_of_one_run_is_that_run():
  x, y = np.array([0, 1, 5]), np.array([3.0, 2.0, 4.0])
  band = curves.band([x], [y])
  np.testing.assert_array_equal(band.x, x)
  for values in band[1:]:
    np.testing.assert_array_equal(values, y)


def test_a_band_covers_what_all_runs_do():
  # On 2 to 8: y = x, y = 10 - x and y = 0.
  xs = [np.array([0.0, 8.0]), np.array([2.0, 5.0, 10.0]), np.array([1.0, 9.0])]
  ys = [np.array([0.0, 8.0]), np.array([8.0, 5.0, 0.0]), np.array([0.0, 0.0])]
  band = curves.band(xs, ys)
  assert (band.x[0], band.x[-1]) == (2, 8)
  assert np.diff(band.x).max() < 0.1
  np.testing.assert_allclose(band.mean, np.full(band.x.shape, 10 / 3))
  np.testing.assert_allclose(band.high, np.maximum(band.x, 10 - band.x))
  np.testing.assert_allclose(band.low, 0, atol=1e-12)


def test_runs_without_a_common_span_make_no_band():
  xs = [np.array([0.0, 3.0]), np.array([4.0, 9.0])]
  with pytest.raises(ValueError, match='begins at 4, another ends at 3'):
    curves.band(xs, xs)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
