# Two commands matter: `make run` and `make test`. Everything else is for those who change the software.
# Works from a fresh clone with only make and Python 3.11-3.13; uses uv when it is on PATH.

PYTHON ?=
export PYTHON
unexport PYTHONDONTWRITEBYTECODE # else every start would compile all libraries again
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench wheel lock clean prepare-run prepare-dev

help: ## Laat deze lijst zien.
	@echo "Shortlist: jeugdgroepen in beeld. Gebruik:"
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | \
		while IFS=: read -r name rest; do printf '  make %-8s %s\n' "$$name" "$${rest##*\#\# }"; done
	@echo "Kies een andere Python met bijvoorbeeld: make run PYTHON=python3.12"

run: prepare-run ## Richt alles in en start de demostad op http://127.0.0.1:8000.
	@.venv/bin/shortlist migrate
	@exec .venv/bin/shortlist demo

test: prepare-dev ## Richt alles in en draai de testreeks.
	@.venv/bin/python -m pytest -n 2 -m "not bench and not fresh" $(ARGS)

lint: prepare-dev ## Controleer stijl, typen en de volgorde van de kamers.
	@failed=0; for check in "ruff check" "ruff format --check" mypy "lint-imports --no-logo"; do \
		echo "== $$check"; .venv/bin/$$check || failed=1; \
	done; exit $$failed

format: prepare-dev ## Zet de code in de huisstijl.
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: prepare-dev ## Meet de cijfers van docs/figures.md.
	.venv/bin/python -m pytest -m bench -rA $(ARGS)

wheel: prepare-dev ## Bouw het wheel en het bronpakket in dist/.
	.venv/bin/python -m hatchling build -d dist

# Universal: one lock for Linux, macOS and Windows and for Python 3.11-3.13. No index address is ever written.
COMPILE = uv pip compile pyproject.toml --quiet $(ARGS) --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

lock: ## Ververs de vergrendelde afhankelijkheden (vraagt uv; nieuwste versies: ARGS=--upgrade).
	@command -v uv >/dev/null || { echo "make lock vraagt uv. | make lock needs uv." >&2; exit 2; }
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --extra postgresql --extra pdf --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## Gooi weg wat gemaakt is (niet de gegevens in var/).
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

prepare-run:
	@sh .ci/prepare run

prepare-dev:
	@sh .ci/prepare dev
