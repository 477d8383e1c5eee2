#!/usr/bin/env bats
# Core dumps: files of the guest, as Linux writes them, or outside, where --core says.
# shellcheck disable=SC2154 # bats sets stderr
load debug

# What gdb must find in the dump of `target crash`.
crash_is_shown_in() {
	# shellcheck disable=SC2016 # gdb's own $
	gdb_core "$1" 'thread apply all bt' 'p $_siginfo._sifields._sigfault.si_addr' 'info threads'
	grep -q '^Program terminated with signal SIGSEGV' <<<"$output"
	grep -qE '^#0 .*crash_inner \(at=0xc\) at .*target.c' <<<"$output"
	grep -qE '^#[0-9]+ .*crash_outer \(\)' <<<"$output"
	grep -qE '^#[0-9]+ .*sleeper \(' <<<"$output"
	grep -q '(void \*) 0xc' <<<"$output"
	equal "threads" 2 "$(grep -c '^Thread ' <<<"$output")"
}

@test "--core: a file that gdb opens, with all threads" {
	mkdir cores
	tend run --root "$PUBLIC/image" --core cores -- /usr/bin/target crash
	exits_with 139
	equal "standard error" "tend: process 1 of the guest dumped core: core.1" "$stderr"
	equal "files" "cores/core.1" "$(echo cores/*)"
	equal "mode" 600 "$(stat -c %a cores/core.1)"
	crash_is_shown_in cores/core.1
	# Nothing is overwritten.
	tend run --root "$PUBLIC/image" --core cores -- /usr/bin/target crash
	equal "files" "cores/core.1 cores/core.1.1" "$(echo cores/*)"
}

@test "--core as somebody who is not root" {
	run --separate-stderr timeout "$PATIENCE" "${AS_USER[@]}" "$TEND" run --root "$PUBLIC/image" --core . -- \
		/usr/bin/target crash
	exits_with 139
	crash_is_shown_in core.1
}

@test "a process's own core, in its working directory; its parent is told" {
	timeout "$PATIENCE" "$TEND" run --root "$PUBLIC/image" -w /tmp -- /usr/bin/target crash-in-child >all
	equal "first line" "signal 6, core 1" "$(head -n 1 all | tr -d '\0')"
	tail -c +18 all >core
	gdb_core core bt
	grep -q '^Program terminated with signal SIGABRT' <<<"$output"
	grep -qE '^#[0-9]+ .*crash_in_child \(\)' <<<"$output"
}

@test "none without a limit or --core, and none where there is no such directory" {
	tend run --root "$PUBLIC/image" -- /usr/bin/target crash
	exits_with 139
	equal "standard error" "" "$stderr"
	tend run --root "$PUBLIC/image" --core "$PUBLIC/none" -- /usr/bin/target crash
	refused "--core=$PUBLIC/none: No such file or directory"
}
