#!/usr/bin/env bats
# Guests with a name and in the background: --name, -d, --rm, tend ps, logs, stop, rm.
load cli

SLEEPER=(sh -c 'trap "echo bye; exit 3" TERM; echo up; while :; do busybox usleep 20000; done')

setup() {
	TEND=$PUBLIC/bin/tend
	program=tend
	groups_before=$(dead_groups)
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir -m 777 state
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	chmod 755 "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

teardown() {
	local name

	for name in $("$TEND" ps -q); do
		"$TEND" stop -t 0 "$name"
	done
	guest_stop
	nothing_left
}

# logged NAME TEXT: waits until the guest has written it.
logged() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		[[ $("$TEND" logs "$1") == *"$2"* ]] && return
		sleep 0.02
	done
	mismatch "the log of $1" "$2" "$("$TEND" logs "$1")"
}

# ended NAME: waits until tend ps says so.
ended() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		"$TEND" ps -q | grep -qx "$1" || return 0
		sleep 0.02
	done
	mismatch "$1" "an end" "$("$TEND" ps)"
}

row() {
	"$TEND" ps -a | awk -v name="$1" '$1 == name { sub("^[^ ]+ +[^ ]+ +", ""); print }'
}

@test "names: -d prints the name, ps shows it, logs what it writes, stop ends it" {
	tend run -d --name web "$PUBLIC/image" "${SLEEPER[@]}"
	succeeds_with web
	[[ $(row web) == "running "*" sh -c trap "* ]]
	logged web up
	tend stop web
	succeeds_with web
	equal "log" $'up\nbye' "$("$TEND" logs web)"
	equal "row" "exited 3" "$(row web | sed 's/ *$//')"
	equal "running ones" "" "$("$TEND" ps -q)"
	tend rm web
	succeeds_with web
	equal "row" "" "$(row web)"
	equal "files left" "" "$(find state -type f)"
}

@test "names: a user's guests" {
	local run=(as_user env "XDG_STATE_HOME=$XDG_STATE_HOME" "$TEND")

	"${run[@]}" run -d --name mine "$PUBLIC/image" sh -c 'id -u; echo err >&2; exit 4'
	succeeds_with mine
	"${run[@]}" logs -f mine
	equal "log" $'0\nerr' "$output"
	"${run[@]}" ps -a
	[[ $output == *"mine "*"exited 4"* ]]
	"${run[@]}" run --name mine "$PUBLIC/image" echo again
	succeeds_with again
}

@test "names: without --name, one is made up" {
	tend run --detach "$PUBLIC/image" true
	exits_with 0
	[[ $output =~ ^[0-9a-f]{12}$ ]]
	name=$output
	ended "$name"
	tend rm "$name"
	succeeds_with "$name"
}

@test "names: clashing ones are one line, and those of guests that ended are free" {
	tend run -d --name twice "$PUBLIC/image" "${SLEEPER[@]}"
	succeeds_with twice
	for detach in "" -d; do
		# shellcheck disable=SC2086 # none, or one
		tend run $detach --name twice "$PUBLIC/image" true
		refused "--name twice: a guest of that name is running (process $("$TEND" ps | awk '$1 == "twice" { print $2 }'))"
	done
	tend rm twice
	refused "twice: it is running; tend stop ends it"
	tend stop twice
	tend run --name twice "$PUBLIC/image" echo again
	succeeds_with again
	# In the foreground nothing is kept.
	equal "row" "" "$(row twice)"
	for name in "" a/b .a -x "a b" "$(printf '%065d' 0)"; do
		tend run --name "$name" "$PUBLIC/image" true
		refused "--name $name: it must be 1 to 64 letters, digits, dots, dashes and underscores"
	done
}

@test "names: many at once, and of one name only one" {
	local i pids=() wins=0

	for ((i = 0; i < 8; i++)); do
		"$TEND" run --name one "$PUBLIC/image" sleep 1 2>"err$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" && wins=$((wins + 1))
	done
	equal "winners" 1 "$wins"
	equal "losers" 7 "$(cat err* | grep -c '^tend: --name one: a guest of that name is running (process [0-9]*)$')"
}

@test "names: --rm in the background keeps nothing" {
	tend run -d --rm --name gone "$PUBLIC/image" true
	succeeds_with gone
	ended gone
	equal "row" "" "$(row gone)"
	equal "files left" "" "$(find state -type f)"
	tend logs gone
	refused "gone: no such guest; tend ps -a lists them"
}

@test "names: a guest that does not start says why at once" {
	tend run -d --name bad --mem x "$PUBLIC/image" true
	refused "--mem=x: not a number of MiB from 1 to 1048576"
	tend run -d --name bad "$PUBLIC/nowhere" true
	exits_with 1
	equal "row" "" "$(row bad)"
	# What its kernel says is in the log.
	tend run -d --name missing "$PUBLIC/image" /missing
	succeeds_with missing
	ended missing
	equal "log" "tend: /missing: no such program in the image" "$("$TEND" logs missing)"
	equal "row" "exited 127" "$(row missing | sed 's/ *$//')"
}

@test "names: stop kills who does not listen; a front that was killed is seen" {
	tend run -d --name deaf "$PUBLIC/image" sh -c 'trap "" TERM; echo up; while :; do busybox usleep 20000; done'
	logged deaf up
	tend stop -t 0 deaf
	succeeds_with deaf
	equal "row" killed "$(row deaf | sed 's/ *$//')"
	# The killed front could not remove its control group: the next one does.
	"$TEND" run "$PUBLIC/image" true
	tend stop deaf
	refused "deaf: it is not running"
	tend stop -t x deaf
	refused "--time x: it must be a number of seconds"
	tend stop nobody
	refused "nobody: no such guest; tend ps -a lists them"
	tend stop
	refused "usage: tend stop [-t SECONDS] NAME..."
}

@test "names: logs -f goes on until the end" {
	tend run -d --name talk "$PUBLIC/image" sh -c 'for i in 1 2 3; do echo $i; sleep 0.1; done'
	equal "log" $'1\n2\n3' "$("$TEND" logs -f talk)"
	tend run --name quiet "$PUBLIC/image" true
	tend logs quiet
	refused "quiet: no such guest; tend ps -a lists them"
}

@test "names: ps shows guests without a name, too" {
	guest_start "$TEND" run "$PUBLIC/image" sh -c 'echo READY; exec sleep 60'
	[[ $("$TEND" ps) == *"- "*" $GUEST_PID "*"running "*"sh -c echo READY; exec sleep 60"* ]]
	kill -TERM "$GUEST_PID"
	guest_wait
}

@test "names: no place for them" {
	run --separate-stderr env -u XDG_STATE_HOME -u HOME "$TEND" run --name x "$PUBLIC/image" true
	refused "no place for the names of guests: set XDG_STATE_HOME or HOME to a directory"
	run --separate-stderr env XDG_STATE_HOME=/dev/null "$TEND" ps
	refused "/dev/null/tend/guests: Not a directory"
}
