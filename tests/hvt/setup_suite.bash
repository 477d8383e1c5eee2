# Before the first test: what the tests cannot do without. A machine that lacks it fails; nothing is skipped.
# shellcheck shell=bash

setup_suite() {
	local root=${BATS_TEST_DIRNAME:?}/../..
	local build=${TEND_BUILD:-$root/build/release}
	local tool

	[ "$(id -u)" -eq 0 ] || {
		echo "these tests make namespaces and unprivileged processes: run them as root" >&2
		return 1
	}
	{ : <>/dev/kvm; } 2>/dev/null || {
		echo "/dev/kvm cannot be opened: these tests run virtual machines, and fail where there can be none" >&2
		return 1
	}
	for tool in awk cc clang gdb ip jq ping pkg-config prlimit setpriv unshare; do
		command -v "$tool" >/dev/null || {
			echo "$tool: not there; install it" >&2
			return 1
		}
	done
	for tool in bin/solo5-hvt bin/solo5-hvt-debug guests/hello.hvt guests/ring.hvt; do
		[ -e "$build/$tool" ] || {
			echo "$build/$tool: not there; run make" >&2
			return 1
		}
	done
}
