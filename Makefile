# SPDX-License-Identifier: Apache-2.0
# For people. The build itself is Meson's; see meson.build.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
ARGS ?=

agent = $(BUILD)/src/cmd/bulwark

.PHONY: help build run demo test nightly bench fuzz lint format docs install uninstall clean

help:
	@echo 'make build                  compile into $(BUILD)/'
	@echo 'sudo make run               install what is missing, build, show alerts live'
	@echo 'sudo make demo              ten harmless acts in a container, and the alert of each'
	@echo 'sudo make test              every test; make test ARGS="unit lint" for some'
	@echo 'make nightly                random rules over random events, some hours long'
	@echo 'sudo make bench             latency, slow-down, memory'
	@echo 'make fuzz SECONDS=60        each fuzz target for so long'
	@echo 'make lint                   style, include arrows, clang-tidy, cppcheck'
	@echo 'make format                 let clang-format rewrite the C files'
	@echo 'make docs                   field tables of docs/rules.md'
	@echo 'sudo make install           binary, rules, unit, man page; PREFIX=/usr/local DESTDIR='
	@echo 'sudo make uninstall'
	@echo 'make clean                  remove $(BUILD)/'

build:
	@scripts/install-dependencies build
	@scripts/build $(BUILD)

run: build
	@$(agent) run -r rules $(ARGS)

demo: build
	@scripts/install-dependencies demo
	@BULWARK=$(abspath $(agent)) tests/demo.sh $(ARGS)

test:
	@scripts/test $(ARGS)

nightly: build
	@BUILD=$(BUILD) scripts/nightly $(ARGS)

bench: build
	@scripts/install-dependencies bench
	@BULWARK=$(abspath $(agent)) bench/run $(ARGS)

fuzz:
	@scripts/install-dependencies build fuzz
	@scripts/fuzz $(SECONDS) $(ARGS)

lint: build
	@scripts/install-dependencies build test lint
	@scripts/lint $(BUILD)

format:
	@scripts/install-dependencies lint
	@find src tests bench -name '*.[ch]' -exec clang-format-19 -i {} +

docs: build
	@scripts/rules-doc $(agent)

install: build
	@meson configure $(BUILD) -Dprefix=$(PREFIX) -Dsysconfdir=/etc > $(BUILD)/logs/install.log
	@meson install --quiet -C $(BUILD) $(if $(DESTDIR),--destdir $(abspath $(DESTDIR))) >> $(BUILD)/logs/install.log
	@echo "Installed into $(DESTDIR)$(PREFIX), /etc/bulwark, the unit bulwark.service"

uninstall:
	@ninja -C $(BUILD) uninstall

clean:
	@rm -rf $(BUILD)
