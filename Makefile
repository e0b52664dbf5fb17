# The front door. `make help` lists what it does.

CARGO ?= cargo
CC    ?= cc
TARGET = $(or $(CARGO_TARGET_DIR),target)
DEMO  ?= tests/captures/get-closed-by-server.pcapng
PREFIX = /usr/local
export CARGO PREFIX DESTDIR BINDIR LIBDIR INCLUDEDIR DATADIR PLUGINDIR

.PHONY: help demo demo-c build install uninstall deb test test-versions conformance check check-slow check-supply check-browser bench bench-abi bench-peers fuzz cost plugin install-plugin install-profile screenshots header abi captures clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a real connection, annotated
	@$(CARGO) run --quiet --release -- $(DEMO)

demo-c: ## the same library from C: build ffi/examples/first.c and run it
	@$(CARGO) build --quiet --release --locked -p synfin-ffi
	@$(CC) -std=c11 -Wall -Wextra -Werror -Iffi/include ffi/examples/first.c \
		$(TARGET)/release/libsynfin_ffi.a -lm -o $(TARGET)/release/first
	@$(TARGET)/release/first

build: ## build what `make install` lays out, as yourself
	@packaging/install.sh build

install: ## command, libraries, manual pages, completions, plugin: PREFIX DESTDIR LIBDIR PLUGINDIR=none
	@packaging/install.sh install

uninstall: ## remove what `make install` with the same variables laid out
	@packaging/install.sh uninstall

deb: ## Debian packages, in target/debian
	@packaging/deb.sh

test: ## install what the tests need (Debian), then run every test
	@tests/install-tools
	SYNFIN_REQUIRE_ALL=1 INSTA_UPDATE=no $(CARGO) test --workspace --locked

test-versions: ## the Wireshark plugin in Wireshark 4.4 and 4.6 (root, Debian)
	@tests/other-wiresharks

conformance: ## how far other tools' recorded answers agree with ours (SYNFIN_CORPUS names the folder)
	@$(CARGO) test --quiet --locked -p synfin-tests --test conformance recorded_answers

check: ## format, lints, generated header, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) run --quiet --locked -p synfin-tests --bin header -- --check
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

check-slow: ## what takes too long for every change: oldest Rust, other Wiresharks, clicks, many random conversations, a soak, the same bytes twice
	tests/oldest-rust
	tests/other-wiresharks
	PROPTEST_CASES=4000 $(CARGO) test --locked -p synfin-tests --test properties
	$(CARGO) test --locked -p synfin-tests --test wireshark_robust -- --ignored --nocapture
	tests/gui-clicks
	tests/reproducible
	tests/soak 900
	$(MAKE) --no-print-directory check-supply
	$(MAKE) --no-print-directory check-browser

check-supply: ## licences, sources and versions of dependencies by cargo-deny, advisories with ARGS=advisories
	@command -v cargo-deny >/dev/null || $(CARGO) install --quiet --locked cargo-deny
	$(CARGO) deny $(if $(ARGS),,--offline) check $(or $(ARGS),licenses bans sources)

check-browser: ## the page of `synfin report` in headless Chromium
	@tests/install-tools browser
	$(CARGO) build --quiet --locked -p synfin-cli
	tests/browser/report $(TARGET)/debug/synfin $(PICTURES)

bench: ## the hot path, against the floor of the job in the same run
	$(CARGO) bench --locked -p synfin

bench-abi: ## what the C ABI and Python cost over core, in the same run
	$(CARGO) bench --locked -p synfin-tests --bench boundary

bench-peers: ## beside tcpdump, tcptrace, tshark and Suricata, with the goals; SMALL=1: in 3 minutes
	@tests/install-tools peers
	@tests/bench-peers $(if $(SMALL),--small) $(ARGS)

fuzz: ## run each fuzz target for SECONDS (60), AddressSanitizer on; fuzz/README.md says how to go on
	@fuzz/run $(or $(SECONDS),60)

cost: ## what the plugin costs tshark: instructions per packet, memory kept
	@tests/install-tools
	@tests/plugin-cost

plugin: ## build the Wireshark plugin for this machine's Wireshark
	@plugin/install.sh build

install-plugin: plugin ## put it where Wireshark looks (root: for everybody) and say where
	@plugin/install.sh install

install-profile: ## Wireshark profile "synfin": colours, columns, filter buttons (root: for everybody; DESTDIR)
	@plugin/install.sh install-profile

screenshots: ## take the pictures in docs/images anew (Debian, under Xvfb)
	@plugin/screenshots

header: ## write ffi/include/synfin.h anew
	$(CARGO) run --quiet --locked -p synfin-tests --bin header

abi: ## write ffi/abi/x86_64.abi anew (needs abigail-tools); read what changed before you commit it
	$(CARGO) run --quiet --locked -p synfin-tests --bin abi

captures: ## record tests/captures anew (root, Linux, Python)
	tests/captures/make all

clean: ## remove what was built
	$(CARGO) clean
