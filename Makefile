# One entry point for every developer action. `make demo` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVAL ?= ../shared

.PHONY: demo test check lint types bench build clean

demo: $(VENV)/.installed
	$(BIN)/normalize run seeds -o out
	@echo "Read out/report.html, out/documents/ and out/corpus/."

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

# The floors in models/index.toml are enforced where the evaluation texts are at hand (EVAL=folder).
check: lint types
	$(BIN)/normalize models verify
	@if [ -d $(EVAL)/eval/mt ]; then \
	  $(BIN)/python benchmarks/quality.py models/it-en models/tr-en --evaluation $(EVAL)/eval/mt --check models/index.toml; \
	else echo "no evaluation texts at $(EVAL)/eval/mt: floors not checked"; fi

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check normalize tests benchmarks models

types: $(VENV)/.installed-dev
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/all.py --shared $(EVAL)

build: $(VENV)/.installed-dev
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/python -m twine check dist/*

clean:
	rm -rf $(VENV) out dist build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.installed
