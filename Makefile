# The portal's commands. Needs Python 3.11 or newer, git and make; all else is installed below .venv.
# Paths are relative throughout, so that the project may stand in a folder with a space in its name.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help python demo test bench reset lock

# The demonstration and the tests start a process again and again: each would compile every source.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that is new enough; `make demo PYTHON=…` chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$name" && break; done)

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1  \2/p' Makefile

python:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "The portal needs Python 3.11 or newer;\
	 $(or $(PYTHON),$$(python3 --version 2>/dev/null || echo a machine without python3)) will not do.\
	 Install a newer one, or name it: make demo PYTHON=/path/to/python3.13" >&2; exit 1; }

demo: python ## Start the demonstration; Ctrl-C stops it, its data stay
	@"$(PYTHON)" scripts/ready.py demo
	@exec .venv/bin/python -m app.demo

test: python ## Check everything: lint, types, import contracts, migrations, tests, a real browser
	@"$(PYTHON)" scripts/ready.py dev
	@exec .venv/bin/python -m scripts.check

bench: python ## Measure speed with up to a million members, in an hour; writes docs/performance.md
	@"$(PYTHON)" scripts/ready.py dev
	@exec .venv/bin/python -m bench

reset: python ## Delete the demonstration's data
	@"$(PYTHON)" scripts/ready.py demo
	@exec .venv/bin/python -m app.cli reset

lock: python ## Write the lock files anew from pyproject.toml
	@"$(PYTHON)" scripts/ready.py dev
	@exec .venv/bin/python -m scripts.lock
