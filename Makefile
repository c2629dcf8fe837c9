# The whole vocabulary of this checkout. Each target does what it needs first.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo test check audit format lock sdl matrix bench softhsm compiler
BIN := .venv/bin
WHAT ?= all

help: ## say what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

run: .venv/ready softhsm ## set everything up and serve on 127.0.0.1:8000
	@$(BIN)/portcard serve

demo: .venv/ready ## play the whole story against the running server
	@$(BIN)/portcard demo

test: .venv/ready-dev softhsm compiler ## run every test, on SQLite and on PostgreSQL + Valkey
	@PATH="$(CURDIR)/$(BIN):$$PATH" pytest -n auto

check: .venv/ready-dev ## format, lint, types, import law, contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/portcard sdl | diff schema/schema.graphql - || { echo "schema/schema.graphql is stale: make sdl"; exit 1; }

audit: .venv/ready-dev ## ask about known holes in the locked dependencies; says what it could not ask
	@$(BIN)/python tests/judges/holes.py

format: .venv/ready-dev ## put the sources into their form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

sdl: .venv/ready-dev ## write the served schema to schema/schema.graphql
	@$(BIN)/portcard sdl > .schema.draft && mv .schema.draft schema/schema.graphql

matrix: .venv/ready-dev softhsm ## write who sees and may what, as it is, to the table under test
	@PATH="$(CURDIR)/$(BIN):$$PATH" pytest -q -n 0 tests/matrix -k "everybody and sqlite" --write-matrix

bench: .venv/ready-peers softhsm compiler ## measure (WHAT=reads|submit|fanout|issuance)
	@$(BIN)/python benchmarks/run.py $(WHAT)

lock: .venv/ready-dev ## pin the newest dependencies that pyproject.toml allows
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--extra demo --extra build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--extra demo --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/python:
	@for python in python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed: install python3"; exit 1; fi; \
	if ! $$found -m venv .venv 2>/dev/null; then \
		$(call apt,python3-venv) && $$found -m venv --clear .venv \
		|| { echo "Python's venv module is needed: install python3-venv"; exit 1; }; \
	fi && touch $@

.venv/ready: .venv/python requirements.lock pyproject.toml
	@echo "Installing the locked packages …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock tests/judges/package-lock.json
	@echo "Installing the locked packages for development …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@cd tests/judges && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent
	@touch $@

.venv/ready-peers: .venv/ready-dev benchmarks/peers/package-lock.json
	@echo "Installing the peers of the benchmarks …"
	@cd benchmarks/peers && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent
	@touch $@

# A C compiler, for the load program of the fan-out bench; the server needs none
compiler:
	@command -v cc >/dev/null \
	|| { command -v apt-get >/dev/null && { $(call apt,gcc libc6-dev); }; } \
	|| { echo "A C compiler is needed: apt-get install gcc libc6-dev"; exit 1; }

# SoftHSM, by the machine's own package manager
softhsm: .venv/ready
	@$(BIN)/python -c 'import sys; from hardware.module import find_softhsm; sys.exit(find_softhsm() is None)' \
	|| { if command -v apt-get >/dev/null; then $(call apt,softhsm2); \
	     elif command -v brew >/dev/null; then brew install --quiet softhsm; \
	     else false; fi; } \
	|| { echo "SoftHSM 2 is not installed: apt-get install softhsm2, or brew install softhsm"; exit 1; }

apt = root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$root apt-get update -qq >/dev/null && $$root apt-get install -y -qq $(1) >/dev/null
