# `make` lists what there is. Every target does the set-up it needs.

WORKDIR ?= runs/digits
MNIST ?=
OMNIGLOT ?=
CELEBA ?=
RUNS ?= runs/models
PYTHON ?=
ARGS ?=

python := .venv/bin/python
pytest := $(python) -m pytest --quiet --disable-warnings
setup := @PYTHON='$(PYTHON)' bash tools/setup.sh

.PHONY: help venv setup train models test test-core bazel format clean

help:
	@echo 'make train    teach an agent to draw digits, then evaluate it'
	@echo '              WORKDIR=$(WORKDIR)  ARGS="--config.name=value ..."'
	@echo 'make models   train the agents of models/ anew, some hours; ARGS=NAME for one'
	@echo '              MNIST=FOLDER  OMNIGLOT=FOLDER  CELEBA=FOLDER'
	@echo '              RUNS=$(RUNS)'
	@echo 'make test     lint, format check and tests'
	@echo '              ARGS="-k painting" for some of them'
	@echo 'make test-core  those that need no Launchpad, with a newer Python'
	@echo 'make bazel    the same tests under Bazel'
	@echo 'make format   mend what the linter and the formatter can'
	@echo 'make venv     the set-up alone'
	@echo '              PYTHON=/path/to/python where none is found'
	@echo 'make clean    remove the set-up, builds and caches; keeps runs/'

venv setup:
	$(setup)

train: venv
	@echo '==> Training in $(WORKDIR); Ctrl-C stops, the same command goes on'
	@$(python) -m launch.train --config=configs/digits.py \
	  --workdir='$(WORKDIR)' $(ARGS)
	@echo '==> Evaluation'
	@$(python) -m launch.evaluate --workdir='$(WORKDIR)'

# Looks for the data before the set-up, and does that itself.
models:
	@PYTHON='$(PYTHON)' MNIST='$(MNIST)' OMNIGLOT='$(OMNIGLOT)' \
	  CELEBA='$(CELEBA)' RUNS='$(RUNS)' bash tools/models.sh $(ARGS)

# One process more than two cores, as some tests wait. Whole programs have
# processes of their own, so they come after the others, and only two at a time.
# ARGS='-k painting' may leave one of both without tests, which pytest calls an
# error, 5.
test:
	@PYTHON='$(PYTHON)' bash tools/setup.sh chromium iproute2
	@echo '==> Lint'
	@$(python) -m ruff check --quiet .
	@echo '==> Format'
	@$(python) -m ruff format --check --quiet .
	@echo '==> Tests'
	@$(pytest) --numprocesses=3 --dist=loadfile \
	  --ignore=tests/whole tests $(ARGS) || [ $$? -eq 5 ]
	@$(pytest) --numprocesses=2 --dist=loadfile \
	  tests/whole $(ARGS) || [ $$? -eq 5 ]

# What the newest TensorFlow can do, on a Python without Launchpad.
test-core:
	@CORE=yes PYTHON='$(PYTHON)' bash tools/setup.sh chromium
	@echo '==> Tests without Launchpad'
	@.venv-core/bin/python -m pytest --quiet --disable-warnings \
	  --numprocesses=3 --dist=loadfile --ignore=tests/whole tests $(ARGS)

bazel:
	@PYTHON='$(PYTHON)' bash tools/setup.sh bazel-bootstrap chromium iproute2
	@echo '==> Tests under Bazel'
	@bazel test //... $(ARGS)

format: venv
	@$(python) -m ruff check --fix --quiet .
	@$(python) -m ruff format .

clean:
	@rm -rf .venv .venv-core build dist .pytest_cache .ruff_cache *.egg-info
	@rm -f spiral_tf/environments/mypaint/_mypaint*.so
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
