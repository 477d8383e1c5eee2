#!/usr/bin/env bats
# What tend run's other options do, each as root and as somebody who is not; and names that two want at once.
load cli

setup() {
	export XDG_STATE_HOME=$PUBLIC/state
	TEND=$PUBLIC/bin/tend
	program=tend
	groups_before=$(dead_groups)
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "both: -e, -w, -u, --hostname" {
	export GIVEN=here
	check() {
		image -e A=1 --env GIVEN -w /dir -u 5:6 --hostname box "$PUBLIC/image" \
			sh -c 'echo $A $GIVEN $PWD; id; uname -n'
		succeeds_with $'1 here /dir\nuid=5 gid=6\nbox'
		image --hostname "$(printf '%065d' 0)" "$PUBLIC/image" true
		refused_as "--hostname=0*0: not 1 to 64 characters"
	}
	as_both check
}

@test "both: --mem is what the guest sees, and it is held or said not to be" {
	check() {
		image --mem 64 "$PUBLIC/image" busybox grep MemTotal /proc/meminfo
		exits_with 0
		equal "memory" 65536 "$(awk '{ print $2 }' <<<"$output")"
		if [ "${RUN[0]}" = tend ]; then
			equal "standard error" "" "$stderr"
			image --mem 64 "$PUBLIC/image" sh -c 'echo begin; busybox dd if=/dev/zero of=/f bs=1M count=100'
			equal "standard error" "tend: guest process killed: the guest used all of its memory (--mem=64)" "$stderr"
			equal "output" begin "$output"
			exits_with 137
		else
			[[ $stderr == "tend: --mem=64 is accounting only"* ]]
		fi
	}
	as_both check
}

@test "both: --policy strict, standard, and none other" {
	check() {
		image --policy strict "$PUBLIC/image" sh -c 'echo one; ls /; echo $?'
		exits_with 2
		equal "output" one "$output"
		equal "standard error" "sh: can't fork: Resource temporarily unavailable" "$stderr"
		image --policy standard "$PUBLIC/image" sh -c 'echo one | cat'
		succeeds_with one
		image --policy none "$PUBLIC/image" true
		refused "--policy=none: not one of strict, standard"
	}
	as_both check
}

@test "both: -it with a terminal, and the exit status through it" {
	typed() {
		run "$BATS_TEST_DIRNAME/typist.py" READY "$1" "${PREFIX[@]}" "$TEND" run -it --rm "$PUBLIC/image" sh -c "$2"
	}
	check() {
		typed 'typed\n' 'echo READY; read -r x; echo "<$x>"; [ -t 0 ] && [ -t 1 ] && exit 5'
		exits_with 5
		[[ $output == *"<typed>"* ]]
		typed '\x03' 'echo READY; exec sleep 60'
		exits_with 130
	}
	PREFIX=()
	check
	PREFIX=("${AS_USER[@]}")
	check
}

@test "both: --name with -d and --rm, clashes, and two that want one name at once" {
	check() {
		# It ends by itself, should the test fail.
		local sleeper=(sh -c 'trap "exit 3" TERM; i=0; while [ $((i += 1)) -lt 3000 ]; do busybox usleep 20000; done')
		local state=$1 pids=() i wins=0

		image -d --name web "$PUBLIC/image" "${sleeper[@]}"
		succeeds_with web
		image --name web "$PUBLIC/image" true
		refused_as "--name web: a guest of that name is running (process *)"
		image -d --name web "$PUBLIC/image" true
		refused_as "--name web: a guest of that name is running (process *)"
		"${RUN[@]}" stop web
		succeeds_with web
		image -d --rm --name web "$PUBLIC/image" "${sleeper[@]}"
		succeeds_with web
		"${RUN[@]}" stop web
		succeeds_with web
		"${RUN[@]}" ps -a
		exits_with 0
		equal "guests" 0 "$(grep -c web <<<"$output")"
		equal "files left" "" "$(find "$state" -type f)"
		for ((i = 0; i < 6; i++)); do
			(image -d --name race "$PUBLIC/image" "${sleeper[@]}"; exit "$status") 3>&- &
			pids+=($!)
		done
		for i in "${pids[@]}"; do
			wait "$i" && wins=$((wins + 1))
		done
		equal "winners" 1 "$wins"
		"${RUN[@]}" stop race
		"${RUN[@]}" rm race
		succeeds_with race
	}
	as_both check_in
}

# check_in: `check` with the place of the names of whoever it is.
check_in() {
	if [ "${RUN[0]}" = tend ]; then
		check "$XDG_STATE_HOME"
	else
		check "$HOME_OF_USER"
	fi
}

@test "both: a program of this host, built by two at once and then cached" {
	check() {
		local pids=() pid

		for _ in 1 2 3; do
			(image /bin/echo built; exit "$status") 3>&- &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid"
		done
		image /bin/echo cached
		succeeds_with cached
	}
	as_both check
}
