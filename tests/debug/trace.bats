#!/usr/bin/env bats
# tend trace -f: all threads of all processes, told apart.
load debug

@test "threads and processes have their ids in front" {
	tend trace -f -o report --root "$PUBLIC/image" -- /usr/bin/target crash
	exits_with 139
	grep -qE '^\[1\] clone3?\(.* = 2$' report
	grep -qE '^\[1/2\] clock_nanosleep\(' report
	grep -qxF '[1] +++ killed by SIGSEGV +++' report
	tend trace -f -o report --root "$PUBLIC/image" -w /tmp -- /usr/bin/target crash-in-child
	exits_with 0
	grep -qE '^\[2\] .*SIGABRT' report
	grep -qxF '[2] +++ killed by SIGABRT +++' report
	grep -qE '^\[1\] wait4\(.* = 2$' report
	# Every line is whole.
	refute grep -avE '^\[[0-9]+(/[0-9]+)?\] ' report
}
