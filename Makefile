# Two commands start everything: `make run` and `make test`. Each sets up what it needs from the lock files.
PYTHON ?= python3
WORKSPACE ?= examples/upkeep
VENV := .venv
BIN := $(VENV)/bin

.PHONY: peers test-peers run test test-long dev lint types bench check lock clean

run: $(VENV)/.run ## the main job on the example workspace
	$(BIN)/flywheel run --workspace $(WORKSPACE)

# Four at once on two cores: they wait for the disk half of the time.
test: $(VENV)/.dev ## the tests, under five minutes on two cores
	$(BIN)/pytest -q -n 4 --dist loadfile

test-long: $(VENV)/.dev ## whole pieces on every way that they can go
	$(BIN)/pytest -q -n 4 --dist loadfile -m 'long and not torture and not server and not postgres'

dev: $(VENV)/.dev ## LangGraph's server and Studio, on the example workspace
	set -a; if [ -f $(WORKSPACE)/.env ]; then . $(abspath $(WORKSPACE))/.env; fi; \
	PYTHONPATH=. FLYWHEEL_WORKSPACE=$(abspath $(WORKSPACE)) LANGGRAPH_CLI_NO_ANALYTICS=1 LANGGRAPH_NO_VERSION_CHECK=true \
		$(BIN)/langgraph dev --no-browser

peers: $(VENV)/.dev ## real Bluesky, Mastodon-API, WordPress and Ghost servers, from public packages, kept between runs
	$(BIN)/python -m tests.peers.harness

test-peers: $(VENV)/.dev ## the channels against those servers
	$(BIN)/pytest -q -m peers tests/peers

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev ## the figures in docs/benchmarks.md
	$(BIN)/pytest benchmarks -q -p no:randomly

check: lint types test

$(VENV)/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

lock: ## new lock files, after a change of the dependencies in pyproject.toml (wants uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		-c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV)
