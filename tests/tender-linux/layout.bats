#!/usr/bin/env bats
# What the library kernel is promised by abi/kernel.h, checked by a stub from inside and through /proc from outside.
load linux

is_whole() {
	exits_with 0
	equal "standard error" "" "$stderr"
	equal "broken promises" "" "$output"
}

@test "every promise holds for the application's role, under both policies" {
	linux -- /check
	is_whole
	linux --policy=strict -- /check
	is_whole
	linux --mem=4096 -- /check
	is_whole
}

@test "every promise holds for the service's role" {
	linux -- /service-check
	grep -qx "service ok" <<<"$output"
	refute grep broken <<<"$output"
}

@test "every promise holds for a user who is not root" {
	linux_user -- /check
	exits_with 0
	equal "broken promises" "" "$output"
}

@test "every promise holds with inherited descriptors, signals ignored and blocked, and odd personalities" {
	exec 5</dev/null 9>>"$BATS_TEST_TMPDIR/nine" 200</etc/passwd
	linux -- /check
	exec 5<&- 9<&- 200<&-
	is_whole
	program=tend
	run --separate-stderr bash -c 'trap "" HUP INT TERM USR1 CHLD PIPE TSTP SEGV; exec "$@"' - "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /check
	is_whole
	for flag in --read-implies-exec --addr-compat-layout --addr-no-randomize; do
		run --separate-stderr setarch "$flag" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
			--image="$PUBLIC/image" -- /check
		is_whole
	done
}

@test "fifty starts in a row find a place for everything" {
	for _ in {1..50}; do
		linux -- /check
		is_whole
	done
}

@test "addresses differ from start to start" {
	for _ in {1..4}; do
		linux_start -- /sleep
		awk '/kernel-stub|tend-arena|image/ { print $1; exit }' "/proc/$APPLICATION/maps"
		guest_stop
	done | sort | uniq -d >"$BATS_TEST_TMPDIR/twice"
	refute [ -s "$BATS_TEST_TMPDIR/twice" ]
}

@test "an address limit makes user memory smaller, and a smaller one is told" {
	program=tend
	run --separate-stderr prlimit --as=$((4 << 40)) "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" -- /report
	exits_with 0
	equal "user memory" "user-area $((2 << 40))" "$(grep ^user-area <<<"$output")"
	run --separate-stderr prlimit --as=$((16 << 30)) "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" -- /report
	refused_as "Could not reserve * GiB of addresses: Cannot allocate memory; is there a limit (ulimit -v)?"
}

@test "the command line arrives" {
	linux --mem=300 --policy=strict --workdir=/srv/a --hostname=box --user=33:44 --env=A=1 --env=EMPTY= --env=B=x=y \
		-- /report "two words" ""
	exits_with 0
	equal "report" "argument /report
argument two words
argument 
variable A=1
variable EMPTY=
variable B=x=y
directory /srv/a
hostname box
release $(uname -r)
mem $((300 << 20))
arena $((4 << 30))
user-area $((20 << 40))
user 33
group 44
policy 0
cpus $(nproc)" "$(grep -v ^stdio <<<"$output")"
}

@test "what is not given has a default; a very long command line arrives too" {
	linux -- /report
	for line in "directory /" "hostname tend" "mem $((512 << 20))" "user 0" "group 0" "policy 1"; do
		grep -qx "$line" <<<"$output"
	done
	mapfile -t many < <(seq 10000)
	linux "${many[@]/#/--env=V=}" -- /report "${many[@]}"
	equal "arguments" 10001 "$(grep -c ^argument <<<"$output")"
	equal "variables" 10000 "$(grep -c ^variable <<<"$output")"
	equal "the last" "argument 10000" "$(grep ^argument <<<"$output" | tail -n 1)"
}

@test "nothing of the tender's data, its stack or the environment is left" {
	export TEND_TEST_SECRET=xyzzy-secret-4711
	linux_start -- /sleep
	for pid in "$APPLICATION" "$SERVICE"; do
		refute grep -qE '\[stack\]|\[heap\]' "/proc/$pid/maps"
		# The tender's text is the only mapping of its file, and nothing is writable and executable.
		equal "mappings of the tender" r-xp "$(awk '/tend-linux/ { print $2 }' "/proc/$pid/maps")"
		refute grep -q ' .wx' "/proc/$pid/maps"
		awk '$2 ~ /^r/ && $6 !~ /^\[v/ { print $1 }' "/proc/$pid/maps" | grep -v ^f | while IFS=- read -r start end; do
			# Of the arena, its beginning: the rest has never been touched.
			count=$(((16#$end - 16#$start) / 4096))
			dd if="/proc/$pid/mem" bs=4096 skip=$((16#$start / 4096)) count=$((count < 1024 ? count : 1024)) \
				status=none
		done >"$BATS_TEST_TMPDIR/memory"
		grep -qa /sleep "$BATS_TEST_TMPDIR/memory"
		refute grep -qa xyzzy-secret-4711 "$BATS_TEST_TMPDIR/memory"
		equal "environment" "" "$(tr '\0' ' ' <"/proc/$pid/environ")"
	done
}

@test "descriptors: the standard ones, image, arena, wake and control, and nothing else" {
	exec 5</dev/null 200</etc/passwd
	linux_start -- /sleep
	exec 5<&- 200<&-
	for pid in "$APPLICATION" "$SERVICE"; do
		equal "count" 7 "$(find "/proc/$pid/fd" -type l | wc -l)"
		equal "kinds" "$PUBLIC/image anon_inode:[eventfd] memfd:tend-arena socket" \
			"$(for fd in "/proc/$pid/fd"/*; do
				[ "${fd##*/}" -le 2 ] || readlink "$fd" | sed 's/ (deleted)//; s/^.memfd/memfd/; s/:\[[0-9]*\]$//'
			done | sort | paste -sd ' ')"
	done
}

@test "ps, top and gdb see the guest" {
	linux_start -- /sleep "two words"
	for pid in "$GUEST_PID" "$INIT" "$APPLICATION" "$SERVICE"; do
		equal "cmdline" "$PUBLIC/tend-linux|--kernel=$PUBLIC/kernel-stub.elf|--image=$PUBLIC/image|--|/sleep|two words|" \
			"$(tr '\0' '|' <"/proc/$pid/cmdline")"
	done
	equal "names" "tend-linux tend-init sleep tend-service" \
		"$(for pid in "$GUEST_PID" "$INIT" "$APPLICATION" "$SERVICE"; do cat "/proc/$pid/comm"; done | paste -sd ' ')"
	gdb -p "$APPLICATION" -batch -ex 'print $rip' 2>/dev/null | grep -q '\$1 = '
	kill -0 "$APPLICATION"
	guest_stop
	linux_user_start -- /sleep
	"${AS_USER[@]}" gdb -p "$APPLICATION" -batch -ex 'print $rip' 2>/dev/null | grep -q '\$1 = '
}
