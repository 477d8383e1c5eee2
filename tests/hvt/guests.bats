#!/usr/bin/env bats
# Every test unikernel in a virtual machine: what it must print and how it must end.
load ../tender/common
load machine

@test "a guest prints and sees its command line" {
	machine hello one two
	exits_with 0
	[ "${said[-3]}" = "Hello, World" ]
	[ "${said[-2]}" = "Command line is: 'one two'" ]
	[[ $output == *"Memory map: 32 MB addressable"* ]]
}

@test "initialised, zeroed and constant data, and a zeroed heap" {
	machine globals
	succeeds
}

@test "clocks advance and sleeps last" {
	machine time
	succeeds
}

@test "thread-local storage" {
	machine tls
	succeeds
}

@test "floating point and vector registers, where the KVM is not a software one; there, one line" {
	machine fpu
	if kvm_is_software; then
		exits_with 1
		[[ $stderr =~ ^"solo5-hvt: KVM: internal error exit: suberror=0x1, rip=0x"[0-9a-f]+$ ]]
	else
		succeeds
	fi
}

@test "what the CPU refuses ends the guest with a line that says so" {
	for name in notls zeropage exception; do
		machine $name
		traps "#PF"
	done
	machine seccomp
	traps "#UD"
}

@test "code and constants cannot be written: the host protects them" {
	for name in write_text write_rodata; do
		machine $name
		faults
	done
}

@test "code and constants cannot be written by a guest without Tend's note" {
	for name in write_text write_rodata; do
		foreign_copy_of $name
		hvt --mem=32 "$COPY"
		faults
	done
}

@test "constants, data, heap and stack cannot be executed" {
	for name in execute_rodata execute_data execute_heap execute_stack; do
		machine $name
		traps "#PF"
	done
}

@test "guests without Tend's note have the pages of the ABI: all but code can be written, all can be executed" {
	for name in execute_data execute_heap execute_stack; do
		foreign_copy_of $name
		hvt --mem=32 "$COPY"
		exits_with 1
		says "FAILURE: survived"
	done
	for name in hello globals tls canary quiet; do
		foreign_copy_of $name
		hvt --mem=32 "$COPY" --solo5:quiet rest of it
		succeeds
	done
	foreign_copy_of zeropage
	hvt --mem=32 "$COPY"
	traps "#PF"
}

@test "a stack that grows too far hits the guard page and can still say so" {
	hvt --mem=2 "$GUESTS/stack_overflow.hvt"
	traps "#PF"
	refute grep -qE 'heap (intact|overwritten)' <<<"$output"
}

@test "a smashed stack is noticed, in spite of --solo5:quiet" {
	machine ssp --solo5:quiet
	exits_with 255
	equal "output" "Solo5: ABORT: Stack corruption detected" "$output"
}

@test "the stack canary differs from start to start and has a zero byte in front" {
	machine canary
	succeeds
	first=${said[-2]}
	machine canary
	[ "$first" != "${said[-2]}" ]
	[ "$first" != 0 ]
	[ $((first & 255)) -eq 0 ]
}

@test "--solo5:quiet silences the bindings and is taken off the command line" {
	machine quiet --solo5:quiet rest of it
	equal "output" SUCCESS "$output"
	exits_with 0
}

@test "a long output arrives whole through a pipe whose reader is late" {
	timeout "$PATIENCE" "$HVT" --mem=32 "$GUESTS/output.hvt" --solo5:quiet | { sleep 0.2; cat; } >"$BATS_TEST_TMPDIR/got"
	equal "lines" 4097 "$(wc -l <"$BATS_TEST_TMPDIR/got")"
	equal "bytes" $((4096 * 32 + 8)) "$(stat -c %s "$BATS_TEST_TMPDIR/got")"
}

@test "a full device loses the output and nothing else" {
	"$HVT" --mem=32 "$GUESTS/output.hvt" >/dev/full
}

@test "exit statuses come through, and the bindings report them" {
	for number in 0 1 2 64 128 254; do
		machine exit "$number"
		exits_with "$number"
		prints "Solo5: solo5_exit($number) called"
	done
}

@test "a guest whose zeroed data leave no room for its stack is refused" {
	hvt --mem=2 "$GUESTS/large.hvt"
	refused_as "$GUESTS/large.hvt: 2 MiB of guest memory leave no room for a stack*--mem"
	hvt --mem=4 "$GUESTS/large.hvt"
	succeeds
}

@test "all of memory is there: 2 MiB, and 4 GiB, the most" {
	hvt --mem=2 "$GUESTS/hello.hvt"
	succeeds
	hvt --mem=4096 "$GUESTS/hello.hvt"
	succeeds
	[[ $output == *"stack < 0x100000000"* ]]
}

@test "every test unikernel stands in a test" {
	for source in "$ROOT"/tests/guests/*.c "$ROOT"/tests/hvt/guests/*.c; do
		name=$(basename "$source" .c)
		grep -qE "(machine|debugged|copy_of|for name in|guests?)[^#]*\\b$name\\b" "$BATS_TEST_DIRNAME"/*.bats ||
			grep -qF "$name.hvt" "$BATS_TEST_DIRNAME"/*.bats ||
			mismatch "a unikernel without a test" "" "$name"
	done
}
