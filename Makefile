# The verbs of Cartback. `make` alone lists them.
#
# Needed on the machine: git, make and any Python 3 from 3.8 on. The rest lands in .venv and .local.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo up down deploy test check test-fast test-flows test-browser fuzz simulate mutants structures bench peak load lint docs lock clean

BIN := .venv/bin
# Virtual seconds per real one: an hour a second for the demo, ten minutes a second for trying things by hand.
SPEED ?=
ONCE ?=
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0
# Byte code beside the sources would travel into the layer and make `sam build` distrust its cache.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.local/pycache
# Where images for containers forbid byte code, each process would compile again what it imports; the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.stamp ## make .venv from the lock file (quick when nothing changed)
	@:

.venv/.stamp: pyproject.toml uv.lock .python-version local/setup.sh local/uv.txt
	@bash local/setup.sh
	@touch $@

demo: setup ## a shop of each platform with its shoppers on this machine; ONCE=1 ends by itself
	@$(BIN)/python -m local.demo $(if $(SPEED),--speed $(SPEED)) $(if $(ONCE),--once)

up: setup ## the local cloud with a shop and no shoppers, until Ctrl-C or `make down` (SPEED=1 is real time)
	@$(BIN)/python -m local.up $(if $(SPEED),--speed $(SPEED))

down: setup ## stop the local cloud
	@$(BIN)/python -m local.up --stop

STAGE ?=
SENDER ?=
deploy: setup ## the template to AWS: STAGE=dev SENDER=hello@shop.example, more in WITH="AlarmEmail=… PublicUrl=…"; later STAGE= alone
	@words=$$($(BIN)/python -m local.preflight "$(STAGE)" "$(if $(SENDER),Sender=$(SENDER))" $(WITH)); \
	  $(BIN)/sam build $(addprefix --parameter-overrides ,$(filter Architecture=%,$(WITH))) && mapfile -t words <<<"$$words" && $(BIN)/sam deploy "$${words[@]}"

# The local cloud waits more than it works, so it is tried beside the fast rooms, and what it said is printed after them.
BESIDE := .local/beside.out
test: check ## everything that CI runs
	@mkdir -p .local; $(MAKE) --no-print-directory test-flows test-browser >$(BESIDE) 2>&1 & beside=$$!; fast=0; \
	  $(MAKE) --no-print-directory test-fast || fast=$$?; others=0; wait $$beside || others=$$?; cat $(BESIDE); exit $$((fast | others))

# Types and template take a core each; the first that fails fails the verb once both have spoken. cfn-lint is asked for both
# regions, with the very rules that `sam validate --lint` asks.
check: setup ## style, types and the template, as far as this environment can judge them: half a minute
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy & types=$$!; template=0; $(BIN)/cfn-lint --regions eu-central-1 us-east-1 -- template.yaml || template=$$?; \
	  wait $$types && exit $$template

FAST := $(wildcard $(addprefix tests/,laws unit contracts doors properties kill_points mutation fuzz simulation budgets))
test-fast: setup ## laws, unit, doors and simulation: no cloud, no browser
	@$(if $(FAST),$(BIN)/pytest -q -n auto $(FAST),echo "no fast rooms yet")

fuzz: setup ## hostile input for every parser: CASES=1000000 for the long run, ONLY= SEED= FROM= for one case again
	@$(BIN)/python -m tests.fuzz --cases $(or $(CASES),20000) --seed $(or $(SEED),1) --first $(or $(FROM),0) --only "$(ONLY)"

SEEDS ?= 300
simulate: setup ## seasons of shoppers under faults: SEEDS=10000 for the long run, SEED=4711 for one and its story
	@$(BIN)/python -m tests.simulation.run $(if $(filter file,$(origin SEED)),--seeds $(SEEDS),--seed $(SEED))

mutants: setup ## rules broken one small piece at a time: ONLY=domain/messaging/budget.py, SAMPLE=30 of each, AGAIN=1 only what was left; DOCS=1
	@PYTHONPATH=layers/core:functions $(BIN)/python -m tests.mutation.run --only "$(ONLY)" \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(AGAIN),--again) $(if $(DOCS),--write-docs)

structures: setup ## relations of the template and edges of the machines broken likewise: ONLY=machines, SAMPLE=0 for all of them
	@PYTHONPATH=layers/core:functions:. $(BIN)/python -m tests.mutation.structures --only "$(ONLY)" $(if $(SAMPLE),--sample $(SAMPLE))

test-flows: setup ## the real template on the local cloud
	@$(if $(wildcard tests/flows/test_*.py),$(BIN)/pytest -q tests/flows,echo "no flows room yet")

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
test-browser: setup ## the pages, on a phone and a desktop
	@$(if $(CHROMIUM),$(if $(wildcard tests/browser/test_*.py),$(BIN)/pytest -q tests/browser,echo "no browser room yet"),\
	  echo "SKIPPED: the browser room needs Chromium: 'apt-get install chromium', or CHROMIUM=/path/to/chrome make test")

bench: setup ## what it costs in time, memory and calls, beside floors and budgets; CARTS= or OPENINGS=1000000 for the longest curves
	@$(BIN)/python -m bench.run $(if $(CARTS),--carts $(CARTS)) $(if $(OPENINGS),--openings $(OPENINGS)) $(if $(DOCS),--write-docs)

peak: setup ## a peak day under default quotas, on paper: what waits where; DOCS=1 keeps the table
	@$(BIN)/python -m bench.peak $(if $(DOCS),--write-docs)

load: setup ## RATE=500 webhooks a second for SECONDS=600 through the real handlers, then faults; DOCS=1 keeps the figures
	@$(BIN)/python -m bench.load $(if $(RATE),--rate $(RATE)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(DOCS),--write-docs)

CHECKOV := UV_HTTP_TIMEOUT=180 $(BIN)/uv run --quiet --locked --project local/checkov --python $(BIN)/python checkov
NPM ?= $(shell command -v npm)
lint: check ## the same, and what judges longer: sam, checkov and a validator of state machines, each in an environment of its own
	@$(BIN)/sam validate --lint --region eu-central-1
	@$(CHECKOV) --file template.yaml --framework cloudformation --quiet --compact --skip-download
	@$(if $(NPM),$(NPM) ci --prefix local/asl --ignore-scripts --no-audit --no-fund --silent && \
	  local/asl/node_modules/.bin/asl-validator $(addprefix --json-path ,$(wildcard statemachines/*.asl.json)),\
	  echo "SKIPPED: the judge of state machines needs node and npm: 'apt-get install npm', or NPM=/path/to/npm make lint")

docs: setup ## write the schemas, the AsyncAPI document and the catalogue of flows in docs/ anew from the code
	@$(BIN)/python docs/write_facts.py
	@$(BIN)/python docs/write_asyncapi.py
	@$(BIN)/python docs/write_flows.py

lock: ## lock anew, and pin what the Lambda layer carries, with its bill of materials
	@for project in . local/checkov; do \
	  $(BIN)/uv lock --project $$project --python $(BIN)/python --default-index https://pypi.org/simple; done
	@{ echo "# Made by 'make lock' from uv.lock: what the Lambdas need beyond the runtime's own boto3."; \
	   $(BIN)/uv export --quiet --python $(BIN)/python --locked --no-default-groups --no-emit-project \
	     --prune boto3 --no-header --no-annotate; } > layers/core/requirements.txt
	@{ echo "# Made by 'make lock' from uv.lock: what the door that pushes needs beside the layer core."; \
	   $(BIN)/uv export --quiet --python $(BIN)/python --locked --only-group push --no-emit-project \
	     --no-header --no-annotate; } > layers/push/requirements.txt
	@$(BIN)/python -m local.pin_uv > local/uv.txt
	@$(BIN)/python -m local.sbom > docs/sbom.cdx.json

clean: ## remove all that `make` made
	rm -rf .venv local/checkov/.venv local/asl/node_modules .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
