#!/usr/bin/env bats
# The processes of a guest: how they start, end, and hear of signals.
load linux

@test "the exit status is the program's" {
	linux -- /hello
	exits_with 0
	equal "output" hello "$output"
	equal "standard error" "" "$stderr"
	for code in 1 7 126 255; do
		linux -- /exit $code
		exits_with $code
	done
}

@test "a process that breaks the rules is named, and takes the family along" {
	for mode in forbidden foreign-fd child; do
		linux -- /$mode
		exits_with 159
		equal "standard error" "tend: guest process killed by SIGSYS" "$stderr"
	done
	linux -- /service-exit
	exits_with 1
	equal "standard error" "tend: the guest's service process ended with status 3" "$stderr"
}

@test "a service process that ends without an error leaves the end to the application" {
	linux -- /service-leaves
	exits_with 7
	equal "standard error" "" "$stderr"
}

@test "a member that somebody kills takes the family along" {
	for victim in APPLICATION SERVICE; do
		linux_start -- /sleep
		kill -KILL "${!victim}"
		guest_wait
		exits_with 137
		equal "standard error" "tend: guest process killed by SIGKILL" "$stderr"
		gone "$INIT" "$APPLICATION" "$SERVICE"
	done
	linux_start -- /sleep
	kill -KILL "$INIT"
	guest_wait
	exits_with 137
	gone "$APPLICATION" "$SERVICE"
}

@test "a killed front takes everything along" {
	for start in linux_start linux_user_start; do
		$start -- /sleep
		kill -KILL "$GUEST_PID"
		gone "$GUEST_PID" "$INIT" "$APPLICATION" "$SERVICE"
	done
}

@test "a front that is killed while it starts leaves nothing" {
	for delay in {0..39}; do
		"$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /sleep >/dev/null 2>&1 3>&- 4>&- &
		sleep "0.000$delay"
		kill -KILL $!
	done
	wait
	none_left() {
		refute pgrep -f "^$PUBLIC/tend-linux" --runstates R,S,D,T 2>/dev/null
	}
	waits_for none_left
}

@test "signals of the front are forwarded, and do not touch the guest's processes themselves" {
	linux_start -- /control
	for signal in INT HUP QUIT USR1 USR2 WINCH CONT; do
		kill -"$signal" "$GUEST_PID"
		waits_for grep -qx "signal $(kill -l $signal)" "$GUEST_OUT"
		# As a terminal does, to the whole process group.
		for pid in "$INIT" "$APPLICATION" "$SERVICE"; do
			kill -"$signal" "$pid"
		done
	done
	kill -TERM "$APPLICATION" "$SERVICE" "$INIT"
	kill -0 "$APPLICATION" "$SERVICE" "$INIT"
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 143
	equal "signals" 8 "$(grep -c signal <<<"$output")"
	equal "standard error" "" "$stderr"
}

@test "a guest that does not listen does not stop the front from taking signals" {
	linux_start -- /sleep
	for _ in {1..2000}; do
		kill -USR1 "$GUEST_PID"
	done
	kill -KILL "$APPLICATION"
	guest_wait
	exits_with 137
}

# terminal_play PLAY PROGRAM [OPTION...]
terminal_play() {
	python3 "$BATS_TEST_DIRNAME/terminal.py" "$1" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" "${@:3}" -- "$2"
}

@test "a shared terminal: window sizes, interrupts, stopping, attributes within bounds and restored; no keys" {
	terminal_play shared /terminal
}

@test "a shared terminal: with --tty its keys are the guest's" {
	terminal_play given /terminal --tty
}

@test "a shared terminal: from the background, a guest that sets it is stopped, and it stays as it is" {
	terminal_play background /terminal
}

@test "a terminal of its own: raw from the beginning but for signals, restored when it stops and when it ends" {
	terminal_play own /control
}

@test "a terminal of its own that is read: all keys are the guest's; restored when the guest is killed" {
	terminal_play read /terminal
}

@test "empty and odd messages of the guest do not make the front deaf" {
	linux_start -- /control-flood
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 143
}

@test "privileges: none, whoever starts it; root's guests are nobody's processes" {
	linux_start -- /sleep
	for pid in "$INIT" "$APPLICATION" "$SERVICE"; do
		equal "Uid" $'65534\t65534\t65534\t65534' "$(status_of "$pid" Uid)"
		equal "Gid" $'65534\t65534\t65534\t65534' "$(status_of "$pid" Gid)"
		equal "Groups" "" "$(status_of "$pid" Groups | tr -d ' ')"
	done
	is_unprivileged
	guest_stop
	linux_user_start -- /sleep
	for pid in "$INIT" "$APPLICATION" "$SERVICE"; do
		equal "Uid" $'12345\t12345\t12345\t12345' "$(status_of "$pid" Uid)"
	done
	is_unprivileged
}

is_unprivileged() {
	for pid in "$INIT" "$APPLICATION" "$SERVICE"; do
		for set in CapInh CapPrm CapEff CapAmb; do
			equal "$set" 0000000000000000 "$(status_of "$pid" $set)"
		done
		equal "NoNewPrivs" 1 "$(status_of "$pid" NoNewPrivs)"
		equal "core limit" 1 "$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits")"
		refute equal "pid namespace" "$(readlink /proc/self/ns/pid)" "$(readlink "/proc/$pid/ns/pid")" 2>/dev/null
	done
	for pid in "$APPLICATION" "$SERVICE"; do
		equal "Seccomp" 2 "$(status_of "$pid" Seccomp)"
	done
	equal "pids inside" "2 3" "$(for pid in "$SERVICE" "$APPLICATION"; do status_of "$pid" NSpid | awk '{ print $NF }'; done |
		paste -sd ' ')"
}

@test "a set-user-ID tender runs nothing" {
	cp "$LINUX" "$PUBLIC/setuid"
	chmod 4755 "$PUBLIC/setuid"
	program=tend
	run --separate-stderr "${AS_USER[@]}" "$PUBLIC/setuid" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /hello
	refused "Must not be installed set-user-ID or with file capabilities"
}

@test "in a user namespace that maps only its root" {
	program=tend
	run --separate-stderr "${AS_USER[@]}" unshare --user --map-root-user "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /check
	exits_with 0
	equal "broken promises" "" "$output"
}

@test "a start takes at most 3 ms" {
	best=$(python3 "$BATS_TEST_DIRNAME/start_time.py" 100 "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" -- /hello)
	echo "best of 100: $best us"
	[ "$best" -le 3000 ]
}

@test "the third SIGTERM within ten seconds ends a guest that does not listen" {
	linux_start -- /sleep
	kill -TERM "$GUEST_PID"
	sleep 0.2
	kill -TERM "$GUEST_PID"
	sleep 0.2
	kill -0 "$APPLICATION"
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 137
	equal "standard error" "tend: guest killed: 3 times SIGTERM within 10 seconds" "$stderr"
	gone "$INIT" "$APPLICATION" "$SERVICE"
}

@test "--stop-timeout: SIGTERM, and SIGKILL when the time is over" {
	linux_start --stop-timeout=1 -- /sleep
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 137
	equal "standard error" "tend: guest killed: it did not end within 1 seconds of SIGTERM" "$stderr"
	gone "$INIT" "$APPLICATION" "$SERVICE"
	# Who listens is not killed.
	linux_start --stop-timeout=60 -- /control
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 143
}

# A guest that has filled its standard error, which nobody reads.
stuck_start() {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	# shellcheck disable=SC2016
	guest_start bash -c 'pipe=$1; shift; exec "$@" 2<>"$pipe"' - "$BATS_TEST_TMPDIR/pipe" "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@" -- /error-fill
	family_find
	waits_for is_stuck
}

# In write, to descriptor 2: the first two words of what /proc says.
is_stuck() {
	[[ $(cat "/proc/$APPLICATION/syscall") == "1 0x2 "* ]]
}

@test "a guest that has filled a pipe with its errors: the third SIGTERM ends it" {
	stuck_start
	for _ in 1 2 3; do
		kill -TERM "$GUEST_PID"
		sleep 0.2
	done
	# Not by guest_wait, which kills what does not end.
	gone "$GUEST_PID"
	guest_wait
	exits_with 137
	gone "$INIT" "$APPLICATION" "$SERVICE"
}

@test "a guest that has filled a pipe with its errors: --stop-timeout ends it" {
	stuck_start --stop-timeout=1
	kill -TERM "$GUEST_PID"
	# Not by guest_wait, which kills what does not end.
	gone "$GUEST_PID"
	guest_wait
	exits_with 137
	gone "$INIT" "$APPLICATION" "$SERVICE"
}

@test "a guest that has filled a pipe with its errors: a member that is killed takes the rest along" {
	stuck_start
	kill -KILL "$SERVICE"
	# Not by guest_wait, which kills what does not end.
	gone "$GUEST_PID"
	guest_wait
	exits_with 137
	gone "$INIT" "$APPLICATION" "$SERVICE"
}
