# Before the first test: what the tests cannot do without. A machine that lacks it fails; nothing is skipped.
# shellcheck shell=bash

setup_suite() {
	local build=${TEND_BUILD:-${BATS_TEST_DIRNAME:?}/../../build/release}
	local tool

	[ "$(id -u)" -eq 0 ] || {
		echo "these tests make mounts, control groups and unprivileged processes: run them as root" >&2
		return 1
	}
	for tool in aarch64-linux-gnu-gcc busybox gcc ip mount pgrep python3 script setpriv unshare; do
		command -v "$tool" >/dev/null || {
			echo "$tool: not there; install it" >&2
			return 1
		}
	done
	for tool in bin/tend bin/tend-build bin/tend-linux bin/tend-slirp lib/tend/kernel.elf; do
		[ -e "$build/$tool" ] || {
			echo "$build/$tool: not there; run make" >&2
			return 1
		}
	done
}
