# The two commands most people need are `make run` and `make test`; `make help` lists them all.
# Each does its own set-up first (scripts/setup.sh), which takes no time when everything is there.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build watch test lint fmt bench questions questions-large soak fuzz setup clean screenshots

# Tools in the project's cache come first on PATH, and the right toolchain is chosen, in every recipe.
ENVIRONMENT := . scripts/common.sh

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | column -t -s '|'

run: build ## build for release and serve on http://127.0.0.1:8001 (ARGS="--listen 127.0.0.1:9000" passes options on)
	@$(ENVIRONMENT) && exec "$$target/release/netbox-chatbox" serve $(ARGS)

build: ## build the release program: target/release/netbox-chatbox
	@scripts/setup.sh run && scripts/build.sh

watch: ## the development loop: build on every change, reload the page (http://127.0.0.1:8001)
	@scripts/setup.sh run && $(ENVIRONMENT) && LEPTOS_SITE_ROOT=target/site-watch cargo leptos watch -- serve $(or $(ARGS),--demo)

test: ## everything: formatting, lints, unit, integration and browser tests (ONLY="lint browser" for some of the steps)
	@scripts/setup.sh test && $(ENVIRONMENT) && exec python3 scripts/test.py $(ONLY)

lint: ## clippy for both builds and formatting, as `make test` checks them
	@scripts/setup.sh test && $(ENVIRONMENT) && exec python3 scripts/test.py format lint

fmt: ## format the Rust code
	@cargo fmt

bench: ## measure the hot paths with Criterion
	@scripts/setup.sh run && $(ENVIRONMENT) && cargo bench --features ssr $(ARGS)

questions: build ## ask the real NetBox and the demo what network people ask, and compare with the truth (ARGS="--only devices-total --markdown")
	@scripts/setup.sh test && $(ENVIRONMENT) && exec python3 tests/questions/run.py $(ARGS)

questions-large: build ## the same of 10,000 devices, and what it costs compared with the small estate
	@scripts/setup.sh test && $(ENVIRONMENT) && exec python3 tests/questions/run.py --large $(ARGS)

soak: ## 300 random kills under load, and every fault at every moment, on SQLite and PostgreSQL (FAULT_KILLS=20 for fewer); figures in docs/faults.md
	@scripts/setup.sh test && $(ENVIRONMENT) && exec python3 scripts/test.py soak

fuzz: ## run the fuzz targets, two minutes each (FUZZ_SECONDS=20 for less, ONLY="reducer" for some of them)
	@scripts/setup.sh run && scripts/fuzz.sh $(ONLY)

screenshots: ## take the pictures of the README anew (docs/images)
	@scripts/setup.sh test && $(ENVIRONMENT) && SCREENSHOTS=1 exec python3 scripts/test.py build browser

setup: ## install what running and testing need, and nothing else
	@scripts/setup.sh test

clean: ## remove what the builds have made; the tools in the cache stay
	@cargo clean && rm -rf target end2end/test-results end2end/playwright-report
