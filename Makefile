# The verbs of this project. `make run` and `make test` need Python 3.11+ and make, and
# bring in the rest; `make help` lists every verb.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

PLAYER := course_content/player
PLAYER_SOURCES := $(shell find $(PLAYER) -path $(PLAYER)/dist -prune -o -type f -print)
CATALOGUES := $(shell find lti_tool/locale -name '*.po')
# Found once, and remembered: the newest Python that is new enough.
PYTHON ?= $(firstword $(foreach name,python3.14 python3.13 python3.12 python3.11 python3,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))

.PHONY: help
help: ## List the verbs
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.run build ## Serve the tool, with a demonstration classroom to launch it from
	@$(BIN)/python -m classroom demo --whole-class

.PHONY: test
test: $(VENV)/.dev build chromium openedx ralph ## Check everything
	@$(MAKE) --no-print-directory lint test-player test-python

.PHONY: lint
lint: $(VENV)/.dev node_modules/.installed ## Read the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/node node_modules/eslint/bin/eslint.js .

.PHONY: test-player
test-player: node_modules/.installed ## The player's own unit tests
	$(BIN)/node --test 'tests/player/*.test.js'

# Tests wait for browsers, for workers and for one another's processes: one more than there are
# cores keeps these busy meanwhile.
TEST_PROCESSES := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

.PHONY: test-python
test-python: $(VENV)/.dev build chromium openedx ralph ## Python and browser tests, with their coverage
	CHROMIUM="$$(cat .cache/chromium-path)" $(BIN)/pytest --numprocesses $(TEST_PROCESSES) --dist worksteal --cov

.PHONY: test-several
test-several: $(VENV)/.dev build chromium ## The browser tests, with several processes, PostgreSQL and Redis
	ARRIMAGE_TEST_SETUP=several CHROMIUM="$$(cat .cache/chromium-path)" $(BIN)/pytest tests/browser/lti

.PHONY: fuzz
fuzz: $(VENV)/.dev build ## Search for what breaks the doors, longer than the tests do
	ARRIMAGE_FUZZ=long $(BIN)/pytest --numprocesses auto --dist worksteal tests/fuzzing

.PHONY: bench-launch
bench-launch: $(VENV)/.dev build ## Launches a second, beside PyLTI1p3's own example
	@$(BIN)/python -m benchmarks.launch

.PHONY: bench-page
bench-page: $(VENV)/.dev build chromium ## How soon the first unit can be read over a slow network
	@CHROMIUM="$$(cat .cache/chromium-path)" $(BIN)/python -m benchmarks.page

.PHONY: bench-export
bench-export: $(VENV)/.dev build .cache/packager/.installed ## What an export costs, beside zipfile and npm's packager
	@$(BIN)/python -m benchmarks.export --packages .cache/packager

.PHONY: bench-grades
bench-grades: $(VENV)/.dev build ## How fast scores arrive, and how soon ten thousand can be read about
	@$(BIN)/python -m benchmarks.grades

.PHONY: bench-faults
bench-faults: $(VENV)/.dev build ## 2,000 scores through a storm of faults and kills
	@$(BIN)/python -m benchmarks.faults

.PHONY: bench-queues
bench-queues: .cache/queue-engines/.installed ## What queue engines lose when processes are killed
	@.cache/queue-engines/bin/python -m benchmarks.queue_engines

.PHONY: screenshots
screenshots: $(VENV)/.dev build chromium ## Take the pictures of docs/ anew
	@CHROMIUM="$$(cat .cache/chromium-path)" $(BIN)/python -m tools.screenshots

.PHONY: build
build: $(PLAYER)/dist/player.css scorm_packages/control/.placed lti_tool/locale/.compiled ## Build what the wheel ships

.PHONY: wheel
wheel: $(VENV)/.dev build ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

.PHONY: lock
lock: ## Choose the versions of all dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --extra postgresql --extra redis --extra classroom --extra build \
		setup.cfg --output-file requirements/run.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --extra postgresql --extra redis \
		--constraint requirements/run.txt setup.cfg --output-file requirements/serve.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --all-extras \
		--constraint requirements/run.txt setup.cfg --output-file requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) requirements/openedx.in \
		--output-file requirements/openedx.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) requirements/queue_engines.in \
		--output-file requirements/queue_engines.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) requirements/ralph.in \
		--output-file requirements/ralph.txt
LOCK_OPTIONS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## Remove all that was built or brought in, but not var/
	rm -rf $(VENV) node_modules .cache build dist *.egg-info $(PLAYER)/dist
	rm -rf .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.PHONY: chromium
chromium: .cache/chromium-path
.cache/chromium-path: $(VENV)/.dev tools/chromium.py
	@mkdir -p .cache
	@$(BIN)/python tools/chromium.py > $@.new && mv $@.new $@

# Programs whose versions are not ours, or whose licence is another, each have an environment.
define own_environment
@rm -rf $(@D)
@$(PYTHON) -m venv $(@D)
@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
	--no-compile --require-hashes -r $<
@touch $@
endef

# Open edX's LTI code is under the AGPL: an environment of its own, which only tests start.
.PHONY: openedx
openedx: .cache/openedx/.installed
.cache/openedx/.installed: requirements/openedx.txt | $(VENV)/bin/python
	@echo "Installing Open edX's side of LTI, which the tests ask for a second opinion…"
	$(own_environment)

# The engines that were weighed and not taken are no dependencies of the tool (docs/adr/0029).
.cache/queue-engines/.installed: requirements/queue_engines.txt | $(VENV)/bin/python
	$(own_environment)

# A learning record store, whose versions are not ours: another environment that only tests start.
.PHONY: ralph
ralph: .cache/ralph/.installed
.cache/ralph/.installed: requirements/ralph.txt | $(VENV)/bin/python
	@echo "Installing Ralph, the record store that the tests send statements to…"
	$(own_environment)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Arrimage needs Python 3.11 or newer: install it, or name it with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make an environment: install its venv module (on Debian: apt-get install python3-venv)." >&2; exit 1; }

$(VENV)/.run: requirements/run.txt setup.cfg | $(VENV)/bin/python
	@echo "Installing what Arrimage needs…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what its tests need…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.run
	@echo "Installing the player's build tools…"
	@$(BIN)/npm ci --ignore-scripts --silent
	@touch $@

.cache/packager/.installed: benchmarks/packager/package.json benchmarks/packager/package-lock.json $(VENV)/.run
	@mkdir -p $(@D)
	@cp benchmarks/packager/package.json benchmarks/packager/package-lock.json .npmrc $(@D)
	@cd $(@D) && $(CURDIR)/$(BIN)/npm ci --ignore-scripts --silent
	@touch $@

$(PLAYER)/dist/player.css: $(PLAYER_SOURCES) node_modules/.installed
	@$(BIN)/node $(PLAYER)/build.mjs
	@touch $@

scorm_packages/control/.placed: tools/control_documents.py $(VENV)/.run
	@$(BIN)/python tools/control_documents.py
	@touch $@

lti_tool/locale/.compiled: $(CATALOGUES) $(VENV)/.run
	@$(BIN)/pybabel --quiet compile --directory lti_tool/locale
	@touch $@
