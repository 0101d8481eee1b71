# Halqa. `make demo` and `make test` do all the set-up on a fresh Debian 12; the second time they are quick.
# What was done is remembered in .made/ (a file a step, redone when what it depends on changes).
SHELL := /bin/bash
.DELETE_ON_ERROR:
BIN := .venv/bin
WEB := $(shell find web -type f -not -name '*.test.ts' 2>/dev/null) vite.config.ts
MESSAGES := $(shell find src -name '*.po' 2>/dev/null)

.PHONY: help demo test check bench format clean setup
help:            ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .made/packages-demo setup   ## a small province with a lesson on air (PORT, HALQA_DATA)
	@exec $(BIN)/halqa demo

test: .made/packages-test setup   ## everything: check, then all tests, in real browsers
	@scripts/test

check: setup     ## format, lint, strict types (Python and TypeScript)
	@scripts/check

bench: .made/packages-test setup  ## measure beside peers; figures as in docs/benchmarks.md
	@scripts/bench

format: setup    ## let the formatters write
	$(BIN)/ruff format -q src tests bench && $(BIN)/ruff check -q --fix src tests bench && npx --no-install biome check --write web bench vite.config.ts

clean:           ## forget everything that make made (not ./var)
	rm -rf .made .venv node_modules src/halqa/site/built

setup: .made/python .made/web .made/messages

.made/packages-demo: scripts/packages
	@mkdir -p .made && scripts/packages demo && touch $@
.made/packages-test: scripts/packages
	@mkdir -p .made && scripts/packages test && touch $@
.made/python: requirements.lock pyproject.toml scripts/python
	@mkdir -p .made && scripts/python && touch $@
.made/npm: package-lock.json scripts/npm
	@mkdir -p .made && scripts/npm && touch $@
.made/web: .made/npm $(WEB)
	@echo "halqa: building the front end" && npx --no-install vite build --logLevel warn && touch $@
.made/messages: .made/python $(MESSAGES)
	@cd src/halqa && ../../$(BIN)/python -m django compilemessages -v 0 && cd - >/dev/null && touch $@
