# Two commands: `make demo` and `make test`. Each sets up what it needs, from a clean clone and a second time.
SHELL := /bin/bash
SERVE ?= 1
DEMO = SLUIS_ENVIRONMENT=$${SLUIS_ENVIRONMENT:-demo} SLUIS_FICTITIOUS_INSZ=$${SLUIS_FICTITIOUS_INSZ:-1}

# uv where it is installed; else our own copy in a folder that git ignores.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)

.PHONY: demo test check format bench soak test-spark sbom setup test-setup clean help

help: ## Say what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

setup: $(filter .tools/bin/uv,$(UV)) ## Install the locked dependencies
	$(UV) sync --locked --quiet

demo: setup ## Run the main job on a synthetic Flanders, then serve the pages (SERVE=0 stops before)
	$(DEMO) $(UV) run --locked sluis demo $(if $(filter 0,$(SERVE)),--no-serve,)

test-setup: setup
	@bash tests/install-tools

test: test-setup ## Install the rest (browser, LibreOffice) and run every test
	$(UV) run --locked pytest -n 2 --dist loadfile

check: test-setup ## Format, lint, types, import contract, drift checks and tests; every failure is collected
	@bash tests/check "$(UV)"

format: setup ## Write the code in the house's format
	$(UV) run --locked ruff format . && $(UV) run --locked ruff check --fix .

bench: test-setup ## Print the ratios and figures that the issues ask for
	$(UV) run --locked python -m bench

soak: test-setup ## The long runs: all of Flanders, hundreds of kills
	$(UV) run --locked pytest -m soak

test-spark: setup ## The rules and packages on PySpark (the extra spark; needs Java 17)
	$(UV) sync --locked --extra spark --quiet
	$(UV) run --locked --extra spark pytest -m spark tests/integration

sbom: setup ## Write what the product is made of, with licences, to sbom.json (CycloneDX)
	$(UV) run --locked python -m tests.architecture.sbom > sbom.json

clean: ## Remove what the demo made
	rm -rf var
