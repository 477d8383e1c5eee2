# Before the first test: what the tests cannot do without. A machine that lacks it fails; nothing is skipped.
# shellcheck shell=bash

setup_suite() {
	local root=${BATS_TEST_DIRNAME:?}/../..
	local build=${TEND_BUILD:-$root/build/release}
	local tool

	[ "$(id -u)" -eq 0 ] || {
		echo "these tests make mounts, control groups and unprivileged processes: run them as root" >&2
		return 1
	}
	for tool in awk cc gdb ip mount pgrep ping prlimit python3 setpriv unshare; do
		command -v "$tool" >/dev/null || {
			echo "$tool: not there; install it" >&2
			return 1
		}
	done
	for tool in bin/tend-linux tests/kernel-stub.elf; do
		[ -e "$build/$tool" ] || {
			echo "$build/$tool: not there; run make" >&2
			return 1
		}
	done
}
