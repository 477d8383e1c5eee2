# Before the first test: what the tests cannot do without. A machine that lacks it fails; nothing is skipped.
# shellcheck shell=bash

setup_suite() {
	local tool

	for tool in busybox gcc gdb python3 setpriv; do
		command -v "$tool" >/dev/null || {
			echo "$tool: not there; install it" >&2
			return 1
		}
	done
}
