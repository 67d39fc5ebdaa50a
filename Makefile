# Offhook: every target sets up what it needs first. Needs Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV   ?= .venv
PYTEST_WORKERS ?= 3

# One tick uses one core: numpy's matrix library must not start a thread on every other one.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1

.PHONY: demo test lint format bench docs clean
.DEFAULT_GOAL := test

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/.ready            ## one outbound and one inbound call, end to end, with real SIP and RTP
	$(VENV)/bin/offhook demo

test: $(VENV)/.ready            ## the whole test suite
	$(VENV)/bin/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal

lint: $(VENV)/.ready            ## ruff and mypy --strict
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(VENV)/.ready
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.ready           ## CPU per leg, calls per CPU second, memory per call
	$(VENV)/bin/python -m bench

docs: $(VENV)/.ready            ## the documentation as a site, in site/
	$(VENV)/bin/python -m sphinx -q -W --keep-going docs site

clean:
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
