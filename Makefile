# What a person or a CI job does with this repository; GNU make 3.81 or newer.
# Times are those of two cores.

SHELL := /bin/sh
JEST := node --experimental-vm-modules node_modules/jest/bin/jest.js
N ?= 22
GIVE_UP = { echo 'no test was run'; echo '0 passed, 1 failed, 0 skipped'; exit 1; }

.DEFAULT_GOAL := help
# Each step stands on the one before it.
.NOTPARALLEL:
.PHONY: help preflight install binaries test demo test-node differential corpora corpus-update drift-classes bench-desired bench-drift bench-peers clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

preflight:
	@command -v node >/dev/null || { echo 'missing: Node 20.18 or newer: install Node 20, 22 or 24' >&2; exit 1; }
	@node test/control-plane/preflight.mjs

install: node_modules/.installed

# npm ci starts from nothing, so it runs only when the lock file is newer than the last installation.
node_modules/.installed: package-lock.json | preflight
	@echo 'installing packages, about 30 s'
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

binaries: | preflight ## build the test servers that are missing: once per machine, about 15 min
	@node test/control-plane/build.mjs

test: preflight install binaries ## check, build and run every test, about 13 min; the last line counts them
	@echo 'checking types, style and format, about 1 min'
	@npm run --silent check || $(GIVE_UP)
	@echo 'building the plugin, a few seconds'
	@npm run --silent build || $(GIVE_UP)
	@echo 'running all tests: pure, on a real API server, with real Flux; about 11 min'
	@$(JEST)

demo: preflight install binaries ## play the two-minute tour on a cluster of its own
	@npm run --silent build
	@node demo/run.mjs

test-node: preflight install ## run the tests that need no server on another Node: make test-node N=24
	@npm run --silent build
	@echo 'fetching Node $(N) from the npm package "node" and running the pure tests on it, about 1 min'
	@npm exec --yes --package 'node@$(N)' -- $(JEST) --selectProjects pure

differential: preflight install binaries ## compare N generated builds with those of the real controller: make differential N=5000 SEED=7
	@FLUX_CASES=$(if $(filter file,$(origin N)),300,$(N)) $(if $(SEED),SEED=$(SEED)) $(JEST) --selectProjects flux --testPathPatterns test/differential

corpora: preflight install binaries ## build real repositories at 21 commits beside the real controller; writes docs/corpora.md
	@CORPORA=all $(JEST) --selectProjects flux --testPathPatterns test/corpora

drift-classes: preflight install binaries ## bring about every class of drift on a real API server; writes docs/drift-classes.md
	@npm run --silent build
	@rm -f node_modules/.drift-classes
	@DRIFT_CLASSES_FILE=node_modules/.drift-classes $(JEST) --selectProjects cluster --testPathPatterns test/drift-classes
	@DRIFT_CLASSES_FILE=node_modules/.drift-classes $(JEST) --selectProjects pure --testPathPatterns test/drift-classes

corpus-update: preflight install ## write the expected outputs of test/corpus anew; review the diff
	@npm run --silent build
	@UPDATE_CORPUS=1 $(JEST) --selectProjects pure --passWithNoTests -- corpus
	@git --no-pager diff --stat -- test/corpus

bench-desired: preflight install ## measure builds beside kubectl and flux-local: make bench-desired N=5
	@node bench/desired/run.mjs $(if $(filter file,$(origin N)),5,$(N))

bench-drift: preflight install binaries ## measure drift of 1 to 10,000 objects beside kubectl: make bench-drift N=5 SIZES=100,1000
	@npm run --silent build
	@node bench/drift/run.mjs $(if $(filter file,$(origin N)),5,$(N)) $(SIZES)

bench-peers: preflight ## build what the benches measure ours beside: flux, kustomize, flux-local; about 5 min, once
	@node bench/peers/peers.mjs

clean: ## remove what was installed and built here; the cache of test servers stays
	rm -rf node_modules plugin/dist audit-service/dist coverage
