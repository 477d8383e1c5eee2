#!/usr/bin/env bats
# The window of the guest's terminal, with the library kernel: its size, and SIGWINCH.
load linux

@test "the guest sees each size of its terminal's window" {
	local root=$BATS_TEST_TMPDIR/root

	mkdir "$root"
	cc -Wall -Werror -O1 -static "$BATS_TEST_DIRNAME/window.c" -o "$root/window"
	run timeout "$PATIENCE" "$BATS_TEST_DIRNAME/window.py" "$BIN/tend" run --root "$root" -- /window
	exits_with 0
}
