"""Tests of splits and batches."""

import itertools

import numpy as np
import pytest

from spiral_tf.datasets import dataset
from spiral_tf.datasets import rows


def _numbered(count, width=2):
  """Images each of which is filled with its own index."""
  images = np.zeros([count, width, width, 1], np.uint8)
  return images + np.arange(count, dtype=np.uint8)[:, None, None, None]


def _drawn(batches, number):
  """Indices of the images of the first `number` batches."""
  batches = list(itertools.islice(batches, number))
  return np.concatenate([batch[:, 0, 0, 0] for batch in batches]).tolist()


def test_batches_are_shuffled_epochs():
  data = dataset.Dataset('fake', train=_numbered(12), validation=_numbered(1))
  drawn = _drawn(data.batches('train', 4, seed=0), 6)
  assert sorted(drawn[:12]) == sorted(drawn[12:]) == list(range(12))
  assert drawn[:12] != list(range(12))
  assert drawn[:12] != drawn[12:]


def test_batches_span_epochs_without_loss():
  data = dataset.Dataset('fake', train=_numbered(5), validation=_numbered(1))
  batches = data.batches('train', 3, seed=0)
  drawn = _drawn(batches, 5)
  for epoch in range(3):
    assert sorted(drawn[5 * epoch : 5 * epoch + 5]) == list(range(5))


def test_batch_larger_than_split_wraps_evenly():
  data = dataset.Dataset('fake', train=_numbered(9), validation=_numbered(3))
  batch = next(data.batches('validation', 8, seed=0))
  assert batch.shape == (8, 2, 2, 1) and batch.dtype == np.uint8
  counts = np.bincount(batch[:, 0, 0, 0], minlength=3)
  assert sorted(counts) == [2, 3, 3]


def test_batches_are_seeded_copies():
  data = dataset.Dataset('fake', train=_numbered(9), validation=_numbered(1))
  first = next(data.batches('train', 9, seed=1)).copy()
  batch = next(data.batches('train', 9, seed=1))
  np.testing.assert_array_equal(first, batch)
  assert not np.array_equal(first, next(data.batches('train', 9, seed=2)))
  batch[:] = 0
  np.testing.assert_array_equal(data.train, _numbered(9))


def test_half_of_the_training_images_are_mirrored_anew():
  images = _numbered(50, width=3)
  images[:, :, 0] += 100
  data = dataset.Dataset('fake', train=images, validation=images, mirrored=True)
  epochs = [next(data.batches('train', 50, seed=i)) for i in (1, 1, 2)]
  np.testing.assert_array_equal(*epochs[:2])
  flags = []
  for epoch in epochs[1:]:
    epoch = epoch[np.argsort(epoch[:, 0, 1, 0])]
    mirrored = (epoch[:, 0, 2, 0] > epoch[:, 0, 1, 0])[:, None, None, None]
    expected = np.where(mirrored, images[:, :, ::-1], images)
    np.testing.assert_array_equal(epoch, expected)
    assert 10 < mirrored.sum() < 40
    flags.append(mirrored)
  assert not np.array_equal(*flags)
  singles = [next(data.stream('train', i))[0, :, 0] for i in range(20)]
  assert len({bool(single[0] > single[1]) for single in singles}) == 2
  # Those that judge are as they are, and so is what lies in memory.
  held_out = next(data.batches('validation', 50, seed=1))
  assert (held_out[:, :, 0] == held_out[:, :, 1] + 100).all()
  assert (data.train[:, :, 0] == data.train[:, :, 1] + 100).all()


def test_stream_is_shuffled_epochs_of_single_images():
  data = dataset.Dataset('fake', train=_numbered(9), validation=_numbered(5))
  stream = data.stream('validation', seed=1)
  images = list(itertools.islice(stream, 10))
  assert all(image.shape == (2, 2, 1) for image in images)
  drawn = [int(image[0, 0, 0]) for image in images]
  assert sorted(drawn[:5]) == sorted(drawn[5:]) == list(range(5))
  assert drawn[:5] != drawn[5:]
  again = data.stream('validation', seed=1)
  assert drawn == [int(next(again)[0, 0, 0]) for _ in range(10)]
  images[0][:] = 99
  assert data.validation.max() == 4
  with pytest.raises(ValueError, match='no split "test"'):
    data.stream('test', seed=1)


def test_rows_of_files_serve_as_images(tmp_path):
  np.save(tmp_path / 'images.npy', _numbered(10))
  images = np.load(tmp_path / 'images.npy', mmap_mode='r')
  data = dataset.Dataset(
    'fake',
    train=rows.Rows([images], np.arange(2, 10)),
    validation=rows.Rows([images], np.arange(2)),
  )
  assert data.images('train') is data.train
  drawn = _drawn(data.batches('train', 4, seed=0), 2)
  assert sorted(drawn) == list(range(2, 10))
  assert int(next(data.stream('validation', seed=0))[0, 0, 0]) in (0, 1)


def test_repeated_channels_are_equal_and_take_no_memory():
  grey = _numbered(3)
  images = dataset.repeat_channel(grey, 3)
  assert images.shape == (3, 2, 2, 3) and images.dtype == np.uint8
  for channel in range(3):
    np.testing.assert_array_equal(images[..., channel], grey[..., 0])
  assert np.shares_memory(images, grey)
  np.testing.assert_array_equal(dataset.repeat_channel(grey, 1), grey)


def test_batch_size_is_checked_at_once():
  data = dataset.Dataset('fake', train=_numbered(2), validation=_numbered(1))
  with pytest.raises(ValueError, match='batch_size is 0'):
    data.batches('train', 0, seed=0)


def test_test_images_are_loaded_once_and_when_asked_for():
  loads = []

  def load_test():
    loads.append(1)
    return dataset.Split(_numbered(3), np.arange(3, dtype=np.int32))

  data = dataset.Dataset(
    'fake', train=_numbered(4), validation=_numbered(1), load_test=load_test
  )
  for split in ('train', 'validation'):
    data.images(split)
    data.labels(split)
    next(data.batches(split, 2, seed=0))
    next(data.stream(split, seed=0))
  assert not loads
  assert sorted(_drawn(data.batches('test', 3, seed=0), 1)) == [0, 1, 2]
  assert data.labels('test').tolist() == [0, 1, 2]
  assert data.images('test') is data.images('test')
  assert len(loads) == 1


@pytest.mark.parametrize(
  'split, message',
  [
    (dataset.Split(_numbered(0)), 'at least one'),
    (dataset.Split(_numbered(2, width=3)), 'the shape of the training'),
    (dataset.Split(_numbered(2), np.zeros([3], np.int32)), 'must be int32'),
  ],
)
def test_test_images_are_checked_when_asked_for(split, message):
  data = dataset.Dataset(
    'fake',
    train=_numbered(4),
    validation=_numbered(1),
    load_test=lambda: split,
  )
  with pytest.raises(ValueError, match=f'test images of.*{message}'):
    data.images('test')


def test_without_test_images_the_cure_is_said():
  data = dataset.Dataset(
    'fake', train=_numbered(4), validation=_numbered(1), test_cure='Do this.'
  )
  with pytest.raises(ValueError, match=r'no split "test"\. Do this\.'):
    data.labels('test')


@pytest.mark.parametrize(
  'change, message',
  [
    ({'train': np.zeros([2, 4, 4, 1])}, 'must be uint8'),
    ({'train': np.zeros([2, 4, 5, 1], np.uint8)}, 'must be uint8'),
    ({'validation': _numbered(0)}, 'at least one'),
    ({'validation': _numbered(2, width=3)}, 'the shape of the training'),
    ({'train_labels': np.zeros([5], np.int32)}, 'must be int32'),
    ({'train_labels': np.zeros([4], np.int64)}, 'must be int32'),
  ],
)
def test_arrays_are_checked(change, message):
  good = {'train': _numbered(4), 'validation': _numbered(1)}
  dataset.Dataset('fake', **good)
  with pytest.raises(ValueError, match=message):
    dataset.Dataset('fake', **{**good, **change})


def test_split_indices_partition():
  train, validation = dataset.split_indices(10, 0.3, seed=0)
  assert len(validation) == 3
  assert sorted([*train, *validation]) == list(range(10))
  _, one = dataset.split_indices(10, 0.01, seed=0)
  assert len(one) == 1


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
