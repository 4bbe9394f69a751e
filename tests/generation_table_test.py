"""Tests of spiral_tf.evaluation.generation_table."""

import pytest

from spiral_tf.evaluation import generation_table


def _column(number, score, recognised, classes, distance):
  return {
    'number': number,
    'score': score,
    'recognised': recognised,
    'classes': classes,
    'frechet_distance': distance,
    'precision': 0.5,
    'recall': 0.25,
    'nearer': 0.125,
    'suspicious': 0.01,
    'copied': 0.05,
  }


def test_table_shows_every_number():
  result = {
    'split': 'test',
    'classifier_accuracy': 0.987,
    'copied_chance': 0.09,
    'judge': {'right': 0.96, 'wrong': 0.02, 'spoiled': {'cut': 0.003}},
    'frames': 1234567,
    'trained': _column(50, -1.25, 0.6, [10, 20, *[0] * 8], 12.5),
    'untrained': _column(40, -7.0, 0.0, [0] * 10, 50.0),
    'real': _column(30, 2.0, 1.0, [*[0] * 9, 30], 0.125),
  }
  lines = generation_table.table(result).splitlines()
  rows = [line.split() for line in lines]
  assert rows[0] == ['trained', 'untrained', 'real']
  by_label = {' '.join(row[:-3]): row[-3:] for row in rows[1:]}
  # What tells most comes first.
  assert list(by_label)[:3] == ['Frechet distance', 'precision', 'recall']
  assert by_label['nearer to training images'] == ['12.5%'] * 3
  assert by_label['suspiciously near'] == ['1.0%'] * 3
  assert by_label['copied'] == ['5%'] * 3
  assert any(line.endswith('0% +- 9% or more') for line in lines)
  assert by_label['precision'] == ['50.0%'] * 3
  assert by_label['recall'] == ['25.0%'] * 3
  assert by_label['discriminator score'] == ['-1.250', '-7.000', '+2.000']
  assert by_label['recognised'] == ['60.0%', '0.0%', '100.0%']
  assert by_label['Frechet distance'] == ['12.50', '50.00', '0.12']
  assert by_label['images'] == ['50', '40', '30']
  zeros = ('0% ' * 8).strip()
  assert f'recognised as 0 to 9, trained: 20% 40% {zeros}' in lines
  assert f'recognised as 0 to 9, real: {zeros} 0% 100%' in lines
  assert 'Frechet distance, trained / untrained: 0.250' in lines
  assert 'classifier accuracy on test images: 98.7%' in lines
  assert any('held against: the test images' in line for line in lines)
  assert 'environment frames of training: 1,234,567' in lines
  (judge,) = (line for line in lines if 'judge of digits' in line)
  assert 'on test images: 96.0% right, 2.0% another digit' in judge
  assert judge.endswith('takes for digits: cut 0.3%')
  assert len({len(line) for line in lines[:10]}) == 1  # Columns line up.


def test_table_of_results_of_earlier_versions():
  column = _column(50, -1.25, 0.6, [10, 20, *[0] * 8], 12.5)
  for key in ('precision', 'recall', 'nearer', 'suspicious', 'copied'):
    del column[key]
  result = {'classifier_accuracy': 0.9, 'frames': 1}
  result |= dict.fromkeys(('trained', 'untrained', 'real'), column)
  table = generation_table.table(result)
  assert 'classifier accuracy on validation images: 90.0%' in table
  assert 'held against: the training images' in table
  assert 'recall' not in table and 'near' not in table and 'judge' not in table
  # It meant something else then.
  (row,) = (x for x in table.splitlines() if 'who knows digits only' in x)
  assert row.split()[-3:] == ['60.0%'] * 3


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
