# Needs Python 3.11 or later, make and git; everything else is installed into .venv from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test verify check bench lock clean

run: $(READY)  ## theory against simulation for every shipped scenario; leaves its results in out/
	$(BIN)/deterrence validate --out out

test: $(READY)  ## the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

verify: $(READY)  ## the tests at ten times as many points; takes a while
	POINTS=100000 $(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)  ## style, types, and the examples in README and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m pytest -q --doctest-modules --doctest-glob='*.md' \
		deterrence scenarios simulation analysis README.md docs/simulation.md

bench: $(READY)  ## ratios of time and memory, asked and reached, each inside one run
	$(BIN)/python -m benchmarks

lock: $(READY)  ## renew requirements.lock
	$(BIN)/uv pip compile --quiet --universal --upgrade --group dev --no-emit-index-url \
		--custom-compile-command 'make lock' pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv out

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --requirement requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $(READY)
