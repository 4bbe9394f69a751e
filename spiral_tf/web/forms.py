"""The fields of a form that a browser has sent.

python-multipart takes forms apart. It is handed the whole form, which has come
in already, instead of a stream whose parts it would keep in files.
"""

from collections.abc import Callable
import urllib.parse

from python_multipart import exceptions
from python_multipart import multipart

# Fields of a form, at most; the page sends six.
_MAX_FIELDS = 20
_TOO_MANY = (
  f'the form has more than {_MAX_FIELDS} fields; this is not what the page '
  'would have sent.'
)


def parse(content_type: str, body: bytes) -> dict[str, bytes]:
  """Takes a form apart.

  Args:
    content_type: the request's, which says how the form is written.
    body: the form.

  Returns:
    What is in each field, by name; of fields of the same name, in the last.

  Raises:
    ValueError: it is no form, or not one that a browser would have sent.
  """
  kind, options = multipart.parse_options_header(content_type)
  if kind == b'application/x-www-form-urlencoded':
    return _from_pairs(body)
  boundary = options.get(b'boundary', b'')
  if kind != b'multipart/form-data' or not 0 < len(boundary) <= 70:
    raise ValueError('this is no form as the page would have sent it.')
  fields = _Fields()
  parser = multipart.MultipartParser(boundary, fields.callbacks())
  try:
    parser.write(body)
    parser.finalize()
  except exceptions.FormParserError as error:
    raise ValueError(
      'the form cannot be read, and is not what the page would have sent: '
      f'{error}.'
    ) from None
  if not fields.is_whole:
    raise ValueError(
      'the form is cut off; this is not what the page would have sent.'
    )
  return fields.found


def _from_pairs(body: bytes) -> dict[str, bytes]:
  try:
    pairs = urllib.parse.parse_qsl(
      body.decode('utf-8', 'replace'),
      keep_blank_values=True,
      max_num_fields=_MAX_FIELDS,
    )
  except ValueError:
    raise ValueError(_TOO_MANY) from None
  return {name: value.encode() for name, value in pairs}


class _Fields:
  """What the parser has found.

  Attributes:
    found: what is in each field, by name.
    is_whole: whether the form has come to its end.
  """

  def __init__(self):
    self.found: dict[str, bytes] = {}
    self.is_whole = False
    self._number = 0
    self._name: str | None = None
    self._header = bytearray()
    self._value = bytearray()
    self._content = bytearray()

  def callbacks(self) -> dict[str, Callable[..., None]]:
    """What the parser is to call."""
    return {
      'on_part_begin': self._begin,
      'on_header_field': self._add_header,
      'on_header_value': self._add_value,
      'on_header_end': self._end_header,
      'on_part_data': self._add_content,
      'on_part_end': self._end,
      'on_end': self._finish,
    }

  def _begin(self) -> None:
    self._number += 1
    if self._number > _MAX_FIELDS:
      raise ValueError(_TOO_MANY)
    self._name = None
    self._content = bytearray()

  def _add_header(self, data: bytes, start: int, end: int) -> None:
    self._header += data[start:end]

  def _add_value(self, data: bytes, start: int, end: int) -> None:
    self._value += data[start:end]

  def _end_header(self) -> None:
    if self._header.lower() == b'content-disposition':
      text = self._value.decode('latin-1')
      name = multipart.parse_options_header(text)[1].get(b'name')
      self._name = None if name is None else name.decode('utf-8', 'replace')
    self._header, self._value = bytearray(), bytearray()

  def _add_content(self, data: bytes, start: int, end: int) -> None:
    self._content += data[start:end]

  def _end(self) -> None:
    if self._name is None:
      raise ValueError(
        'a field of the form has no name; this is not what the page would have '
        'sent.'
      )
    self.found[self._name] = bytes(self._content)

  def _finish(self) -> None:
    self.is_whole = True
