"""Tests of what is said of files that are no pictures to be read."""

import pytest

from spiral_tf.datasets import decoding
from spiral_tf.datasets import file_kinds

_FTYP = b'\0\0\0\x20ftyp'


@pytest.mark.parametrize(
  'data, message',
  [
    (_FTYP + b'heic\0\0\0\0mif1heic', 'is a HEIC picture, which is not read'),
    (_FTYP + b'mif1\0\0\0\0mif1heic', 'is a HEIC picture, which is not read'),
    (_FTYP + b'avif\0\0\0\0avifmif1', 'is an AVIF picture, which is not read'),
    (_FTYP + b'mif1\0\0\0\0mif1avif', 'is an AVIF picture, which is not read'),
    (_FTYP + b'crx \0\0\0\1crx isom', 'is a raw picture of a camera, which'),
    (_FTYP + b'isom\0\0\2\0isomiso2', 'is a film, not a picture'),
    (b'\0\0\0\x0cJXL \r\n\x87\n', 'is a JPEG XL picture, which is not read'),
    (b'\0\0\0\x0cjP  \r\n\x87\n', 'is a JPEG 2000 picture, which is not read'),
    (b'<svg xmlns="x"/>', 'is an SVG drawing, which is not read'),
    (
      b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<svg>',
      'is an SVG drawing, which is not read',
    ),
    (b'%PDF-1.7\n', 'is a PDF document, which is not read'),
    (b'%!PS-Adobe', 'is a PostScript document, which is not read'),
    (b'\0\0\1\0\1\0\x10\x10', 'is an icon, which is not read'),
    (b'8BPS\0\1', 'is a Photoshop document, which is not read'),
    (b'P7\nWIDTH 3\n', 'is a PAM picture, which is not read'),
    (b'PF\n3 3\n-1\n', 'is a PFM picture in colour, which is not read'),
    (
      bytes(40) + b'TRUEVISION-XFILE.\0',
      'is a TGA picture, which is not read; save it as JPEG or PNG',
    ),
    (b'<!DOCTYPE html><html>', 'is a web page, not a picture'),
    (b'PK\3\4....', 'is a zip file, not a picture'),
    (
      b'\x89PNG\r\n\x1a\nrubbish',
      'is no sound picture: it is damaged, or of a rare kind; save it as JPEG',
    ),
    (
      b'hello',
      'is no sound picture: neither BMP, GIF, JPEG, PNG, PPM, TIFF nor WEBP; '
      'save it as JPEG or PNG',
    ),
  ],
)
def test_what_a_file_is(data, message):
  with pytest.raises(decoding.BadImageError) as error:
    decoding.open_picture(data, 64)
  assert str(error.value).startswith(message)
  if 'not read' in message:
    assert str(error.value).endswith('; save it as JPEG or PNG')


def test_pictures_by_their_names():
  for name in ('a.PNG', 'b/c.jfif', 'x.tiff', 'm.pbm'):
    assert file_kinds.is_picture(name)
  for name in ('a.heic', 'b.avif', 'png', '._a.png', 'a/.b.png', 'x.svg'):
    assert not file_kinds.is_picture(name)


def test_files_that_are_left_out_are_counted_by_kind():
  names = ['a.png', 'x/1.HEIC', '2.heic', 'notes.txt', 'README', '.DS_Store']
  assert file_kinds.left_out([*names, 'Thumbs.db', 'x\\._c.svg']) == (
    '4 files that are not read as pictures: 2 .heic, 1 .txt, '
    '1 without extension'
  )
  assert file_kinds.left_out(['a.svg']) == (
    '1 file that is not read as pictures: 1 .svg'
  )
  assert not file_kinds.left_out(['a.png', '.b.heic'])
  many = file_kinds.left_out(f'{i}.x{i}' for i in range(30))
  assert many.startswith('30 files') and many.endswith('1 .x15, ...')


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
