# Floodmark: `make` alone lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
STAMP := $(VENV)/.installed
export PATH := $(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup data demonstration repro results test test-slow test-containers test-cluster lint docs deps image clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make repro DATA=FOLDER   the pipeline on your own data, in studies/<name of FOLDER>; results likewise"

setup: $(STAMP) ## make .venv with everything pinned

$(STAMP): constraints.txt constraints-cluster.txt constraints-alone.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' || \
	  { echo "Floodmark needs Python 3.11 to 3.13; choose one: make setup PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the pinned packages (two to five minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement constraints.txt --requirement constraints-cluster.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement constraints-alone.txt
	@ln -sf ../../bin/floodmark $(BIN)/floodmark
	@touch $(STAMP)

data: $(STAMP) ## fetch the embedded dataset
	@if grep -qs 'remote: embedded' data.dvc; then dvc pull --quiet --remote embedded data.dvc; \
	  elif [ ! -d data ]; then echo "data/ is missing, and data.dvc names no embedded dataset: run dvc checkout or dvc pull"; exit 1; fi

# A study holds no embedded dataset, and the tests are about that.
demonstration:
	@grep -qs 'remote: embedded' data.dvc || \
	  { echo "the tests need the embedded dataset: run them in the project that this study was made from"; exit 1; }

ifdef DATA
STUDY := studies/$(shell basename "$(DATA)")
repro: $(STAMP)
	@if [ -d "$(STUDY)" ]; then echo "$(STUDY) exists and holds its own data and params: DATA is not read again"; \
	  else floodmark study new "$(STUDY)" --data "$(DATA)"; fi
	@cd "$(STUDY)" && dvc repro
	@echo "open $(STUDY)/outputs/report/index.html"

results: repro
	@cd "$(STUDY)" && dvc repro results/dvc.yaml
	@echo "tables and figures are in $(STUDY)/results"
else
repro: data ## rebuild everything: environment, embedded dataset, pipeline
	@dvc repro
	@echo "open outputs/report/index.html"

results: data ## checks, ablations, long trainings, diagnoses: an hour and a half to three hours; may be stopped and resumed
	@dvc repro results/dvc.yaml
	@echo "tables and figures are in results/"
endif

test: demonstration data ## the fast tests (under 12 minutes on two cores)
	@OMP_NUM_THREADS=1 python -m pytest -m "not slow" -n 2 --durations=15

test-slow: demonstration data ## the tests that take minutes each
	@OMP_NUM_THREADS=1 python -m pytest -m "slow and not nightly and not container and not cluster" -n 2 --dist loadfile --no-loadscope-reorder --durations=15

test-containers: demonstration data ## the tests that run stages in podman: the image geo, built first
	@OMP_NUM_THREADS=1 python -m pytest -m "container and not whole" -n 2 --dist loadfile --durations=15

test-cluster: demonstration data ## the tests on a SLURM that they start (tests/cluster/packages.txt)
	@OMP_NUM_THREADS=1 python -m pytest -m cluster --durations=15

# Without caches: a cache once hid what a machine that never saw the tree was told.
lint: $(STAMP) ## format, lint, types, layers, spelling
	@ruff format --no-cache --check .
	@ruff check --no-cache .
	@mypy --cache-dir /dev/null
	@PYTHONPATH=src lint-imports --no-cache
	@codespell

docs: deps ## regenerate the schema, the references, the tables, and what `make deps` writes
	@floodmark params --write
	@PYTHONPATH=src python -m tests.house.reference --write
	@PYTHONPATH=src python -m tests.house.findings --write

deps: $(STAMP) ## write the code deps and params of dvc.yaml, and pins and locks of the images
	@PYTHONPATH=src python -m tests.house.pins --write
	@floodmark image lock
	@PYTHONPATH=src python -m tests.house.imports --write

image: $(STAMP) ## build both images with podman or docker: BASE=, WHEELS= say where from
	@floodmark image build $(if $(ENGINE),--engine "$(ENGINE)") $(if $(BASE),--base "$(BASE)") $(if $(WHEELS),--wheels "$(WHEELS)")

clean: ## remove outputs and work in progress; keep .venv, data and DVC's cache
	@rm -rf outputs/* timings .floodmark/partial .dvc/tmp/floodmark .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@git checkout --quiet -- outputs 2>/dev/null || true
