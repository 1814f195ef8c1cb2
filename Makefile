# Shuzhi Fengqiao: every way to run, check and ship it. `make help` says what each target is for.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := contracts intake classifier router feedback adapters services dashboard deploy bench

.PHONY: help run test check format bench engines up schemas clean-data clean lock setup setup-dev assets models

help: ## Say what each target is for
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: setup assets models ## Set everything up and run the hub with simulated platforms on http://127.0.0.1:8000
	@MALLOC_ARENA_MAX=1 $(BIN)/python -m services run --demo  # one arena keeps less memory than one a thread

test: setup-dev assets models ## Run every test (Kafka, PostgreSQL and Chromium where they can be had)
	@$(BIN)/python -m pytest $(ARGS)

check: setup-dev ## Style, types, import arrows, dead code
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy $(CODE)
	@$(BIN)/vulture
	@$(BIN)/python -m pytest -q tests/house

format: setup-dev ## Put the code in order
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: setup-dev models ## Measure CPU per complaint, throughput and delays on Kafka and PostgreSQL
	@$(BIN)/python -m bench $(ARGS)

engines: setup-dev ## Start a real Kafka and PostgreSQL on loopback, without Docker, until Ctrl-C
	@$(BIN)/python -m deploy.engines $(ARGS)

up: ## Run one container a role with Docker compose
	@command -v docker >/dev/null || { echo "Docker is missing: install it from your distribution, or use 'make run'."; exit 1; }
	@docker compose version >/dev/null 2>&1 || { echo "Docker is here, its compose plugin is not ('docker compose version' fails): install docker-compose-plugin, on Ubuntu docker-compose-v2, or use 'make run'."; exit 1; }
	docker compose -f deploy/compose.yaml up --build

schemas: setup-dev ## Write JSON Schemas, AsyncAPI, topic resources anew from the contracts
	@$(BIN)/python -m contracts.generate && $(BIN)/python -m deploy.topics

clean-data: setup ## Empty the folder with the embedded log and database
	@$(BIN)/python -m services clean

clean: ## Remove what setup made: the virtual environment, front-end assets, trained models
	@rm -rf $(VENV) dashboard/static/vendor dashboard/node_modules classifier/built

setup: $(VENV)/.runtime
setup-dev: $(VENV)/.dev

$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: install it, or say 'make PYTHON=/path/to/python'."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $$($(PYTHON) -V) was found: say 'make PYTHON=python3.12' or the like."; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: on Debian or Ubuntu, 'apt install python3-venv'."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.runtime: requirements.lock | $(BIN)/uv
	@echo "Installing the libraries named in requirements.lock …"
	@if [ -e $(VENV)/.dev ]; then $(BIN)/uv pip sync --quiet --require-hashes requirements-dev.lock; else $(BIN)/uv pip sync --quiet --require-hashes requirements.lock; fi
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/uv
	@echo "Installing the libraries named in requirements-dev.lock …"
	@$(BIN)/uv pip sync --quiet --require-hashes requirements-dev.lock
	@touch $@ $(VENV)/.runtime

assets: setup
	@$(BIN)/python -m dashboard.assets

models: setup
	@$(BIN)/python -m classifier build

lock: | $(BIN)/uv ## Choose library versions anew and pin them
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra guests pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra guests pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
