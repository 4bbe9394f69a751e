"""Which files are read as pictures, and what is to be said of all others."""

import collections
from collections.abc import Iterable
import os
import re

# Not all formats that Pillow can read: some start other programs. The header of
# an AVIF file may announce 16 x 16 pixels where there are 16,384 x 16,384, for
# which its decoder takes memory before anyone can refuse them. JPEG 2000, icons
# and others are what few people want to have painted.
FORMATS = ('BMP', 'GIF', 'JPEG', 'PNG', 'PPM', 'TIFF', 'WEBP')
EXTENSIONS = (
  '.apng',
  '.bmp',
  '.dib',
  '.gif',
  '.jfif',
  '.jpe',
  '.jpeg',
  '.jpg',
  '.pbm',
  '.pfm',
  '.pgm',
  '.png',
  '.pnm',
  '.ppm',
  '.tif',
  '.tiff',
  '.webp',
)
_CURE = 'save it as JPEG or PNG'
# What systems leave in folders; nobody misses it.
_LITTER = ('thumbs.db', 'desktop.ini')
# Extensions that a message counts, at most.
_COUNTED = 8

# How files that are read begin.
_READ = re.compile(
  rb'BM|GIF8[79]a|\xff\xd8|\x89PNG\r\n|P[1-6f]\s|II\*\0|MM\0\*|II\+\0|MM\0\+'
  rb'|RIFF.{4}WEBP',
  re.DOTALL,
)
# How pictures begin that are not read, and how files begin that are none. Of
# two that fit, the first counts.
_PICTURES = (
  ('an AVIF picture', rb'.{4}ftyp(.{4}){0,12}avi[fs]'),
  ('a HEIC picture', rb'.{4}ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)'),
  ('a raw picture of a camera', rb'.{4}ftypcrx |FUJIFILMCCD-RAW|II(RO|U\0)'),
  ('a JPEG XL picture', rb'\xff\x0a|\0\0\0\x0cJXL '),
  ('a JPEG 2000 picture', rb'\0\0\0\x0cjP  |\xff\x4f\xff\x51'),
  ('an SVG drawing', rb'(?i)(\xef\xbb\xbf)?\s*(<[?!][^<]*\s*)*<svg\b'),
  ('a PDF document', rb'%PDF'),
  ('a PostScript document', rb'%!PS|\xc5\xd0\xd3\xc6'),
  ('an icon', rb'\0\0[\x01\x02]\0'),
  ('a Photoshop document', rb'8BPS'),
  ('a GIMP picture', rb'gimp xcf'),
  ('an OpenEXR picture', rb'v/1\x01'),
  ('a Radiance picture', rb'#\?R'),
  ('a QOI picture', rb'qoif'),
  ('a DDS picture', rb'DDS '),
  ('a PAM picture', rb'P7\s'),
  ('a PFM picture in colour', rb'PF\s'),
)
_OTHERS = (
  ('a film', rb'.{4}ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI '),
  ('a web page', rb'(?i)\s*<(!doctype html|html|head|body)\b'),
  ('a zip file', rb'PK\x03\x04'),
)
# TGA files have nothing at their beginning.
_TGA_END = b'TRUEVISION-XFILE.\0'


def is_picture(name: str) -> bool:
  """Whether a file counts as a picture, by its name."""
  return name.lower().endswith(EXTENSIONS) and not is_hidden(name)


def is_hidden(name: str) -> bool:
  """Whether a file is not for people: hidden (macOS has many), or litter."""
  base = os.path.basename(name.replace('\\', '/')).lower()
  return base.startswith('.') or base in _LITTER


def complaint(data: bytes) -> str:
  """Says what a file is, instead of a picture that can be read.

  Args:
    data: what the file holds.

  Returns:
    The end of a sentence that begins with the file's name, as in 'is a HEIC
    picture, which is not read; save it as JPEG or PNG'.
  """
  head = data[:1024]
  for kind, pattern in _PICTURES:
    if re.match(pattern, head, re.DOTALL):
      return f'is {kind}, which is not read; {_CURE}'
  for kind, pattern in _OTHERS:
    if re.match(pattern, head, re.DOTALL):
      return f'is {kind}, not a picture'
  if data.endswith(_TGA_END):
    return f'is a TGA picture, which is not read; {_CURE}'
  if _READ.match(head):
    return f'is no sound picture: it is damaged, or of a rare kind; {_CURE}'
  formats = f'{", ".join(FORMATS[:-1])} nor {FORMATS[-1]}'
  return f'is no sound picture: neither {formats}; {_CURE}'


def left_out(names: Iterable[str]) -> str:
  """Counts the files that are not read as pictures, by their extensions.

  Args:
    names: of files, pictures and others.

  Returns:
    Such as '3 files that are not read as pictures: 2 .heic, 1 .txt', or
    nothing if there are none.
  """
  counts = collections.Counter(
    os.path.splitext(name)[1].lower()[:16] or 'without extension'
    for name in names
    if not is_picture(name) and not is_hidden(name)
  )
  if not counts:
    return ''
  number = sum(counts.values())
  order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
  kinds = ', '.join(f'{count} {kind}' for kind, count in order[:_COUNTED])
  more = ', ...' if len(order) > _COUNTED else ''
  files = 'file that is' if number == 1 else 'files that are'
  return f'{number} {files} not read as pictures: {kinds}{more}'
