# make run     the demo, on this machine: installs, starts all of it, seeds once; Ctrl-C stops all of it
# make test    every test, with the coverage gate
# make check   every linter and contract of docs/house.md
# make bench   the scale and the outbox against their peers, and how fast they are (an hour and more; reads ../shared/data)
# make mutate  which part of all small changes of the scale its tests notice (a sample; takes a while)
# make lock    compile the locked requirements from pyproject.toml (needs uv)

PYTHON ?= python3
BIN := .venv/bin
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-strip-extras
# Where a branch that no test takes could move a score, lose a letter or let the wrong one in.
WHOLLY := vetting/scoring/*,vetting/followups/*,vetting/*/rules.py,vetting/*/states.py

.PHONY: run test check bench mutate lock

run: .venv/.run
	@exec $(BIN)/python -m config.serve

test: .venv/.dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term
	$(BIN)/coverage report --fail-under=100 --include='$(WHOLLY)'

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/house

bench: .venv/.dev
	$(BIN)/python -m bench.scoring
	$(BIN)/python -m bench.report docs/explanation
	$(BIN)/python -m bench.referrals
	$(BIN)/python -m bench.scale_speed
	$(BIN)/python -m bench.followups

mutate: .venv/.dev
	nice $(BIN)/python -m tests.mutation

lock:
	$(LOCK) -o requirements.txt
	$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

# The development requirements hold all of the others, so they satisfy both stamps.
.venv/.run: requirements.txt | .venv/bin/python
	$(call install,$<)
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	$(call install,$<)
	@touch .venv/.run $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Touchstone needs Python 3.11 or later; set PYTHON=... to one."; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Install the package that gives $(PYTHON) its venv module (python3-venv)."; exit 1; }

define install
	@echo "Installing $(1) into .venv; with pip this takes about a minute."
	@if command -v uv >/dev/null; \
		then uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r $(1); \
		else .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi
endef
