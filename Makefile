# Thin names for dev.py, which does the work. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test bench drill format lock clean
PYTHON ?= python3

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## serve the site with demo data on http://127.0.0.1:8000 (make run PORT=8123)
	@$(PYTHON) dev.py run

test:  ## every check and test on SQLite, PostgreSQL and in a browser (make test ARGS="-k calendar": one pytest run)
	@$(PYTHON) dev.py test $(if $(ARGS),-- $(ARGS))

bench:  ## the benchmarks beside their anchors
	@$(PYTHON) dev.py bench $(ARGS)

drill:  ## faults F1 to F22 on both databases; writes docs/reliability.md (make drill ARGS="sqlite --seeds 50")
	@$(PYTHON) dev.py drill $(ARGS)

format:  ## format the code and mend what ruff can mend
	@$(PYTHON) dev.py exec ruff check --fix .
	@$(PYTHON) dev.py exec ruff format .

lock:  ## write the lock files anew from requirements*.in
	@$(PYTHON) dev.py exec uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -o requirements.txt requirements.in
	@$(PYTHON) dev.py exec uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -o requirements-dev.txt requirements-dev.in

clean:  ## remove the virtual environment and the caches; var/ with the data stays
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
