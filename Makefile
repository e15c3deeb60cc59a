# make demo      get what is missing, build, compare the models on the built-in population
# make test      get what is missing, build the tests, run them
# make test-browser  the same, then open report pages in headless Chromium (installed by apt where it is missing)
# make build     the command, release
# make install   put the command, its manual and its shell completions under PREFIX (default /usr/local; DESTDIR is honoured)
# make uninstall take them away again
# make dist      a release archive under .build/dist: the Swift runtime and GSL inside, licences, a checksum
# make wheel     a Python wheel under .build/dist: the same command, and a module that calls it
# make test-outlets  exported models in onnxruntime, curves in TensorBoard's reader, tables through DuckDB (from PyPI)
# make lint      check the format of all Swift files
# make format    correct it
# make docs      reference pages under .build/docs (fetches a plugin that nothing else needs)
# make bench     this machine's speed: products, then some epochs of Mult-VAE
# make fuzz      200,000 damaged inputs for every reader, and every file cut; FUZZ_INPUTS=n for more
# make faults    kill -9, signals, full and read-only disks, hostile ids, the same bytes again (parts of it need root)
# make test-mpi   several processes against one under Open MPI and MPICH, killed ones too; gets them by apt where there is none
# make test-sanitized  all tests, and the command in them, under the thread and address sanitizers; a whole run for leaks
# make fixtures  compute the tests' reference numbers anew with PyTorch
# make deps      only get the libraries that are missing: by apt; on macOS "brew install gsl pkg-config" by hand
# make clean     remove everything built
#
# GSL_ONLY=1     do not install or use a fast matrix library: GSL only
# SWIFT=swift    the Swift command; BUILD=.build the build directory; PYTHON=python3 the Python command

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

SWIFT ?= swift
PYTHON ?= python3
FUZZ_INPUTS ?= 200000
BUILD ?= .build
PREFIX ?= /usr/local
DESTDIR ?=
PACKAGE = --scratch-path "$(BUILD)"
DOPPEL = $(BUILD)/release/doppel
DEMO = $(BUILD)/demo
DOCS_TARGETS = Doppel Reports Export Tuning Plots Lesson Inspection Audit Generation Experiments Evaluation Autoencoders InteractionData Compute Communication FileFormats

export SWIFT BUILD GSL_ONLY
ifdef GSL_ONLY
export DOPPEL_ENGINE = gsl
endif

.DEFAULT_GOAL := help
.PHONY: help deps build demo test test-browser test-mpi test-outlets install install-files uninstall dist wheel lint format docs bench fuzz faults test-sanitized fixtures clean

help:
	@sed -n '/^#/!q;s/^# \{0,1\}//p' Makefile

deps:
	@.ci/install-deps

build: deps
	$(SWIFT) build -c release $(PACKAGE) --product doppel

demo: build
	@mkdir -p "$(DEMO)"
	@$(DOPPEL) compare --report "$(DEMO)/report.html" --per-user "$(DEMO)/per-user.tsv" --log "$(DEMO)/epochs.csv" > "$(DEMO)/table.md.part"
	@mv "$(DEMO)/table.md.part" "$(DEMO)/table.md"
	@cat "$(DEMO)/table.md"
	@echo
	@echo "With figures, for a browser: $(DEMO)/report.html. This table: $(DEMO)/table.md. Every user's values: $(DEMO)/per-user.tsv."
	@echo "Every epoch's loss terms: $(DEMO)/epochs.csv. The same as JSON: $(DOPPEL) compare --json"

test: deps
	@.ci/run-tests

test-browser: test
	@.ci/run-browser

test-mpi: build
	@INSTALL_MPI=1 .ci/run-mpi

SHARE = $(DESTDIR)$(PREFIX)/share
COMPLETIONS = bash:bash-completion/completions/doppel zsh:zsh/site-functions/_doppel fish:fish/vendor_completions.d/doppel.fish
# What is installed; make dist has another.
PROGRAM ?= $(DOPPEL)

install: build
	@$(MAKE) --no-print-directory install-files

install-files:
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/man/man1"
	install -m 755 "$(PROGRAM)" "$(DESTDIR)$(PREFIX)/bin/doppel"
	"$(PYTHON)" .ci/packaging/manual.py "$(PROGRAM)" > "$(SHARE)/man/man1/doppel.1"
	chmod 644 "$(SHARE)/man/man1/doppel.1"
	@for place in $(COMPLETIONS); do \
	  file="$(SHARE)/$${place#*:}"; \
	  install -d "$${file%/*}"; \
	  "$(PROGRAM)" --generate-completion-script "$${place%%:*}" > "$$file"; \
	  chmod 644 "$$file"; \
	done

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/doppel" "$(SHARE)/man/man1/doppel.1" $(foreach place,$(COMPLETIONS),"$(SHARE)/$(lastword $(subst :, ,$(place)))")

dist: deps
	@.ci/packaging/archive

wheel: deps
	@program=$$(.ci/packaging/static-build) && .ci/packaging/licences "$(BUILD)/static/licences" && \
	"$(PYTHON)" .ci/packaging/wheel.py "$$program" "$(BUILD)/static/licences" "$(BUILD)/dist"

test-outlets: build
	@.ci/run-outlets

lint:
	$(SWIFT) format lint --strict -r Sources Tests $(wildcard examples) Package.swift

format:
	$(SWIFT) format -i -r Sources Tests $(wildcard examples) Package.swift

docs: deps
	DOPPEL_DOCS=1 $(SWIFT) package --scratch-path "$(BUILD)/docs-build" \
	  --allow-writing-to-directory "$(BUILD)/docs" generate-documentation \
	  $(addprefix --target ,$(DOCS_TARGETS)) --enable-experimental-combined-documentation \
	  --output-path "$(BUILD)/docs"
	@echo "Pages: $(BUILD)/docs; to read them: $(PYTHON) -m http.server -d $(BUILD)/docs, then /documentation"

bench: build
	$(DOPPEL) doctor
	$(DOPPEL) compare --models mult-vae --epochs 20 --patience 0 --metrics ndcg@100 --verbose
	@echo "Against PyTorch: see Benchmarks/README.md."

fuzz: deps
	$(SWIFT) build -c release $(PACKAGE) --product fuzz-readers
	$(BUILD)/release/fuzz-readers --inputs $(FUZZ_INPUTS)
	$(BUILD)/release/fuzz-readers --cut

faults: build
	$(PYTHON) Tests/Faults/kill_and_resume.py $(DOPPEL)
	$(PYTHON) Tests/Faults/kill_tune.py $(DOPPEL)
	$(PYTHON) Tests/Faults/interruptions.py $(DOPPEL)
	$(PYTHON) Tests/Faults/disks.py $(DOPPEL)
	$(PYTHON) Tests/Faults/hostile_ids.py $(DOPPEL)
	$(PYTHON) Tests/Faults/same_bytes.py $(DOPPEL)

test-sanitized: deps
	@.ci/run-sanitized

fixtures:
	$(PYTHON) -m venv "$(BUILD)/fixtures"
	"$(BUILD)/fixtures/bin/pip" install -q -r Tests/AutoencodersTests/Fixtures/requirements.txt
	"$(BUILD)/fixtures/bin/python" Tests/AutoencodersTests/Fixtures/make_fixtures.py
	"$(BUILD)/fixtures/bin/python" Tests/AutoencodersTests/Fixtures/make_recvae.py
	"$(BUILD)/fixtures/bin/python" Tests/AutoencodersTests/Fixtures/make_linear_fixtures.py

clean:
	rm -rf "$(BUILD)"
