# Everything runs from the checkout and stays in it.
#   make          set up: .venv, the locked packages, the compiled kernels (a second run costs nothing)
#   make check    lint, types, import rules and the quick tests: before each commit
#   make test     set up, then everything CI runs
# Stamp files in .venv/.stamps say what is done; all paths are relative, so that the checkout may have spaces in its path.

PYTHON ?= python3
PYTEST_WORKERS ?= 2
LOCK_FLAGS ?=

BIN := .venv/bin
STAMPS := .venv/.stamps
METHODS := $(shell find src/plantwright/methods -name '*.py')
QUICK_TESTS := tests/core tests/methods src/plantwright/core src/plantwright/methods

.DEFAULT_GOAL := setup
.PHONY: setup lint check test suite docs demo bench lock clean distclean help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

setup: $(STAMPS)/kernels ## make .venv with the locked packages and the compiled kernels

lint: $(STAMPS)/packages ## ruff, mypy and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: setup lint ## lint and the quick tests of core and methods
	$(BIN)/pytest -n $(PYTEST_WORKERS) -m 'not slow' $(QUICK_TESTS)

test: setup lint docs suite ## everything: what CI runs

suite: setup
	$(BIN)/pytest -n $(PYTEST_WORKERS) --durations 10

docs: $(STAMPS)/packages ## generate the reference pages and build docs/ into site/, broken links failing
	if [ -f docs/generate.py ]; then $(BIN)/python docs/generate.py; fi
	$(BIN)/mkdocs build --strict

demo: $(STAMPS)/packages ## plan the sample plant and show it; only the kernels that a plan needs are compiled
	$(BIN)/python -m compileall -q src
	$(BIN)/plantwright demo

bench: setup ## run every script of benchmarks/ whose name does not begin with _
	@for script in benchmarks/[!_]*.py; do \
	  [ -f "$$script" ] || { echo "benchmarks/ has no script yet."; exit 0; }; \
	  echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done

lock: $(STAMPS)/packages ## pin the dependencies of pyproject.toml (LOCK_FLAGS=--upgrade takes newer ones)
	$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --no-emit-index-url \
	  --no-emit-find-links --no-emit-build-options --custom-compile-command 'make lock' $(LOCK_FLAGS) -o requirements.lock

clean: ## remove what builds and tests leave, compiled kernels included
	rm -rf site build dist docs/reference .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -path ./.venv -prune -o -path ./.git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(STAMPS)/kernels

distclean: clean ## clean, and remove .venv
	rm -rf .venv

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Plantwright needs Python 3.11 or newer: install it (Debian: apt-get install python3 python3-venv)" \
	    "or name one with make PYTHON=/path/to/python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.lock)"
	@mkdir -p $(STAMPS) && touch $@

# One sync of the lock and the checkout together, so that no moment is without the package. Bytecode is written now, because
# some machines forbid Python to write it later, and every command would then begin with five seconds of compiling.
$(STAMPS)/packages: $(STAMPS)/venv requirements.lock pyproject.toml
	echo '-e .' | $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock -
	@touch $@

$(STAMPS)/kernels: $(STAMPS)/packages $(METHODS)
	$(BIN)/python -m compileall -q src
	$(BIN)/python -m plantwright.methods.warm
	@touch $@
