#!/usr/bin/env bats
# Memory and process limits, and that nothing of them is left.
load linux

@test "a memory bomb is killed, alone, and named; in the application's memory and in the arena" {
	for mode in bomb arena-bomb; do
		linux --mem=64 -- /$mode
		exits_with 137
		equal "standard error" "tend: guest process killed: the guest used all of its memory (--mem=64)" "$stderr"
	done
}

@test "the limit is the guest's, and lets it use what it was given" {
	linux_start --mem=64 -- /sleep
	group=$(groups_of "$GUEST_PID" | grep memory)
	equal "limit" $((64 << 20)) "$(cat "$group/memory.limit_in_bytes")"
	equal "members" "$(printf '%s\n' "$APPLICATION" "$SERVICE" | sort)" "$(sort "$group/cgroup.procs")"
	group=$(groups_of "$GUEST_PID" | grep pids)
	equal "processes" 4096 "$(cat "$group/pids.max")"
}

@test "the group is gone when the guest is, however it ended" {
	local before
	before=$(groups_left) # by others
	for mode in hello forbidden bomb; do
		linux --mem=64 -- /$mode
	done
	linux_start -- /sleep
	kill -KILL "$INIT"
	guest_wait
	linux -- /hello
	equal "groups" "" "$(comm -13 <(echo "$before") <(groups_left))"
}

@test "what a killed front leaves, the next start removes; what lives stays" {
	linux_start -- /sleep
	living=$GUEST_PID
	"$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /sleep >/dev/null 3>&- 4>&- &
	killed=$!
	waits_for test -n "$(sleep 0.1 && groups_of "$killed")"
	kill -KILL "$killed"
	wait "$killed" || true
	none_of() {
		linux -- /hello
		[ -z "$(groups_of "$1")" ]
	}
	waits_for none_of "$killed"
	[ -n "$(groups_of "$living")" ]
	kill -0 "$SERVICE"
}

@test "who may make no group is told that --mem is accounting only, and the guest runs" {
	linux_user --mem=64 -- /hello
	exits_with 0
	equal "output" hello "$output"
	equal "standard error" \
		"tend: --mem=64 is accounting only: no control group for memory could be had: Permission denied" "$stderr"
}

@test "processes, private memory and page tables have limits where there is no group" {
	linux_user_start --mem=64 -- /sleep
	equal "processes" 4096 "$(awk '/^Max processes/ { print $3 }' "/proc/$APPLICATION/limits")"
	equal "private memory" $((4 << 30)) "$(awk '/^Max data size/ { print $4 }' "/proc/$APPLICATION/limits")"
	guest_stop
	linux_user -- /report
	grep -qx "user-area $((1 << 40))" <<<"$output"
	linux_start --mem=64 -- /sleep
	equal "private memory in a group" unlimited "$(awk '/^Max data size/ { print $4 }' "/proc/$APPLICATION/limits")"
}
