# Everything one does here. Needs only make and Python 3.11 or later; the virtual environment in
# .venv is made, and made anew after its requirements changed, by whatever needs it.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint types contracts reference drift schema migration gate check bench format

help: ## Show what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "gqlspaces needs Python 3.11 or later; name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Preparing .venv (once; about a minute)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY) ## Watch a listener configure a Space (ARGS=--once ends by itself)
	@$(BIN)/gqlspaces demo $(ARGS)

serve: $(READY) ## Start the gateway on ./data (ARGS="--port 9000")
	@$(BIN)/gqlspaces serve $(ARGS)

test: $(READY) ## Run the tests (ARGS="-k jobs")
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: $(READY) ## Check style, spelling, file sizes and the Dockerfile
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/codespell
	@$(BIN)/hadolint Dockerfile
	@find src tests examples benchmarks -name '*.py' 2>/dev/null | xargs wc -l \
		| awk '$$1 > 400 && $$2 != "total" { print $$2 " has " $$1 " lines, over 400"; long = 1 } END { exit long }'

format: $(READY) ## Put the code in its canonical form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(READY) ## Check the types
	@$(BIN)/mypy

contracts: $(READY) ## Check who may import whom
	@$(BIN)/lint-imports --no-cache

schema: $(READY) ## Write schema.graphql
	@$(BIN)/gqlspaces schema export --output schema.graphql

reference: $(READY) ## Write the generated pages of docs/reference
	@$(BIN)/python -m gqlspaces.reference

drift: $(READY) ## Check that schema.graphql is what the code serves
	@$(BIN)/gqlspaces schema check schema.graphql

migration: $(READY) ## Draft a migration from the tables (name=add_snapshot)
	@test -n "$(name)" || { echo "say what it does: make migration name=add_snapshot" >&2; exit 2; }
	@$(BIN)/python -m gqlspaces.migration "$(name)"

gate: lint types contracts drift ## Everything that check does but the tests

check: gate test ## Everything that must hold before a change is done

bench: $(READY) ## Measure, each figure beside its yardstick
	@$(BIN)/python -m benchmarks $(ARGS)
