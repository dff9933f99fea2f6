# Volens: every command of a working day. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build demo test lint fmt proto vectors sim e2e bench bench-check deep campaigns localnet web wasm check clean \
	build-web test-go test-e2e test-web test-browser check-fmt check-proto check-vectors check-shell

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
SDK_VERSION := github.com/cosmos/cosmos-sdk/version
LDFLAGS := -s -w -X main.version=$(VERSION) -X $(SDK_VERSION).Name=volens -X $(SDK_VERSION).AppName=volensd \
	-X $(SDK_VERSION).Version=$(VERSION) -X $(SDK_VERSION).Commit=$(COMMIT)
BINARIES := ./cmd/volensd ./cmd/volens ./cmd/volens-gateway ./cmd/age-plugin-volens filippo.io/age/cmd/age

# One set of compiler flags for programs, tests and linters, so that the SDK is compiled once, not once for each.
# No C compiler anywhere but for the race detector.
export CGO_ENABLED := 0
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)
GO_TEST := go test -timeout 20m
# Packages with goroutines of their own: tested with -race instead of without it (make check).
RACE_PACKAGES := ./core/envelope/... ./app/voteext/... ./client/... ./gateway/... ./devnet/...
INPUT ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: build-web ## build the web app and the five programs into build/
	@echo "building volensd, volens, volens-gateway, age-plugin-volens and age into build/"
	@echo "(a cold cache compiles the Cosmos SDK first: 7 to 12 minutes of CPU on two cores; warm: under a minute)"
	@mkdir -p build
	go build -ldflags '$(LDFLAGS)' -o build/ $(BINARIES)

demo: build ## play the whole story on a local network (INPUT="file ..." for own files)
	build/volens demo $(foreach file,$(INPUT),--input $(file))

test: build test-go test-e2e test-web test-browser ## every test that needs neither root nor a C compiler
	@go run ./test/summary build/test-go.json build/test-e2e.json

lint: check-shell ## golangci-lint, go vet, buf lint and breaking, shellcheck
	scripts/proto-deps.sh
	$$(scripts/tool.sh buf) lint
	scripts/proto-breaking.sh
	go vet ./...
	$$(scripts/tool.sh golangci-lint) run ./...
	GOOS=js GOARCH=wasm $$(scripts/tool.sh golangci-lint) run ./web/wasm/...
	linter=$$(scripts/tool.sh golangci-lint) && cd test/bench && go vet ./... && "$$linter" run ./...

fmt: ## format Go and proto files in place
	$$(scripts/tool.sh golangci-lint) fmt
	$$(scripts/tool.sh buf) format -w proto

proto: ## generate *.pb.go, *.pb.gw.go and web/src/gen from proto/
	scripts/protogen.sh
	scripts/webgen.sh

vectors: ## write test/vectors anew
	scripts/vectors.sh

sim: ## random simulation of the application, long
	$(GO_TEST) -count=1 -run 'Simulation|Determinism' -v ./app/...

e2e: build ## the walks with real processes, by the commands and in a browser
	@$(MAKE) --no-print-directory test-e2e test-browser

bench: build wasm ## measure against peers, into build/bench.jsonl
	cd test/bench && go run . -out ../../build/bench.jsonl

bench-check: ## fail where a target is missed by 2x
	cd test/bench && go run . -check ../../build/bench.jsonl

deep: build ## long campaigns, hours: VOLENS_DEEP=1 for the tests that know it
	VOLENS_DEEP=1 go test -timeout 4h -count=1 ./core/... ./x/... ./app/... ./gateway/... \
		$$(go list ./test/... | grep -v '/test/network$$')
	VOLENS_DEEP=1 go test -timeout 24h -count=1 -v ./test/network/...

campaigns: build ## all campaigns of test/network at their short size, about half an hour
	VOLENS_CAMPAIGNS=1 go test -timeout 2h -count=1 -v ./test/network/...

localnet: build ## a local network without the story, until Ctrl-C
	scripts/localnet.sh

web: build-web ## build the web app that the gateway serves

wasm: ## build the de-identification library for browsers, into build/wasm
	VERSION='$(VERSION)' scripts/web-wasm.sh

check: ## what CI runs: freshness, lint, every test, -race where there is concurrency
	@scripts/check.sh

clean: ## remove what was built, but not the tools
	rm -rf build .build

# The parts of the commands above.

build-web:
	@VERSION='$(VERSION)' scripts/web.sh build

test-go:
	@mkdir -p build
	@scripts/gotest.sh build/test-go.json $(if $(RACE),$(RACE_PACKAGES))

test-e2e:
	@mkdir -p build
	@scripts/gotest.sh build/test-e2e.json e2e

test-web:
	@scripts/web.sh test

test-browser:
	@scripts/web.sh browser

check-fmt:
	@$$(scripts/tool.sh golangci-lint) fmt --diff
	@$$(scripts/tool.sh buf) format --diff --exit-code proto

check-proto:
	@scripts/check-generated.sh
	@scripts/webgen.sh --check

check-vectors:
	@scripts/vectors.sh --check

check-shell:
	@scripts/check-shell.sh
