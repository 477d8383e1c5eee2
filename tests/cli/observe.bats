#!/usr/bin/env bats
# tend trace and tend stat.
load cli

# counter NAME: of the report in the file "report"
counter() {
	tr -s ' ' <report | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'
}

@test "trace: names, arguments, results and errors, on standard error" {
	tend trace --root "$PUBLIC/image" -- guest calls
	exits_with 3
	equal "standard output" "" "$output"
	grep -qxF '[1] getppid() = 0' <<<"$stderr"
	grep -qxF '[1] access("/missing\n\"name\"", 4) = -1 ENOENT' <<<"$stderr"
	grep -qE '^\[1\] syscall_499\(.*\) = -1 ENOSYS$' <<<"$stderr"
	equal "last line" "[1] +++ exited with 3 +++" "$(tail -n 1 <<<"$stderr")"
}

@test "trace: into a file, apart from the program's output" {
	tend trace -o report --root "$PUBLIC/image" -e A=1 -w /dir -- sh -c 'echo out; echo err >&2'
	equal "standard output" out "$output"
	equal "standard error" err "$stderr"
	grep -qxF '[1] write(1, "out\n", 4) = 4' report
	grep -qE '^\[1\] (getcwd|chdir|read|open|openat|dup2|fcntl)\(' report
	tend trace -o "$PUBLIC/none/report" --root "$PUBLIC/image" -- true
	refused "$PUBLIC/none/report: No such file or directory"
}

@test "trace: signals, and a program that dies of one" {
	tend trace -o report --root "$PUBLIC/image" -- sh -c 'kill -TERM $$'
	exits_with 143
	grep -qE '^\[1\] kill\(1, (15|SIGTERM)\) = ' report
	grep -q '+++ killed by SIGTERM' report
	tend trace -o report --root "$PUBLIC/image" -- guest crash
	exits_with 139
	grep -q 'SIGSEGV' report
}

@test "trace: processes are told apart" {
	tend trace -o report --root "$PUBLIC/image" -- sh -c 'echo one | cat; true'
	[ "$(grep -oE '^\[[0-9]+\]' report | sort -u | wc -l)" -ge 3 ]
	# Every line is whole.
	refute grep -vE '^\[[0-9]+\] ' report
}

@test "stat: library calls, unknown ones among them" {
	tend stat -o report --root "$PUBLIC/image" -- guest calls
	exits_with 3
	equal "getppid" 7 "$(counter 'call getppid')"
	equal "unknown 499" 2 "$(counter 'unknown 499')"
	equal "unknown beyond" 1 "$(counter unknown_other)"
	[ "$(counter library_calls)" -ge 11 ]
	# The service's, too, if it comes to that before the end of all.
	[[ "$(counter 'host_call exit_group')" == [12] ]]
	[ "$(counter 'host_call mmap')" -ge 1 ]
	equal "traps" 0 "$(counter traps)"
}

@test "stat: traps are what no image builder has seen" {
	tend stat -o report --root "$PUBLIC/image" -- guest traps
	exits_with 0
	equal "traps" 5 "$(counter traps)"
	equal "getppid" 5 "$(counter 'call getppid')"
}

@test "stat: on standard error, behind what the program wrote there" {
	tend stat --root "$PUBLIC/image" -- sh -c 'echo out; echo err >&2; exit 4'
	exits_with 4
	equal "standard output" out "$output"
	equal "first lines" $'err\nlibrary_calls' "$(head -n 2 <<<"$stderr" | cut -d ' ' -f 1)"
	tend stat --root "$PUBLIC/image" -- sh -c 'kill -KILL $$'
	exits_with 137
	grep -q '^library_calls *[1-9]' <<<"$stderr"
}

@test "stat: of a guest that runs, by its name, for root and others" {
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	check() {
		# It ends by itself, should the test fail.
		image -d --name counted "$PUBLIC/image" sh -c 'i=0; while [ $((i += 1)) -lt 3000 ]; do busybox usleep 20000; done'
		succeeds_with counted
		"${RUN[@]}" stat --guest counted
		exits_with 0
		[ "$(awk '$1 == "library_calls" { print $2 }' <<<"$stderr")" -ge 5 ]
		"${RUN[@]}" stat --guest counted true
		exits_with 1
		[[ $stderr == "tend: usage: tend stat "* ]]
		"${RUN[@]}" stat --guest nobody
		refused "nobody: no guest has this name or host name; give the pid of tend or of a guest process"
		"${RUN[@]}" stop -t 0 counted
		succeeds_with counted
		"${RUN[@]}" stat --guest counted
		exits_with 1
	}
	as_both check
	# The killed fronts could not remove their control groups: the next one does.
	"$TEND" run "$PUBLIC/image" true
	tend stat --guest $$
	refused "$$: not a process of a guest, or one of another user"
}

@test "stat: root's names are those of root's own guests, others' are pids" {
	guest_start "${AS_USER[@]}" "$TEND" run --hostname others --root "$PUBLIC/image" -- sh -c 'echo READY; exec sleep 60'
	tend stat --guest others
	refused "others: no guest has this name or host name; give the pid of tend or of a guest process"
	tend stat --guest "$GUEST_PID"
	exits_with 0
	guest_stop
	guest_start "$TEND" run --hostname others --root "$PUBLIC/image" -- sh -c 'echo READY; exec sleep 60'
	tend stat --guest others
	exits_with 0
	guest_stop
	# The killed front could not remove its control groups: the next one does.
	"$TEND" run "$PUBLIC/image" true
}

@test "stat and trace need what run needs" {
	for command in stat trace; do
		tend $command
		exits_with 1
		[[ $stderr == "tend: usage: tend $command [-o FILE] [OPTIONS] "* ]]
		tend $command --root "$PUBLIC/image" -- missing
		exits_with 127
		[[ $stderr == *"tend: missing: no such program in the image's PATH"* ]]
	done
}
