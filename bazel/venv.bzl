"""The Python toolchain: the interpreter of the checkout's .venv."""

_BUILD = """
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

py_runtime(
    name = "python3",
    interpreter_path = "{python}",
    python_version = "PY3",
    stub_shebang = "#!/usr/bin/env python3",
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":python3",
)

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

def _venv_python_impl(ctx):
    checkout = ctx.path(Label("@//:WORKSPACE")).dirname
    python = checkout.get_child(".venv").get_child("bin").get_child("python")
    if not python.exists:
        fail("There is no %s. Run `make venv` first." % python)
    ctx.file("BUILD", _BUILD.format(python = python))

venv_python = repository_rule(
    implementation = _venv_python_impl,
    doc = "Declares a Python toolchain over .venv, which `make venv` makes.",
    local = True,
)
