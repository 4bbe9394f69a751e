"""Picture files of every kind, written by hand, with the pixels that they hold.

Pillow, which reads pictures for the product, has no part in these files, so
what is expected of them is known exactly.
"""

from collections.abc import Iterator
import itertools
import struct
from typing import NamedTuple
import zlib

import numpy as np

# Odd, so that rows end within bytes, and wide enough for all of Adam7's passes.
HEIGHT, WIDTH = 7, 13
_ADAM7 = (
  (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2),
  (0, 1, 2, 2), (1, 0, 2, 1),
)  # fmt: skip


class Case(NamedTuple):
  """A file, and the picture that it holds.

  Attributes:
    name: its format and kind.
    data: what the file holds.
    pixels: float `[H, W, 3]`, 0 is black and 1 is white, on white paper.
  """

  name: str
  data: bytes
  pixels: np.ndarray


def _samples(bits: int, channels: int, seed: int = 0) -> np.ndarray:
  """Numbers of some bits, int `[H, W, C]`, with the least and the largest."""
  rng = np.random.default_rng(seed)
  values = rng.integers(2**bits, size=[HEIGHT, WIDTH, channels])
  values[0, 0], values[-1, -1] = 0, 2**bits - 1
  return values


def _color(fractions: np.ndarray, alpha: np.ndarray | float = 1) -> np.ndarray:
  """Colours from 0 to 1, `[H, W, 1 or 3]`, on white paper, `[H, W, 3]`."""
  shown = fractions * alpha + 1 - alpha
  return np.broadcast_to(shown, [*shown.shape[:2], 3])


def _packed(rows: np.ndarray, bits: int, order: str = '>') -> list[bytes]:
  """Rows of numbers as bytes: several in a byte, the first one highest."""
  if bits >= 8:
    return [row.astype(f'{order}u{bits // 8}').tobytes() for row in rows]
  unpacked = rows[..., None] >> np.arange(bits)[::-1] & 1
  flat = unpacked.reshape(len(rows), -1).astype(np.uint8)
  return [np.packbits(row).tobytes() for row in flat]


def _palette(size: int) -> np.ndarray:
  return np.random.default_rng(size).integers(256, size=[size, 3])


# PNG.


def _chunk(name: bytes, data: bytes) -> bytes:
  end = struct.pack('>I', zlib.crc32(name + data))
  return struct.pack('>I', len(data)) + name + data + end


def png(
  samples: np.ndarray, bits: int, kind: int, chunks=(), interlaced=False
) -> bytes:
  """A PNG file.

  Args:
    samples: int `[H, W, C]`.
    bits: of each.
    kind: the colour type.
    chunks: names and contents of what comes before the pixels.
    interlaced: whether there are seven passes.

  Returns:
    The file.
  """
  passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
  lines = b''
  for top, left, down, right in passes:
    part = samples[top::down, left::right]
    if part.size:
      rows = _packed(part.reshape(len(part), -1), bits)
      lines += b''.join(b'\0' + row for row in rows)
  height, width = samples.shape[:2]
  header = struct.pack('>IIBBBBB', width, height, bits, kind, 0, 0, interlaced)
  return b'\x89PNG\r\n\x1a\n' + b''.join(
    _chunk(*chunk)
    for chunk in [
      (b'IHDR', header),
      *chunks,
      (b'IDAT', zlib.compress(lines)),
      (b'IEND', b''),
    ]
  )  # fmt: skip


def _pngs() -> Iterator[Case]:
  for bits, interlaced in itertools.product((1, 2, 4, 8, 16), (False, True)):
    suffix = f'{bits} bits' + ' interlaced' * interlaced
    white = 2**bits - 1
    grey = _samples(bits, 1)
    grey[3, 5] = white // 3
    yield Case(
      f'PNG grey {suffix}',
      png(grey, bits, 0, interlaced=interlaced),
      _color(grey / white),
    )
    key = grey[3, 5]
    yield Case(
      f'PNG grey with a transparent one {suffix}',
      png(grey, bits, 0, [(b'tRNS', struct.pack('>H', *key))], interlaced),
      _color(grey / white, (grey != key).astype(float)),
    )
    if 1 < bits < 16:
      above = struct.pack('>H', key[0] + 2**bits)
      yield Case(
        f'PNG grey with a transparent one, bits above it, {suffix}',
        png(grey, bits, 0, [(b'tRNS', above)], interlaced),
        _color(grey / white, (grey != key).astype(float)),
      )
    if bits <= 8:
      for alphas in (None, 'one', 'all'):
        palette = _palette(2**bits)
        chunks = [(b'PLTE', palette.astype(np.uint8).tobytes())]
        alpha = np.ones(2**bits)
        if alphas:
          alpha[: len(alpha) // 2] = 0.2
          if alphas == 'one':
            alpha[:], alpha[1] = 1, 0
          chunks.append((b'tRNS', (alpha * 255).astype(np.uint8).tobytes()))
        yield Case(
          f'PNG palette, alpha of {alphas} {suffix}',
          png(grey, bits, 3, chunks, interlaced),
          _color(palette[grey[..., 0]] / 255, alpha[grey]),
        )
    if bits >= 8:
      color = _samples(bits, 3)
      # These differ from the transparent one in a single bit of one channel.
      color[1, :3] = color[3, 5] ^ np.eye(3, dtype=int)
      yield Case(
        f'PNG colour {suffix}',
        png(color, bits, 2, interlaced=interlaced),
        _color(color / white),
      )
      opaque = (color != color[3, 5]).any(-1, keepdims=True)
      yield Case(
        f'PNG colour with a transparent one {suffix}',
        png(
          color,
          bits,
          2,
          [(b'tRNS', struct.pack('>HHH', *color[3, 5]))],
          interlaced,
        ),
        _color(color / white, opaque.astype(float)),
      )
      alpha = _samples(bits, 1, seed=1)
      for kind, values in ((4, grey), (6, color)):
        yield Case(
          f'PNG with alpha, type {kind} {suffix}',
          png(
            np.concatenate([values, alpha], -1),
            bits,
            kind,
            interlaced=interlaced,
          ),
          _color(values / white, alpha / white),
        )
  # The samples of a PNG file fill its bits, however many of them say something.
  grey = _samples(12, 1)
  filled = grey << 4 | grey >> 8
  yield Case(
    'PNG grey with 12 significant bits of 16',
    png(filled, 16, 0, [(b'sBIT', b'\x0c')]),
    _color(grey / 4095),
  )


# BMP.


def _bmp(
  rows: list[bytes],
  bits: int,
  *,
  palette: np.ndarray | None = None,
  masks: tuple[int, ...] = (),
  compression: int = 0,
  top_down: bool = False,
  core: bool = False,
) -> bytes:
  """A BMP file of rows from the top."""
  if not compression or compression == 3:
    rows = [row + bytes(-len(row) % 4) for row in rows]
  pixels = b''.join(rows if top_down else rows[::-1])
  colors = b''
  if palette is not None:
    end = b'' if core else b'\0'
    colors = b''.join(bytes(color[::-1].tolist()) + end for color in palette)
  height = -HEIGHT if top_down else HEIGHT
  if core:
    header = struct.pack('<IHHHH', 12, WIDTH, HEIGHT, 1, bits)
  else:
    size = {0: 40, 3: 40, 4: 108}[len(masks)]
    header = struct.pack(
      '<IiiHHIIiiII', size, WIDTH, height, 1, bits, compression, len(pixels),
      2835, 2835, 0, 0,
    )  # fmt: skip
    header += b''.join(struct.pack('<I', mask) for mask in masks)
    if size == 108:
      header += b'BGRs' + bytes(48)
  start = 14 + len(header) + len(colors)
  return (
    b'BM'
    + struct.pack('<IHHI', start + len(pixels), 0, 0, start)
    + header
    + colors
    + pixels
  )


def _fields(values: np.ndarray, masks: tuple[int, ...]) -> np.ndarray:
  """Puts channels, int `[H, W, C]`, at the bits of masks: int `[H, W]`."""
  shifts = [(mask & -mask).bit_length() - 1 for mask in masks]
  return sum(values[..., i] << shift for i, shift in enumerate(shifts))


def _bmps() -> Iterator[Case]:
  for bits in (1, 4, 8):
    indices, palette = _samples(bits, 1)[..., 0], _palette(2**bits)
    expected = palette[indices] / 255
    rows = _packed(indices, bits)
    yield Case(
      f'BMP palette {bits} bits', _bmp(rows, bits, palette=palette), expected
    )
    yield Case(
      f'BMP of OS/2, palette {bits} bits',
      _bmp(rows, bits, palette=palette, core=True),
      expected,
    )
    if bits > 1:
      # Runs of single pixels, and then, as `absolute`, all of the row.
      single = [
        b''.join(bytes([1, i if bits == 8 else i << 4]) for i in row) + b'\0\0'
        for row in indices.tolist()
      ]
      # What is absolute is as long as an even number of bytes.
      absolute = [
        bytes([0, WIDTH]) + row + bytes(-len(row) % 2) + b'\0\0' for row in rows
      ]
      for name, coded in (('single', single), ('absolute', absolute)):
        yield Case(
          f'BMP run lengths, {name}, {bits} bits',
          _bmp(
            [coded[0], *coded[1:-1], coded[-1]][:-1] + [coded[-1]],
            bits,
            palette=palette,
            compression={8: 1, 4: 2}[bits],
          )
          + b'\0\1',
          expected,
        )
  color = _samples(8, 3)
  for top_down in (False, True):
    yield Case(
      f'BMP colour 24 bits, top down {top_down}',
      _bmp(_packed(color[..., ::-1].reshape(HEIGHT, -1), 8), 24,
           top_down=top_down),
      color / 255,
    )  # fmt: skip
  for name, bits, masks, compression in (
    ('555 by default', 16, (0x7C00, 0x3E0, 0x1F), 0),
    ('555', 16, (0x7C00, 0x3E0, 0x1F), 3),
    ('565', 16, (0xF800, 0x7E0, 0x1F), 3),
    ('888 by default', 32, (0xFF0000, 0xFF00, 0xFF), 0),
    ('888', 32, (0xFF0000, 0xFF00, 0xFF), 3),
    ('888, blue first', 32, (0xFF, 0xFF00, 0xFF0000), 3),
    ('8888', 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), 3),
  ):
    widths = [bin(mask).count('1') for mask in masks]
    values = np.concatenate(
      [_samples(width, 1, seed) for seed, width in enumerate(widths)], -1
    )
    whites = 2 ** np.array(widths) - 1
    fractions = values / whites
    alpha = fractions[..., 3:] if len(masks) == 4 else 1
    packed = _packed(_fields(values, masks), bits, '<')
    yield Case(
      f'BMP colour {name}, {bits} bits',
      _bmp(packed, bits, masks=masks if compression else (),
           compression=compression),
      _color(fractions[..., :3], alpha),
    )  # fmt: skip


# PPM and its family.


def _ppms() -> Iterator[Case]:
  bits = _samples(1, 1)
  plain = '\n'.join(' '.join(map(str, row)) for row in bits[..., 0])
  size = f'{WIDTH} {HEIGHT}\n'
  ink = _color(1.0 - bits)
  yield Case('PBM plain', f'P1\n# by hand\n{size}{plain}\n'.encode(), ink)
  raw = b''.join(_packed(bits[..., 0], 1))
  yield Case('PBM', f'P4\n{size}'.encode() + raw, ink)
  for white in (1, 15, 100, 255, 256, 1023, 4095, 65535):
    for channels, name in ((1, 'PGM'), (3, 'PPM')):
      values = _samples(16, channels) % (white + 1)
      expected = _color(values / white)
      header = f'{size}{white}\n'
      text = '\n'.join(map(str, values.ravel()))
      magic = {1: 2, 3: 3}[channels]
      yield Case(
        f'{name} plain up to {white}',
        f'P{magic}\n{header}{text}\n'.encode(),
        expected,
      )
      order = '>u1' if white < 256 else '>u2'
      yield Case(
        f'{name} up to {white}',
        f'P{magic + 3}\n{header}'.encode() + values.astype(order).tobytes(),
        expected,
      )
  numbers = _samples(8, 1)[..., 0].astype(float) / 255
  for order, scale in (('<', -1.0), ('>', 1.0)):
    rows = numbers[::-1].astype(f'{order}f4').tobytes()
    yield Case(
      f'PFM {order}',
      f'Pf\n{size}{scale}\n'.encode() + rows,
      _color(numbers[..., None]),
    )


# TIFF.


def tiff(
  tags: dict[int, object], strips: list[bytes], order: str, tiled: bool = False
) -> bytes:
  """A TIFF file without compression.

  Args:
    tags: numbers, or tuples of them, by tag; int is SHORT, float is FLOAT, and
      bytes are SHORTs that are packed already.
    strips: the pixels.
    order: '<' or '>'.
    tiled: whether what is called strips are tiles.

  Returns:
    The file.
  """
  tags = {256: WIDTH, 257: HEIGHT, 259: 1, 278: HEIGHT, **tags}
  starts = list(
    itertools.accumulate([8, *map(len, strips)], initial=None)
  )[: len(strips)]  # fmt: skip
  places, lengths = (324, 325) if tiled else (273, 279)
  tags |= {places: tuple(starts), lengths: tuple(map(len, strips))}
  pixels = b''.join(strips)
  extra_start = 8 + len(pixels) + 2 + 12 * len(tags) + 4
  entries, extra = b'', b''
  for tag, value in sorted(tags.items()):
    values = value if isinstance(value, tuple) else (value,)
    kind = 'f' if isinstance(values[0], float) else 'H'
    if max(values) > 65535:
      kind = 'I'
    content = struct.pack(f'{order}{len(values)}{kind}', *values)
    number = {'H': 3, 'I': 4, 'f': 11}[kind]
    if len(content) > 4:
      place = struct.pack(f'{order}I', extra_start + len(extra))
      extra += content
    else:
      place = content.ljust(4, b'\0')
    entries += struct.pack(f'{order}HHI', tag, number, len(values)) + place
  magic = b'II*\0' if order == '<' else b'MM\0*'
  return (
    magic
    + struct.pack(f'{order}I', 8 + len(pixels))
    + pixels
    + struct.pack(f'{order}H', len(tags))
    + entries
    + bytes(4)
    + extra
  )


def _pack_12(rows: np.ndarray) -> bytes:
  """Rows of numbers of 12 bits, two of them in three bytes."""
  out = b''
  for row in rows:
    text = ''.join(f'{value:012b}' for value in row)
    text += '0' * (-len(text) % 8)
    out += int(text, 2).to_bytes(len(text) // 8, 'big')
  return out


def _tiffs() -> Iterator[Case]:
  for order in '<>':
    name = {'<': 'little', '>': 'big'}[order]
    for bits in (1, 2, 4, 8, 12, 16):
      white = 2**bits - 1
      grey = _samples(bits, 1)
      pixels = (
        _pack_12(grey[..., 0])
        if bits == 12
        else b''.join(_packed(grey[..., 0], bits, order))
      )
      for light in (0, 1):
        shown = grey if light else white - grey
        yield Case(
          f'TIFF {name} grey {bits} bits, photometric {light}',
          tiff({258: bits, 262: light, 277: 1}, [pixels], order),
          _color(shown / white),
        )
      if bits in (4, 8):
        palette = _palette(2**bits)
        yield Case(
          f'TIFF {name} palette {bits} bits',
          tiff(
            {258: bits, 262: 3, 277: 1,
             320: tuple(int(v) * 257 for v in palette.T.ravel())},
            [pixels], order,
          ),
          palette[grey[..., 0]] / 255,
        )  # fmt: skip
      if bits in (8, 16):
        color, alpha = _samples(bits, 3), _samples(bits, 1, seed=1)
        both = np.concatenate([color, alpha], -1)
        scaled = np.concatenate([color * alpha // white, alpha], -1)
        for what, values, extra, expected in (
          ('colour', color, (), _color(color / white)),
          ('with something', both, (0,), _color(color / white)),
          ('premultiplied', scaled, (1,),
           _color(np.divide(scaled[..., :3], alpha,
                            out=np.zeros(color.shape), where=alpha > 0),
                  alpha / white)),
          ('with alpha', both, (2,), _color(color / white, alpha / white)),
        ):  # fmt: skip
          count = values.shape[-1]
          tags = {258: (bits,) * count, 262: 2, 277: count}
          if extra:
            tags[338] = extra
          yield Case(
            f'TIFF {name} {what} {bits} bits',
            tiff(
              tags,
              [b''.join(_packed(values.reshape(HEIGHT, -1), bits, order))],
              order,
            ),
            expected,
          )  # fmt: skip
        if bits == 8:
          planes = [b''.join(_packed(color[..., i], 8)) for i in range(3)]
          yield Case(
            f'TIFF {name} colour in planes',
            tiff({258: (8, 8, 8), 262: 2, 277: 3, 284: 2}, planes, order),
            color / 255,
          )
          ink = _samples(8, 4)
          yield Case(
            f'TIFF {name} inks',
            tiff(
              {258: (8,) * 4, 262: 5, 277: 4}, [ink.astype(np.uint8).tobytes()],
              order,
            ),
            (1 - ink[..., :3] / 255) * (1 - ink[..., 3:] / 255),
          )  # fmt: skip
    for white, tags in (
      (1023, {281: 1023}),
      (4095, {281: 4095}),
      (16383, {281: 16383}),
      (4095, {341: 4095}),
      (4095, {280: 0, 281: 4095}),
    ):
      grey = _samples(16, 1) % (white + 1) * 3 // 4
      for light in (0, 1):
        shown = grey if light else white - grey
        yield Case(
          f'TIFF {name} grey 16 bits, photometric {light}, {tags}',
          tiff(
            {258: 16, 262: light, 277: 1, **tags},
            [b''.join(_packed(grey[..., 0], 16, order))],
            order,
          ),
          _color(shown / white),
        )
    for light in (0, 1):
      grey = _samples(8, 1)
      shown = grey / 255 if light else 1 - grey / 255
      for what, tag, kind, factor in (
        ('fractions', 3, 'f4', 1 / 255),
        ('numbers', 1, 'u4', 257),
        ('signed numbers', 2, 'i4', 257),
      ):
        yield Case(
          f'TIFF {name} {what} 32 bits, photometric {light}',
          tiff(
            {258: 32, 262: light, 277: 1, 339: tag},
            [(grey * factor).astype(f'{order}{kind}').tobytes()],
            order,
          ),
          _color(shown),
        )


# GIF.


def _lzw(indices: list[int]) -> bytes:
  """Codes of 9 bits each: so few between clear codes that none are learned."""
  codes = []
  for i in range(0, len(indices), 100):
    codes += [256, *indices[i : i + 100]]
  number = sum(code << 9 * i for i, code in enumerate([*codes, 257]))
  data = number.to_bytes(-(-9 * (len(codes) + 1) // 8), 'little')
  blocks = [data[i : i + 255] for i in range(0, len(data), 255)]
  return b'\x08' + b''.join(bytes([len(b)]) + b for b in blocks) + b'\0'


def _gifs() -> Iterator[Case]:
  indices, palette = _samples(8, 1)[..., 0], _palette(256)
  table = palette.astype(np.uint8).tobytes()
  order = [*range(0, 7, 8), *range(4, 7, 8), *range(2, 7, 4), *range(1, 7, 2)]
  for own, clear, interlaced, corner in itertools.product((0, 1), repeat=4):
    # A picture smaller than the screen leaves paper around itself.
    left, top = (2, 1) if corner else (0, 0)
    part = indices[: HEIGHT - top, : WIDTH - left]
    key = int(indices[0, 0])
    shown = np.ones([HEIGHT, WIDTH, 3])
    alpha = (part != key) if clear else np.ones(part.shape)
    shown[top:, left:] = _color(palette[part] / 255, alpha[..., None])
    data = b'GIF89a' + struct.pack(
      '<HHBBB', WIDTH, HEIGHT, 0xF7 - 0x80 * own, 0, 0
    )
    data += b'' if own else table
    data += struct.pack('<BBBBHBB', 0x21, 0xF9, 4, clear, 5, key, 0)
    data += struct.pack(
      '<BHHHHB', 0x2C, left, top, part.shape[1], part.shape[0],
      0x87 * own + 0x40 * interlaced,
    )  # fmt: skip
    data += table if own else b''
    if interlaced:
      part = part[[row for row in order if row < len(part)]]
    data += _lzw(part.ravel().tolist()) + b';'
    if corner and not clear:
      # Around it there is nothing, or the background, as decoders like it.
      continue
    yield Case(
      f'GIF, own palette {own}, clear {clear}, interlaced {interlaced}, '
      f'corner {corner}',
      data,
      shown,
    )


def cases() -> list[Case]:
  """All of them."""
  return [*_pngs(), *_bmps(), *_ppms(), *_tiffs(), *_gifs()]
