# Everything a checkout needs. `make` alone lists the targets.
#
# The environment lives in .venv and is made from requirements.lock, whose hashes pip verifies. The lock is
# complete, so nothing is left to resolve: pip 23 would take a newer release than the locked one for a
# requirement with an extra, such as coverage[toml], and then miss its hash. Two stamps say how far it got,
# so a set-up that was killed is done again and a finished one costs nothing.

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
COMPILED := $(VENV)/.compiled
WORKERS ?= 2
UV := uv==0.13.9

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(SUPPORTED)' 2>/dev/null && echo "$$name" && break; done)

# A tree that was copied or moved, or whose Python is gone, has an environment that points elsewhere.
ifneq ($(shell test -x $(BIN)/python && cat $(LOCKED) 2>/dev/null),$(CURDIR))
STALE := stale
endif

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DELETE_ON_ERROR:
.PHONY: help setup extras demo bench test lint types layers tests test-long docs format lock clean stale

help:
	@echo 'make demo       set up and compare the what-ifs of the bundled shop'
	@echo 'make test       set up and run every check'
	@echo 'make test-long  set up and run the checks that take long'
	@echo 'make bench      time the engines beside others (BENCH=--quick, BENCH=--full)'
	@echo 'make setup      set up .venv only'
	@echo 'make extras     add the optional libraries (dask, learn, bench) to .venv'
	@echo 'make docs       write the generated pages of the documentation anew'
	@echo 'make format     let ruff lay out the code'
	@echo 'make lock       write the lock files anew (UPGRADE=1: with the newest versions)'
	@echo 'make clean      remove .venv and every cache'

setup: $(COMPILED)

$(LOCKED): requirements.lock $(STALE)
	@python='$(PYTHON)'; \
	if ! "$${python:-none}" -c '$(SUPPORTED)' 2>/dev/null; then \
		echo 'Python 3.11, 3.12 or 3.13 is needed. On Debian or Ubuntu: apt install python3 python3-venv' >&2; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python has no venv module. On Debian or Ubuntu: apt install python3-venv" >&2; \
		exit 1; \
	fi; \
	echo 'Setting up $(VENV): done once, a minute or two ...' >&2; \
	"$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements.lock
	@pwd -P > $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

# The kernel is compiled once per installation; the disk cache is the user's own, outside this folder.
$(COMPILED): $(INSTALLED) $(wildcard simulator/laws/*.py simulator/engine/*.py simulator/engine/kernel/*.py)
	@$(BIN)/python -m simulator.execution.prepare
	@touch $@

extras: $(INSTALLED)
	$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements-extras.lock

demo: $(COMPILED)
	$(BIN)/journey compare models/shop.yaml scenarios/shop/*.yaml

# Whoever shares the machine disturbs the figures of workers and first results; ratios stand it.
bench: extras
	$(BIN)/python -m benchmarks $(BENCH)

test: lint types layers tests

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED)
	$(BIN)/mypy

layers: $(INSTALLED)
	$(BIN)/lint-imports

# What plays many customers runs without the tracer, which makes the reference engine several times slower.
PLAYED := tests/verification tests/contract tests/models

tests: $(COMPILED)
	$(BIN)/python -m pytest -n $(WORKERS) --durations=10 $(PLAYED)
	$(BIN)/python -m pytest -n $(WORKERS) --durations=10 $(PLAYED:%=--ignore=%) --cov --cov-report=term

# Also every property test, with many more examples than `make test` gives it.
test-long: $(COMPILED)
	$(BIN)/python -m pytest -n $(WORKERS) -m 'long or hypothesis' --hypothesis-profile=long --durations=10

# The generated pages of the reference, the pictures and the outputs shown.
docs: $(COMPILED)
	$(BIN)/python docs/generate.py

format: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# One lock serves Python 3.11 to 3.13: `fewest` gives all of them the same versions, so the same results.
COMPILE = build/lock/bin/uv pip compile --no-config --quiet $(if $(UPGRADE),--upgrade) \
	--universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' pyproject.toml

lock:
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip install -qq '$(UV)'
	$(COMPILE) --extra dev --extra docs -o requirements.lock
	$(COMPILE) --all-extras -c requirements.lock -o requirements-extras.lock

clean:
	rm -rf $(VENV) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find simulator tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
