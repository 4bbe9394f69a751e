"""Tests of spiral_tf.web.forms."""

import httpx
import pytest

from spiral_tf.web import forms


def _sent(**kwargs):
  """What a client that knows how to would send."""
  request = httpx.Request('POST', 'http://localhost/', **kwargs)
  return request.headers['content-type'], request.read()


def test_reads_what_browsers_send():
  picture = bytes(range(256)) + b'\r\n--edge\r\n\r\n--\r\n' * 3
  fields = {'model': 'a "model"', 'samples': '3', 'note': 'Grüße\r\n'}
  read = forms.parse(
    *_sent(data=fields, files={'image': ('x.png', picture, 'image/png')})
  )
  assert read.pop('image') == picture
  assert read == {name: value.encode() for name, value in fields.items()}
  read = forms.parse(*_sent(data=fields))
  assert read == {name: value.encode() for name, value in fields.items()}
  empty = forms.parse(*_sent(data={'x': ''}, files={'image': ('x', b'')}))
  assert empty == {'x': b'', 'image': b''}


@pytest.mark.parametrize(
  ('kind', 'body', 'words'),
  [
    ('', b'', 'no form'),
    ('application/json', b'{}', 'no form'),
    ('multipart/form-data', b'', 'no form'),
    ('multipart/form-data; boundary=' + 71 * 'x', b'', 'no form'),
    ('multipart/form-data; boundary=x', b'', 'cut off'),
    ('multipart/form-data; boundary=x', b'--x\r\n\r\n', 'cut off'),
    ('multipart/form-data; boundary=x', b'--x\r\n\r\nabc\r\n--x--', 'no name'),
    (
      'multipart/form-data; boundary=x',
      b'--x\r\nContent-Disposition: form-data; name="'
      + bytes(9999)
      + b'"\r\n\r\nabc\r\n--x--',
      'header size',
    ),
    ('multipart/form-data; boundary=x', b'--x\r\n' * 10**6 + b'--x--', 'read'),
    (
      'multipart/form-data; boundary=x',
      b'--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n' * 10**5
      + b'--x--',
      'more than 20',
    ),
    ('application/x-www-form-urlencoded', b'a=1&' * 10**6, 'more than 20'),
  ],
)
def test_refuses_what_they_do_not_send(kind, body, words):
  with pytest.raises(ValueError, match=words):
    forms.parse(kind, body)


def test_names_that_are_strange_are_no_crash():
  for name in ('"', "x*=utf-16''%00", '\x00', '"\\"', 'a; name="b"'):
    head = f'--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n'
    try:
      forms.parse(
        'multipart/form-data; boundary=x', head.encode() + b'\r\n--x--'
      )
    except ValueError as error:
      assert 'no name' in str(error)


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
