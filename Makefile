# What one does with this house. Every goal sets up first what it needs.
# pytest ends with 5 when no test was chosen; that is no failure.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run test browser check format bench lock clean

PY := .venv/bin/python
SIZE ?= 10k
TESTS ?=
WORKERS ?= 2
UV ?= uv
export PYTHON CHROMIUM

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv and install what the site needs
	@lineage_site/setup.sh run

setup-dev: ## the same, with what tests and checks need
	@lineage_site/setup.sh dev

run: setup ## serve the site with all it needs (PORT=8000 HOST=127.0.0.1)
	@exec $(PY) -m lineage_site.embedded

test: setup-dev ## run the tests that need no outside server (TESTS=tests/graph)
	@$(PY) -m pytest -n $(WORKERS) -m "not browser" $(TESTS) || test $$? -eq 5

browser: setup-dev ## run the tests that drive pages in Chromium
	@lineage_site/setup.sh browser
	@$(PY) -m pytest -m browser $(or $(TESTS),tests/browser) || test $$? -eq 5

CHECKS := check-format check-lint check-templates check-types check-layers check-migrations
.PHONY: $(CHECKS)
check: $(CHECKS) ## format, lint, templates, types, layers, migrations (-k: all, whatever fails)
$(CHECKS): setup-dev

check-format:
	.venv/bin/ruff format --check .
check-lint:
	.venv/bin/ruff check .
check-templates:
	git ls-files -z -- '*.html' | xargs -0 -r .venv/bin/djade --target-version 5.2 --check
	.venv/bin/djlint --quiet --allow-empty-input --lint templates apps
check-types:
	$(PY) -m mypy .
check-layers:
	.venv/bin/lint-imports
check-migrations:
	$(PY) manage.py makemigrations --check --dry-run

format: setup-dev ## put files into the house's format
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .
	git ls-files -z -- '*.html' | xargs -0 -r .venv/bin/djade --target-version 5.2

bench: setup-dev ## measure (SIZE=10k, 100k or 1m artifacts)
	@$(PY) -m benchmarks --size $(SIZE)

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: ## write both requirements files anew from pyproject.toml (needs uv; UPGRADE=--upgrade)
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove what set-up, tests and checks made; var/ with the data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
