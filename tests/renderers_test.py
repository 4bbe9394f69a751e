"""Tests of spiral_tf.programs.renderers: what every renderer answers."""

import dataclasses

import pytest

from spiral_tf.config import sections
from spiral_tf.programs import formats
from spiral_tf.programs import renderer as renderer_lib
from spiral_tf.programs import renderers


def _environment(name):
  return sections.EnvironmentConfig(
    name=name, canvas_width=32, grid_width=16, brush='classic/pen'
  )


def test_names_are_unlike():
  assert len(renderers.BY_NAME) == len(renderers.KINDS)
  assert {'painting', 'scenes'} <= set(renderers.BY_NAME)


@pytest.mark.parametrize('name', renderers.BY_NAME)
def test_answers_for_itself(name):
  renderer = renderers.of(_environment(name))
  assert renderer.name == name
  assert (renderer.canvas_width, renderer.grid_width) == (32, 16)
  assert renderer.channels in (1, 3, 4)
  assert renderer.pieces >= 1
  assert set(renderer_lib.Renderer.forms) <= set(renderer.forms)
  assert set(renderer.forms) <= set(formats.EXTENSIONS)
  kinds = set(renderer.command_kinds.values())
  assert set(renderer.unseen) < kinds
  # What Program.with_brush and its like replace.
  fields = {field.name for field in dataclasses.fields(renderer)}
  assert renderer.has_brush == ({'brush', 'background', 'channels'} <= fields)
  if renderer.has_brush:
    for kind in kinds - set(renderer.unseen):
      assert 'color' in {field.name for field in dataclasses.fields(kind)}
  empty = renderer.begin(16, ()).picture()
  assert empty.shape == (16, 16, renderer.channels)


def test_every_form_is_some_renderers():
  offered = {form for kind in renderers.KINDS for form in kind.forms}
  assert offered == set(formats.EXTENSIONS)


def test_a_renderer_that_is_missing_is_named(monkeypatch):
  monkeypatch.delitem(renderers.BY_NAME, 'scenes')
  with pytest.raises(ValueError, match=r"no renderer 'scenes'.*renderers\.py"):
    renderers.of(_environment('scenes'))


if __name__ == '__main__':
  raise SystemExit(pytest.main([__file__]))
