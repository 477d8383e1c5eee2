#!/usr/bin/env bats
# Every test unikernel without devices, under the tender: what it must print and how it must end.
load common

@test "a guest prints and sees its command line" {
	guest hello one two
	exits_with 0
	[ "${said[-3]}" = "Hello, World" ]
	[ "${said[-2]}" = "Command line is: 'one two'" ]
}

@test "initialised, zeroed and constant data, and a zeroed heap" {
	guest globals
	succeeds
}

@test "floating point and vector registers" {
	guest fpu
	succeeds
}

@test "clocks advance and sleeps last" {
	guest time
	succeeds
}

@test "clocks and sleeps by host calls, for a guest that is handed no vDSO" {
	foreign_copy_of time
	spt --mem=32 "$COPY"
	succeeds
}

@test "thread-local storage" {
	guest tls
	succeeds
}

@test "thread-local storage that was never set up faults" {
	guest notls
	dies_of SEGV
}

@test "nothing is mapped at address 0" {
	guest zeropage
	dies_of SEGV
}

@test "an invalid address ends the guest" {
	guest exception
	dies_of SEGV
}

@test "code cannot be written" {
	guest write_text
	dies_of SEGV
}

@test "constants cannot be written" {
	guest write_rodata
	dies_of SEGV
}

@test "constants cannot be executed" {
	guest execute_rodata
	dies_of SEGV
}

@test "data cannot be executed" {
	guest execute_data
	dies_of SEGV
}

@test "the heap cannot be executed" {
	guest execute_heap
	dies_of SEGV
}

@test "the stack cannot be executed" {
	guest execute_stack
	dies_of SEGV
}

@test "a stack that grows too far hits the guard page" {
	guest stack_overflow
	dies_of SEGV
	refute grep -qE 'heap (intact|overwritten)' <<<"$output"
}

@test "a smashed stack is noticed" {
	guest ssp
	exits_with 255
	prints "Solo5: ABORT: Stack corruption detected"
}

@test "a call outside the policy ends the guest with SIGSYS" {
	guest seccomp
	dies_of SYS
}

@test "the stack canary differs from start to start and has a zero byte in front" {
	guest canary
	succeeds
	first=${said[-2]}
	guest canary
	[ "$first" != "${said[-2]}" ]
	[ "$first" != 0 ]
	[ $((first & 255)) -eq 0 ]
}

@test "the bindings report memory at the start" {
	guest hello
	[[ $output == "Solo5: "*"Memory map: 32 MB addressable"* ]]
}

@test "--solo5:quiet silences the bindings and is taken off the command line" {
	guest quiet --solo5:quiet rest of it
	equal "output" SUCCESS "$output"
	exits_with 0
}

@test "errors are printed in spite of --solo5:quiet" {
	guest ssp --solo5:quiet
	exits_with 255
	equal "output" "Solo5: ABORT: Stack corruption detected" "$output"
}

@test "each log level is taken off the command line, as often as given; other words are the guest's" {
	for level in quiet error warn info debug; do
		guest hello --solo5:error "--solo5:$level" word --solo5:quiet
		equal "line" "Command line is: 'word --solo5:quiet'" "${said[-2]}"
	done
	guest hello --solo5:quieter
	equal "line" "Command line is: '--solo5:quieter'" "${said[-2]}"
}

long_output() {
	awk 'BEGIN { for (i = 0; i < 4096; i++) { c = sprintf("%c", 97 + i % 26); l = ""; for (k = 0; k < 31; k++) l = l c; print l } }'
}

@test "a long output arrives whole in a file" {
	timeout "$PATIENCE" "$SPT" --mem=32 "$GUESTS/output.spt" --solo5:quiet >"$BATS_TEST_TMPDIR/got"
	{ long_output; echo SUCCESS; } | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "a long output arrives whole through a pipe whose reader is late" {
	timeout "$PATIENCE" "$SPT" --mem=32 "$GUESTS/output.spt" --solo5:quiet |
		{ sleep 0.2; cat; } >"$BATS_TEST_TMPDIR/got"
	{ long_output; echo SUCCESS; } | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "a long output arrives whole though the guest is stopped in the middle of a write" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$SPT" --mem=32 "$GUESTS/output.spt" --solo5:quiet >"$BATS_TEST_TMPDIR/pipe" 3>&- 4>&- 8>&- &
	GUEST_PID=$!
	# The pipe holds less than the output: the guest waits in its write, and the host ends that write early.
	for _ in 1 2 3; do
		sleep 0.1
		kill -STOP "$GUEST_PID"
		kill -CONT "$GUEST_PID"
	done
	exec 9<"$BATS_TEST_TMPDIR/pipe" 8>&-
	timeout "$PATIENCE" cat <&9 >"$BATS_TEST_TMPDIR/got"
	exec 9<&-
	{ long_output; echo SUCCESS; } | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "a reader that goes away ends the guest like any process" {
	run bash -c '"$0" --mem=32 "$1" | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}"' "$SPT" "$GUESTS/output.spt"
	exits_with 141
}

@test "a full device loses the output and nothing else" {
	"$SPT" --mem=32 "$GUESTS/output.spt" >/dev/full
}

@test "exit statuses come through, and the bindings report them" {
	for number in 0 1 2 64 128 254; do
		guest exit "$number"
		exits_with "$number"
		prints "Solo5: solo5_exit($number) called"
	done
}

@test "a guest larger than --mem is refused, with the size it needs" {
	spt --mem=1 "$GUESTS/hello.spt"
	refused_as "$GUESTS/hello.spt: *1 MiB of guest memory*2 MiB*--mem"
}

@test "a guest whose zeroed data leave no room for its stack is refused" {
	spt --mem=2 "$GUESTS/large.spt"
	refused_as "$GUESTS/large.spt: 2 MiB of guest memory leave no room for a stack*--mem"
	spt --mem=4 "$GUESTS/large.spt"
	succeeds
}

@test "a guest with too little memory for a heap aborts" {
	foreign_copy_of large
	spt --mem=2 "$COPY"
	exits_with 255
	grep -qE '^Solo5: ABORT: .*Not enough memory$' <<<"$output"
}

@test "guests without Tend's note run as under any tender" {
	for name in hello globals fpu tls output canary; do
		foreign_copy_of "$name"
		spt --mem=32 "$COPY"
		succeeds
	done
	for name in zeropage write_text execute_stack notls; do
		foreign_copy_of "$name"
		spt --mem=32 "$COPY"
		dies_of SEGV
	done
	foreign_copy_of seccomp
	spt --mem=32 "$COPY"
	dies_of SYS
}

@test "the host refuses to execute a unikernel by itself" {
	run -127 "$GUESTS/hello.spt"
}

@test "every test unikernel stands in a test" {
	for source in "$ROOT"/tests/guests/*.c; do
		name=$(basename "$source" .c)
		grep -qE "(guest|copy_of|for name in|guests?)[^#]*\\b$name\\b" "$BATS_TEST_DIRNAME"/*.bats ||
			grep -qF "$name.spt" "$BATS_TEST_DIRNAME"/*.bats ||
			mismatch "a unikernel without a test" "" "$name"
	done
}
