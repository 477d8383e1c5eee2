#!/usr/bin/env bats
# Hostile guests and the host calls they reach: observed from outside, none but the table's (abi/hostcall.def).
# shellcheck disable=SC2154 # bats sets stderr
load isolation

@test "the observer sees a call that the table has not, and a filter that is not there" {
	observed -- "${RUN[@]}" -- /reach "kill everybody"
	nothing_outside
	equal "killed" 1 "$(finding killed)"
	for call in futex mmap rt_sigreturn; do
		observed --without $call -- "${RUN[@]}" -- /reach "map page zero"
		(($(finding outside) > 0))
		equal "outside" "$(finding outside)" "$(finding "call $call")"
	done
	observed -- true
	grep -aq '^outside: run 0: no guest was observed' "$FINDINGS"
}

# Some numbers end the program or let it sleep: it goes on behind them.
calls_everything() {
	local next=0 last stops=0

	while ((next <= 1023)); do
		observed --idle 500 -- "${RUN[@]}" "${@:2}" -- /calls "$next" 1023 "$1"
		nothing_outside
		refute grep -aE 'library kernel' "$BATS_TEST_TMPDIR/errors"
		grep -aqE '^done 1023$' "$FINDINGS" && break
		last=$(grep -aoE '^at [0-9]+$' "$FINDINGS" | tail -n 1 | cut -d ' ' -f 2)
		next=$((last + 1))
		stops=$((stops + 1))
	done
	echo "seed $1: $stops numbers ended the program or let it sleep"
	((stops <= 40))
}

@test "every call number by raw instruction: trapped, served or refused by the library, and never the host's" {
	calls_everything "${TEND_TEST_SEED:-1}"
}

@test "the same under the strict policy" {
	calls_everything "${TEND_TEST_SEED:-2}" --policy=strict
}

@test "every call number from the library kernel's own text: killed, unless it is one of the table's" {
	for policy in standard strict; do
		observed --idle 500 --runs 0 511 -- "${RUN[@]}" --policy=$policy -- /jump number @
		nothing_outside
		(($(finding killed) >= 512 - 20))
	done
}

@test "numbers of the x32 ABI, negative ones and those above all" {
	for range in "1073741824 1073741860" "1073742336 1073742373" "-40 -1" "1000 1030" "2147483640 2147483660"; do
		# shellcheck disable=SC2086 # first and last
		observed --idle 500 --runs $range -- "${RUN[@]}" -- /jump number @
		nothing_outside
		(($(finding killed) >= 20))
	done
}

@test "calls at the edges of every row, from the library kernel's own text" {
	for policy in standard strict; do
		observed --idle 300 --runs 1 150 -- "${RUN[@]}" --policy=$policy -- /jump rows @
		nothing_outside
		(($(finding made) > 1000))
		(($(finding killed) > 20))
	done
}

@test "no more host calls than promised: 12 strict, 16 standard" {
	for policy in "strict 12" "standard 16"; do
		calls=$("$TEND" inspect --policy --format json --guest "${policy% *}" | jq '[.calls[].call] | unique | length')
		echo "$policy: $calls"
		((calls <= ${policy#* }))
	done
}

@test "other memory, descriptors, processes and old ways into the host: each attempt ends as it must" {
	"${RUN[@]}" -- /reach list >"$BATS_TEST_TMPDIR/list"
	(($(wc -l <"$BATS_TEST_TMPDIR/list") > 80))
	while read -r statuses name; do
		observed --idle 5000 -- "${RUN[@]}" -- /reach "$name"
		nothing_outside
		[[ ,$statuses, == *,$(ending),* ]] || mismatch "$name" "$statuses" "$(ending): $(tail -n 3 "$BATS_TEST_TMPDIR/errors")"
	done <"$BATS_TEST_TMPDIR/list"
}

@test "the same for a user who is not root" {
	"${RUN[@]}" -- /reach list >"$BATS_TEST_TMPDIR/list"
	while read -r statuses name; do
		run --separate-stderr timeout "$PATIENCE" "${AS_USER[@]}" "${RUN[@]}" -- /reach "$name" </dev/null
		[[ ,$statuses, == *,$status,* ]] || mismatch "$name" "$statuses" "$status: $stderr"
	done <"$BATS_TEST_TMPDIR/list"
}

@test "two guests of one image do not see each other's memory" {
	"${RUN[@]}" -- /reach "look for other descriptors" &
	observed --idle 5000 -- "${RUN[@]}" -- /reach "look for other descriptors"
	wait $!
	nothing_outside
	equal "status" 0 "$(ending)"
}
