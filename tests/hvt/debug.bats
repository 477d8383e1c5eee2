#!/usr/bin/env bats
# solo5-hvt-debug: core files and the debugger's stub, with the gdb of this machine.
load ../tender/common
load machine

teardown() {
	guest_stop
}

# debugged GUEST ARGS...: a guest that waits for a debugger, on a port that nobody else has.
debugged() {
	local i

	GUEST_OUT=$BATS_TEST_TMPDIR/guest.out
	GUEST_ERR=$BATS_TEST_TMPDIR/guest.err
	KERNEL=$GUESTS/$1.hvt
	shift
	for _ in 1 2 3 4 5; do
		PORT=$((20000 + RANDOM % 10000))
		"$HVT_DEBUG" --mem=16 --gdb --gdb-port="$PORT" "$KERNEL" "$@" >"$GUEST_OUT" 2>"$GUEST_ERR" 3>&- 4>&- &
		GUEST_PID=$!
		for ((i = 0; i < PATIENCE * 50; i++)); do
			grep -q "Waiting for a debugger: gdb -ex 'target remote localhost:$PORT'" "$GUEST_ERR" && return
			kill -0 "$GUEST_PID" 2>/dev/null || break
			sleep 0.02
		done
		grep -q "Address already in use" "$GUEST_ERR" || break
	done
	cat "$GUEST_ERR" >&2
	return 1
}

# gdb_says COMMAND...: what gdb printed after each.
gdb_says() {
	local commands=()

	for command; do
		commands+=(-ex "$command")
	done
	GDB=$(timeout "$PATIENCE" gdb -nx -batch -ex "target remote localhost:$PORT" "${commands[@]}" "$KERNEL" 2>&1)
}

gdb_has() {
	grep -qE -e "$1" <<<"$GDB" || mismatch "gdb's words" "$1" "$GDB"
}

@test "a core file: the last line names it, gdb finds the fault in it" {
	tender "$HVT_DEBUG" --mem=16 --dumpcore="$BATS_TEST_TMPDIR" "$GUESTS/zeropage.hvt"
	exits_with 255
	core=$(echo "$BATS_TEST_TMPDIR"/core.solo5-hvt.*)
	[[ ${stderr_lines[-1]} == *"$core" ]]
	# As large as memory, but with holes for what is zero.
	[ "$(stat -c %s "$core")" -gt $((16 << 20)) ]
	[ "$(($(stat -c '%b' "$core") * 512))" -lt $((1 << 20)) ]
	equal "mode" 600 "$(stat -c %a "$core")"
	GDB=$(gdb -nx -batch -ex bt -ex 'p/x $rip' "$GUESTS/zeropage.hvt" "$core" 2>&1)
	gdb_has '#0 +(0x[0-9a-f]+ in )?solo5_app_main .*zeropage.c:'
}

@test "a core file of a guest that the tender ended" {
	tender "$HVT_DEBUG" --mem=16 --dumpcore="$BATS_TEST_TMPDIR" "$GUESTS/write_rodata.hvt"
	exits_with 1
	[[ $stderr == *"host/guest translation fault"* ]]
	GDB=$(gdb -nx -batch -ex bt "$GUESTS/write_rodata.hvt" "$BATS_TEST_TMPDIR"/core.solo5-hvt.* 2>&1)
	gdb_has 'solo5_app_main .*write_rodata.c:'
}

@test "no core file after a good end, or without being asked; a folder that is not there is told" {
	tender "$HVT_DEBUG" --mem=16 --dumpcore="$BATS_TEST_TMPDIR" "$GUESTS/hello.hvt"
	succeeds
	cd "$BATS_TEST_TMPDIR"
	tender "$HVT_DEBUG" --mem=16 "$GUESTS/zeropage.hvt"
	exits_with 255
	equal "core files" 0 "$(find "$BATS_TEST_TMPDIR" -name 'core.*' | wc -l)"
	tender "$HVT_DEBUG" --mem=16 --dumpcore=/nowhere "$GUESTS/zeropage.hvt"
	exits_with 255
	[[ ${stderr_lines[-1]} == *"Could not write /nowhere/core.solo5-hvt."*": No such file or directory" ]]
}

@test "malformed options" {
	for port in "" 0 x 65536 -1; do
		tender "$HVT_DEBUG" --gdb-port="$port" "$GUESTS/hello.hvt"
		refused "Malformed argument to --gdb-port"
	done
	tender "$HVT_DEBUG" --dumpcore= "$GUESTS/hello.hvt"
	refused "Malformed argument to --dumpcore"
}

@test "gdb: breakpoints in software and hardware, arguments, a backtrace, the end" {
	debugged recurse
	gdb_says 'break step' c 'p number' bt c 'p number' delete 'hbreak solo5_exit' c 'p status' c
	gdb_has 'Breakpoint 1, step \(number=(number@entry=)?1\)'
	gdb_has '^\$1 = 1$'
	gdb_has '#1 .* solo5_app_main'
	gdb_has '^\$2 = 2$'
	gdb_has 'Breakpoint 2, solo5_exit \(status=0\)'
	gdb_has 'exited normally'
	guest_wait
	succeeds
}

@test "gdb: single steps, registers and memory, written too" {
	debugged recurse
	gdb_says 'break step' c 'set $before = $pc' stepi 'p $pc != $before' 'p/x *(unsigned char *)$pc == 0' \
		'set $rdi = 42' 'set var watched = 7' 'p watched' delete c
	gdb_has '^\$1 = 1$'
	gdb_has '^\$3 = 7$'
	gdb_has 'exited normally'
	guest_wait
	succeeds
}

@test "gdb: a watchpoint, by single steps; by the CPU where the KVM is not a software one" {
	debugged recurse
	gdb_says 'set can-use-hw-watchpoints 0' 'break solo5_app_main' c 'watch watched' c c delete c
	gdb_has 'New value = 1'
	gdb_has 'New value = 2'
	gdb_has 'exited normally'
	kvm_is_software && return
	guest_wait
	debugged recurse
	gdb_says 'break solo5_app_main' c 'watch watched' c c delete c
	gdb_has 'New value = 1'
	gdb_has 'New value = 2'
	gdb_has 'exited normally'
}

@test "gdb: a guest that runs for ever is interrupted, and let go" {
	debugged recurse forever
	timeout --foreground "$PATIENCE" env --default-signal=INT gdb -nx -batch -ex "target remote localhost:$PORT" \
		-ex c -ex 'p watched > 3' -ex detach "$KERNEL" >"$BATS_TEST_TMPDIR/gdb.out" 2>&1 3>&- 4>&- &
	gdb=$!
	guest_is_up
	# What runs under timeout: gdb itself.
	kill -INT "$(pgrep -P "$gdb")"
	wait "$gdb"
	GDB=$(cat "$BATS_TEST_TMPDIR/gdb.out")
	gdb_has 'SIGINT'
	gdb_has '^\$1 = 1$'
	kill -0 "$GUEST_PID"
}

@test "gdb: a debugger that kills, and one that goes away" {
	debugged recurse
	gdb_says kill
	guest_wait
	exits_with 1
	[[ $stderr == *"Killed by the debugger" ]]
	debugged recurse
	exec 7<>"/dev/tcp/localhost/$PORT"
	exec 7<&-
	guest_wait
	succeeds
}

@test "gdb: nonsense is answered, not obeyed" {
	debugged recurse
	exec 7<>"/dev/tcp/localhost/$PORT"
	printf '%s' '$m0,ffffffffffffffffffff#00' '$xyz#00' '$#00' '$Mffffffff,4:00#00' '$?#3f' >&7
	# An empty command has the sum 00: an empty answer. Those with wrong sums are refused.
	read -r -t 20 -N 16 answer <&7 || true
	equal "answers" '--+$#00-+$S05#b8' "$(tr -d '\n' <<<"$answer" | head -c 16)"
	exec 7<&-
	guest_wait
	succeeds
}
