#!/usr/bin/env bats
# Each defence proved twice: with the tender, the attempt fails; with a tender that lacks just this defence, it
# succeeds.
load common

# without DEFENCE ARGS...: a tender with all defences but one.
without() {
	local defence=$1
	shift
	tender "$BUILD/tests/solo5-spt-without-$defence" --mem=32 "$@"
}

survives() {
	exits_with 1 && says "FAILURE: survived"
}

# held_by DEFENCE SIGNAL GUEST ARGS...: the signal ends the guest with the defence, and nothing does without it.
held_by() {
	local defence=$1 signal=$2
	shift 2
	spt --mem=32 "$@"
	dies_of "$signal" || return
	without "$defence" "$@"
	survives
}

# start_without DEFENCE: the waiting guest, looked at from outside.
start_without() {
	guest_start "$BUILD/tests/solo5-spt-without-$1" --mem=16 "$GUESTS/bare.spt"
}

@test "PROTECT keeps code from being written" {
	held_by PROTECT SEGV "$GUESTS/write_text.spt"
}

@test "PROTECT keeps constants from being written" {
	held_by PROTECT SEGV "$GUESTS/write_rodata.spt"
}

@test "PROTECT keeps constants from being executed" {
	held_by PROTECT SEGV "$GUESTS/execute_rodata.spt"
}

@test "PROTECT keeps data from being executed" {
	held_by PROTECT SEGV "$GUESTS/execute_data.spt"
}

@test "PROTECT: without it, writable and executable memory is seen from outside" {
	start_without PROTECT
	awk '$2 ~ /wx/ { found = 1 } END { exit !found }' "/proc/$GUEST_PID/maps"
}

@test "no --x-exec-heap keeps heap and stack from being executed" {
	for name in execute_heap execute_stack; do
		spt --mem=32 "$GUESTS/$name.spt"
		dies_of SEGV
		spt --mem=32 --x-exec-heap "$GUESTS/$name.spt"
		survives
	done
}

@test "GUARD keeps a deep stack from overwriting the heap" {
	held_by GUARD SEGV "$GUESTS/stack_overflow.spt"
	equal "line" "heap overwritten" "${said[-2]}"
}

@test "UNMAP takes the tender, its stack and the environment away" {
	export TEND_TEST_SECRET=xyzzy-secret-4711
	guest_start "$SPT" --mem=16 "$GUESTS/bare.spt"
	refute grep -q solo5-spt "/proc/$GUEST_PID/maps"
	guest_stop
	start_without UNMAP
	grep -q solo5-spt "/proc/$GUEST_PID/maps"
	# The top of the initial stack, where the host kernel had put the environment.
	awk '$1 ~ /^7f/ && $2 ~ /^rw/ { print $1 }' "/proc/$GUEST_PID/maps" | while IFS=- read -r start end; do
		dd if="/proc/$GUEST_PID/mem" bs=4096 skip=$((16#$start / 4096)) \
			count=$(((16#$end - 16#$start) / 4096)) status=none
	done | grep -qa xyzzy-secret-4711
}

@test "CLOSE takes inherited descriptors away" {
	exec 5</etc/passwd 9>>"$BATS_TEST_TMPDIR/nine" 200</dev/null
	guest_start "$SPT" --mem=16 "$GUESTS/bare.spt"
	refute [ -e "/proc/$GUEST_PID/fd/5" ]
	guest_stop
	start_without CLOSE
	exec 5<&- 9<&- 200<&-
	for fd in 0 2 5 9 200; do
		[ -e "/proc/$GUEST_PID/fd/$fd" ]
	done
}

@test "PRIVILEGES takes root and its capabilities away" {
	guest_start "$SPT" --mem=16 "$GUESTS/bare.spt"
	equal "CapEff" 0000000000000000 "$(guest_status CapEff)"
	equal "Uid" $'65534\t65534\t65534\t65534' "$(guest_status Uid)"
	guest_stop
	start_without PRIVILEGES
	refute equal "CapEff" 0000000000000000 "$(guest_status CapEff)" 2>/dev/null
	equal "Uid" $'0\t0\t0\t0' "$(guest_status Uid)"
}

@test "FILTER ends a guest that makes a call outside the policy" {
	held_by FILTER SYS "$GUESTS/seccomp.spt"
}

@test "FILTER keeps a guest from writing behind its device's end" {
	image=$BATS_TEST_TMPDIR/image
	truncate -s 64K "$image"
	spt --block:storage="$image" "$GUESTS/block_beyond.spt"
	dies_of SYS
	equal "size" 65536 "$(stat -c %s "$image")"
	cmp -n 65536 "$image" /dev/zero
	without FILTER --block:storage="$image" "$GUESTS/block_beyond.spt"
	survives
	equal "size" 66048 "$(stat -c %s "$image")"
}

@test "FILTER is there: without it, the guest's status says so" {
	start_without FILTER
	equal "Seccomp" 0 "$(guest_status Seccomp)"
}

@test "the stack protector ends a function that smashed its frame; without it, the return address is the attacker's" {
	for compiler in gcc clang; do
		for flag in -fstack-protector-strong -fno-stack-protector; do
			TEND_CC=$compiler "$BIN/tend-cc" --target spt -O2 "$flag" "$ROOT/tests/guests/ssp.c" \
				-o "$BATS_TEST_TMPDIR/$flag.spt"
		done
		spt --mem=32 "$BATS_TEST_TMPDIR/-fstack-protector-strong.spt"
		exits_with 255
		prints "Solo5: ABORT: Stack corruption detected"
		spt --mem=32 "$BATS_TEST_TMPDIR/-fno-stack-protector.spt"
		dies_of SEGV
		says smashed
	done
}

@test "each weakened tender is otherwise whole" {
	for defence in PROTECT GUARD UNMAP CLOSE PRIVILEGES FILTER; do
		without "$defence" "$GUESTS/hello.spt"
		succeeds
		case $defence in
		FILTER) ;;
		*)
			without "$defence" "$GUESTS/seccomp.spt"
			dies_of SYS
			;;
		esac
		case $defence in
		GUARD) ;;
		*)
			without "$defence" "$GUESTS/stack_overflow.spt"
			dies_of SEGV
			;;
		esac
	done
}
