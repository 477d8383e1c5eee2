#!/usr/bin/env bats
# tend gdb: backtraces through system calls, and guests that go on when nobody looks any more.
load debug

@test "a hundred times: threads that compute, call and sleep" {
	target -- threads
	attaches 100
	has_seen main computer caller sleeper kernel_entry syscall_serve host_blocking_call
	goes_on "$LINES_THEN"
	goes_on $((LINES_THEN + 3))
}

@test "a hundred times: a blocked process, which then reads what comes" {
	target -- blocked
	attaches 100
	has_seen _start main wait_inner syscall_serve sys_read host_blocking_call
	echo x >&"$INPUT"
	goes_on "$LINES_THEN"
	grep -qx 'got x' "$GUEST_OUT"
}

@test "a hundred times: a process that forks and waits" {
	target -- forking
	attaches 100
	has_seen main fork_and_wait sys_wait4
	goes_on $((LINES_THEN + 3))
}

@test "gdb alone, without symbols: the guest goes on" {
	target -- threads
	first=$(pgrep -P "$(pgrep -P "$GUEST_PID")" target)
	for _ in {1..10}; do
		gdb -nx -batch -p "$first" -ex 'info threads' >/dev/null 2>&1
	done
	goes_on $((LINES_THEN + 3))
}

@test "by host name, by the pid of a guest process; the service process" {
	target --hostname "$$.example" -- blocked
	init=$(pgrep -P "$GUEST_PID")
	attaches 1 "$$.example"
	has_seen main wait_inner
	attaches 1 "$(pgrep -P "$init" target)"
	has_seen main wait_inner
	attaches 1 "$(pgrep -P "$init" tend-service)"
	has_seen kernel_start service_run
}

@test "by the name that tend run gave it; a host name is another thing" {
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	tend run -d --name debugged --hostname other.example "$PUBLIC/image" /usr/bin/target threads
	exits_with 0
	GUEST_PID=$("$TEND" ps | awk '$1 == "debugged" { print $2 }')
	attaches 1 debugged
	has_seen main kernel_entry
	attaches 1 other.example
	has_seen main kernel_entry
	# Somebody else's names are not known; neither are those of guests that ended.
	run env XDG_STATE_HOME="$PWD/none" "$TEND" gdb debugged
	exits_with 1
	tend stop -t 0 debugged
	tend gdb debugged
	refused "debugged: no guest has this name or host name; give the pid of tend or of a guest process"
	tend rm debugged
}

@test "as somebody who is not root" {
	# shellcheck disable=SC2034 # of debug.bash
	AS=("${AS_USER[@]}")
	target -- threads
	attaches 3
	has_seen main kernel_entry
	goes_on $((LINES_THEN + 3))
}

@test "a breakpoint in the application" {
	target -- threads
	run timeout "$PATIENCE" "$TEND" gdb "$GUEST_PID" -nx -batch -ex 'break compute_outer' -ex continue -ex bt
	grep -qE '^#0 .*compute_outer \(.*\) at .*target.c' <<<"$output"
	goes_on $((LINES_THEN + 3))
}

@test "what is no guest" {
	tend gdb
	refused "usage: tend gdb GUEST [GDB-OPTION...]"
	tend gdb $$
	refused "$$: not a process of a guest, or one of another user"
	tend gdb nobody.example
	refused "nobody.example: no guest has this name or host name; give the pid of tend or of a guest process"
}
