# A machine with Python 3.11, make and git is all that is needed; everything else goes into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
NODE_READY := tests/node/node_modules/.ready
PYTEST := $(BIN)/pytest -n $(JOBS)
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-all judges browser lint types imports unit format golden pictures bench clean

help: ## show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@echo "setting up $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --editable '.[dev]'
	@touch $@

$(BENCH_READY): $(READY)
	@$(PIP) install --editable '.[dev,bench]'
	@touch $@

# judges from npm, where it is there and reaches its registry; their tests are skipped without them
$(NODE_READY): tests/node/package.json
	@command -v npm >/dev/null || { echo "no npm: Adaptive Cards are not read by their own reader, pages not by axe"; exit 0; }; \
	npm install --prefix tests/node --no-package-lock --no-audit --no-fund --fetch-retries=0 --fetch-timeout=30000 \
		--loglevel=error --silent && touch $@ || echo "npm gave no adaptivecards and axe-core: their tests are skipped"

judges: $(NODE_READY) ## install the judges of Adaptive Cards and of accessibility, from npm

browser: ## install the browser of its tests, where apt can
	@tests/browser/install.sh

demo: $(READY) ## compile the tutorial's messages, and one broken template
	@$(BIN)/handbill demo

test: judges browser lint types imports unit ## every check but the long sweeps

lint: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(READY)
	@$(BIN)/mypy

imports: $(READY)
	@$(BIN)/lint-imports --no-logo

unit: $(READY)
	@$(PYTEST)

test-all: judges browser lint types imports ## every check, the long sweeps too
	@HYPOTHESIS_PROFILE=search $(PYTEST) -m ''

format: $(READY) ## put the code in form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

golden: $(READY) ## write the expected files anew; look at the diff before you commit it
	@$(PYTEST) --snapshot-update || true
	@git status --short -- tests

pictures: $(READY) browser ## take the pictures of pages anew; look at them before you commit them
	@$(PYTEST) tests/browser -k picture --snapshot-update || true
	@git status --short -- tests/browser

bench: $(BENCH_READY) ## measure against the peers, and write benchmarks/results.md; PARTS="messages many" for some of it
	@$(BIN)/python benchmarks/run.py $(PARTS)

clean: ## remove what was built
	rm -rf $(VENV) tests/node/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
