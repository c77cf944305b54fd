# Every target works in .venv, made with uv where uv is found, and with venv and pip elsewhere or with: make UV= test
# PYTHON=python3.12 chooses the interpreter, ARGS="-k vault" goes to pytest.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ARGS ?=
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv)
PY := .venv/bin/python
INSTALLED := .venv/.installed
AZURE_CLI := .venv-azure-cli
SDK := docs/examples/azure-sdk
QA_TOOLS := .venv-qa-tools
QA := docs/examples/qa
RESULTS := .results
CORE := tests/features tests/machine tests/oracle tests/language tests/requirements

# One commit gives one site: dates in it are those of the commit, not of the build.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
ifneq ($(SOURCE_DATE_EPOCH),)
export SOURCE_DATE_EPOCH
endif

# Compiled modules are kept, whatever the environment says: a test run starts hundreds of processes, each of which would
# compile all that it imports.  `make clean` removes them.
unexport PYTHONDONTWRITEBYTECODE

# Material for MkDocs prints a notice about MkDocs 2 on every build; pyproject.toml keeps MkDocs below 2.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help quick ties test site deploy freeze release check bench evidence azure-cli qa-tools audit lock clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

quick: $(INSTALLED) ties ## check ties, then run features, laws and the core's unit tests (seconds)
	$(PY) -m pytest -q -n auto -m "not slow" $(CORE) $(ARGS)

ties: $(INSTALLED) ## check that register, features, rows and pages agree, and say what to do
	$(PY) -m translator_cmk.bdd.ties

test: $(INSTALLED) ## run all tests but those of azure-cli and qa-tools
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --junitxml=$(RESULTS)/tests.xml $(ARGS)

azure-cli: $(INSTALLED) $(AZURE_CLI)/.installed ## run the tests that need the Azure CLI or Node (installs 800 MB)
	$(PY) -m pytest tests/azure -m azure -n auto --dist loadfile --junitxml=$(RESULTS)/azure-cli.xml $(ARGS)

qa-tools: $(INSTALLED) $(QA_TOOLS)/.installed ## run the tests of the tools that QA engineers use (installs 150 MB)
	$(PY) -m pytest -m qa -n auto --dist loadfile --junitxml=$(RESULTS)/qa-tools.xml $(ARGS)

# The results of an earlier run go first, so a run that breaks off leaves none to publish.
# A red run is published too, and then fails the target.
site: $(INSTALLED) ## run the features against the model, then build the site into site/
	@rm -rf $(RESULTS)/run $(RESULTS)/laws.xml
	@status=0; $(PY) -m pytest tests/features --results $(RESULTS)/run $(ARGS) || status=$$?; \
	$(PY) -m pytest tests/machine/test_laws*.py --junitxml=$(RESULTS)/laws.xml || status=$$?; \
	$(PY) -m mkdocs build --strict && exit $$status

# The address stands in the pages, so they are built again; the results are those of the last `make site`.
deploy: $(INSTALLED) ## publish that site on GitHub Pages: make site deploy SITE_URL=https://OWNER.github.io/NAME/
	@[ -n "$(SITE_URL)" ] || { echo "make deploy needs the address of the site: SITE_URL=https://OWNER.github.io/NAME/" >&2; exit 2; }
	$(PY) -m mkdocs gh-deploy --strict

freeze: $(INSTALLED) ## freeze ids and digest of the version in pyproject.toml (CONTRIBUTING.md has the steps of a release)
	$(PY) .ci/release.py freeze

release: $(INSTALLED) ## build sdist, wheel and checksums of a frozen version into dist/
	$(PY) .ci/release.py check
	rm -rf dist
	$(PY) -m hatchling build --directory dist
	cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

check: $(INSTALLED) ## format, lint, types and the direction of imports
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: $(INSTALLED) ## measure how fast it is, and try the lowest versions of libraries
	$(PY) -m tests.bench.run $(ARGS)

evidence: $(INSTALLED) ## put all wrong and permitted systems through all lanes
	$(PY) -m tests.evidence.systems

audit: ## ask for known vulnerabilities of what the kit and the development tools install (needs uv or pip-audit, and the network)
	@tool=$$(command -v pip-audit || true); [ -n "$$tool" ] || { [ -z "$(UV)" ] || tool="$(UV) tool run pip-audit"; }; \
	[ -n "$$tool" ] || { echo "make audit needs pip-audit or uv, and neither was found." >&2; exit 2; }; \
	status=0; for file in requirements*.txt; do $$tool --disable-pip --require-hashes --requirement "$$file" || status=1; done; exit $$status

lock: ## resolve the development tools, the Azure CLI and the tools of QA again into requirements*.txt (needs uv)
	@[ -n "$(UV)" ] || { echo "make lock needs uv, and none was found." >&2; exit 2; }
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && cp -R pyproject.toml README.md LICENSE .ci "$$tmp/" && \
	{ echo "# Made by 'make lock' from pyproject.toml: the development tools, for Python 3.11 and later."; \
	  $(UV) export --quiet --directory "$$tmp" --no-header --no-annotate --no-emit-project --all-groups; } > "$$tmp/requirements.txt" && \
	{ echo "# Made by 'make lock' from pyproject.toml: what the kit needs, and what builds it.  action.yml installs from it."; \
	  $(UV) export --quiet --directory "$$tmp" --no-header --no-annotate --no-emit-project --only-group build; \
	  $(UV) export --quiet --directory "$$tmp" --no-header --no-annotate --no-emit-project --no-default-groups; } \
	  | awk '/^[a-z]/ { seen = had[$$1]++ } !seen' > "$$tmp/requirements-kit.txt" && \
	{ echo "# Made by 'make lock' for the virtual environment of 'make azure-cli': the Azure CLI, an emulator by others, parsers of Bicep and HCL."; \
	  printf '%s\n' azure-cli amber-cloud pycep-parser python-hcl2 | $(UV) pip compile --quiet --no-config --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -; } > "$$tmp/requirements-azure-cli.txt" && \
	{ echo "# Made by 'make lock' for the virtual environment of 'make qa-tools': what the scenarios need in pytest, and the tools of QA engineers."; \
	  printf '%s\n' allure-pytest allure-pytest-bdd pytest-cov pytest-html pytest-json-report pytest-randomly pytest-repeat \
	    pytest-rerunfailures pytest-timeout | $(UV) pip compile --quiet --no-config --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate --extra pytest pyproject.toml -; } > "$$tmp/requirements-qa-tools.txt" && \
	mv "$$tmp"/requirements*.txt .
	@for folder in $(SDK) $(QA); do \
	  if command -v npm >/dev/null; then (cd $$folder && npm update --package-lock-only --omit-lockfile-registry-resolved --silent); \
	  else echo "npm was not found, so the versions of $$folder stay" >&2; fi; \
	done

clean: ## remove all that the other targets made
	rm -rf .venv $(AZURE_CLI) $(QA_TOOLS) .bench .cache $(RESULTS) site dist
	rm -rf .grimp_cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find model tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# A lock names every package, so pip need not look for more.  Modules are compiled when they are imported: most never
# are, and compiling all of the Azure CLI takes a minute.
$(INSTALLED): pyproject.toml requirements.txt
	@python=; for candidate in $(PYTHONS); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    python=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or later is needed; tried: $(PYTHONS)." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 2; \
	fi; \
	if [ -n "$(UV)" ]; then \
	  echo "Installing into .venv with $$python and uv"; \
	  $(UV) venv --quiet --clear --no-python-downloads --python "$$python" .venv && \
	  $(UV) pip install --quiet --python $(PY) --require-hashes -r requirements.txt && \
	  $(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .; \
	else \
	  if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    echo "$$python cannot make a virtual environment: the modules venv and ensurepip are missing." >&2; \
	    echo "On Debian or Ubuntu: apt-get install python3-venv. Or install uv." >&2; exit 2; \
	  fi; \
	  echo "Installing into .venv with $$python and pip"; \
	  "$$python" -m venv --clear --upgrade-deps .venv && \
	  $(PY) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.txt && \
	  $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

# $(call install,FOLDER,REQUIREMENTS,PACKAGES,OPTIONS) makes a virtual environment, with Node's packages in its folder node.
define install
@echo "Installing $(2) into $(1)"
@if [ -n "$(UV)" ]; then \
  $(UV) venv --quiet --clear --python $(PY) $(1) && \
  $(UV) pip install --quiet --python $(1)/bin/python --require-hashes -r $(2); \
else \
  $(PY) -m venv --clear $(1) && \
  $(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $(2); \
fi
@mkdir -p $(1)/node && cp $(3)/package.json $(3)/package-lock.json $(1)/node/
@if command -v npm >/dev/null; then npm ci --prefix $(1)/node --silent --no-audit --no-fund $(4); \
else echo "npm was not found, so tests that need Node's packages will be skipped (apt-get install npm)" >&2; fi
endef

# The Azure CLI pins versions of libraries that the project uses too, so it has an environment of its own.
$(AZURE_CLI)/.installed: requirements-azure-cli.txt $(SDK)/package.json $(SDK)/package-lock.json | $(INSTALLED)
	$(call install,$(AZURE_CLI),requirements-azure-cli.txt,$(SDK))
	@# The script that pip writes does not run in a folder with a blank in its path.
	@printf '#!/bin/sh\nexec "%s" -m azure.cli "$$@"\n' "$(CURDIR)/$(AZURE_CLI)/bin/python" > $(AZURE_CLI)/bin/az
	@touch $@

# Plugins of pytest would load in the project's own tests too.  The optional packages are compiled readers of other languages.
$(QA_TOOLS)/.installed: requirements-qa-tools.txt $(QA)/package.json $(QA)/package-lock.json | $(INSTALLED)
	$(call install,$(QA_TOOLS),requirements-qa-tools.txt,$(QA),--ignore-scripts --omit=optional)
	@# Cucumber's language server looks for its grammars there, wherever npm has put them.
	@modules=$(QA_TOOLS)/node/node_modules/@cucumber; [ ! -d $$modules ] || \
	  ln -sfn ../../../language-service $$modules/language-server/node_modules/@cucumber/language-service
	@touch $@
