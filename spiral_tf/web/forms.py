"""The fields of a form that a browser has sent."""

from email import message
import urllib.parse

# Fields of a form, at most; the page sends six.
_MAX_FIELDS = 20
# Bytes of what precedes a field's content, at most.
_MAX_HEAD = 4096


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
  header = message.Message()
  header['content-type'] = content_type
  kind = header.get_content_type()
  if kind == 'application/x-www-form-urlencoded':
    return _from_pairs(body)
  boundary = header.get_boundary()
  if kind != 'multipart/form-data' or not boundary or len(boundary) > 70:
    raise ValueError('this is no form as the page would have sent it.')
  delimiter = b'\r\n--' + boundary.encode('utf-8', 'replace')
  # What precedes the first delimiter, and what follows the last, says nothing.
  _, *parts = (b'\r\n' + body).split(delimiter, _MAX_FIELDS + 2)
  if not parts or not parts[-1].startswith(b'--'):
    raise ValueError(
      'the form is cut off, or it has more than '
      f'{_MAX_FIELDS} fields; this is not what the page would have sent.'
    )
  return dict(_field(part) for part in parts[:-1])


def _from_pairs(body: bytes) -> dict[str, bytes]:
  try:
    pairs = urllib.parse.parse_qsl(
      body.decode('utf-8', 'replace'),
      keep_blank_values=True,
      max_num_fields=_MAX_FIELDS,
    )
  except ValueError:
    raise ValueError(
      f'the form has more than {_MAX_FIELDS} fields; this is not what the page '
      'would have sent.'
    ) from None
  return {name: value.encode() for name, value in pairs}


def _field(part: bytes) -> tuple[str, bytes]:
  """Name and content of a part of a form."""
  head, separator, content = part.partition(b'\r\n\r\n')
  header = message.Message()
  if separator and len(head) <= _MAX_HEAD:
    for line in head.decode('utf-8', 'replace').splitlines():
      name, _, value = line.partition(':')
      if name.strip().lower() == 'content-disposition':
        header['content-disposition'] = value.strip()
  name = header.get_param('name', header='content-disposition')
  if not isinstance(name, str):
    raise ValueError(
      'a field of the form has no name; this is not what the page would have '
      'sent.'
    )
  return name, content
