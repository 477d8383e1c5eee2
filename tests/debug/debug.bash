# What the tests of debugging share: a Debian root directory with one program, and guests that run it.
# shellcheck shell=bash disable=SC2034,SC2154 # the tests use the variables; common.bash sets BUILD, PATIENCE
load ../tender/common

setup_file() {
	PUBLIC=$(mktemp -d)
	export PUBLIC
	chmod 755 "$PUBLIC"
	mkdir -p "$PUBLIC/bin" "$PUBLIC/lib/tend"
	cp "$BUILD"/bin/tend{,-linux,-build} "$PUBLIC/bin"
	cp "$BUILD/lib/tend/kernel.elf" "$PUBLIC/lib/tend"
	cp "$ROOT/tests/debug/attach.py" "$PUBLIC"
	"$ROOT/tools/debian-root" "$ROOT/build/roots/conformance" base-files libc6
	cp -a "$ROOT/build/roots/conformance" "$PUBLIC/root"
	gcc -g -O2 -pthread "$ROOT/tests/debug/target.c" -o "$PUBLIC/root/usr/bin/target"
	cp "$(command -v busybox)" "$PUBLIC/root/usr/bin/cat"
	chmod -R a+rX "$PUBLIC"
	"$PUBLIC/bin/tend" build --root "$PUBLIC/root" -o "$PUBLIC/image"
}

teardown_file() {
	rm -rf "$PUBLIC"
}

setup() {
	TEND=$PUBLIC/bin/tend
	program=tend
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
	chmod 777 "$BATS_TEST_TMPDIR" "$TMPDIR"
	# Others must be able to come here.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
	cd "$BATS_TEST_TMPDIR" || return 1
}

teardown() {
	guest_stop
	equal "files left" "" "$(ls "$TMPDIR")"
}

# tend ARGS...: sets status, output and stderr.
tend() {
	run --separate-stderr timeout "$PATIENCE" "$TEND" "$@"
}

# target [OPTION...] -- MODE: in the background until it says something; LINES_THEN is how much that was.
target() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	GUEST_OUT=$BATS_TEST_TMPDIR/guest.out
	: >"$GUEST_OUT"
	mkfifo input
	# Opened for reading, too: it neither waits for the other end nor sees its end.
	exec {INPUT}<>input
	"${AS[@]}" "$TEND" run --root "$PUBLIC/image" "${options[@]}" -- /usr/bin/target "$2" \
		<input >"$GUEST_OUT" 2>/dev/null 3>&- 4>&- &
	GUEST_PID=$!
	goes_on 0
}

# goes_on LINES: the guest writes more than so many.
goes_on() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		LINES_THEN=$(wc -l <"$GUEST_OUT")
		[ "$LINES_THEN" -gt "$1" ] && return
		kill -0 "$GUEST_PID" || break
		sleep 0.02
	done
	mismatch "lines of the guest" "more than $1" "$LINES_THEN"
}

# attaches COUNT [GUEST]: tend gdb, so often; SEEN are the functions that were met.
attaches() {
	export ATTACHES=$1

	run timeout $((PATIENCE * 5)) "${AS[@]}" "$TEND" gdb "${2:-$GUEST_PID}" -nx -batch -x "$PUBLIC/attach.py"
	SEEN=$(sed -n 's/^SEEN //p' <<<"$output")
	grep -qx 'FAILURES 0' <<<"$output" || mismatch "backtraces" "FAILURES 0" "$output"
}

# has_seen NAME...: functions.
has_seen() {
	local name

	for name in "$@"; do
		grep -qw "$name" <<<"$SEEN" || mismatch "functions" "$name" "$SEEN"
	done
}

# gdb_core CORE COMMAND...: sets output.
gdb_core() {
	local core=$1 arguments=() command

	shift
	for command in "$@"; do
		arguments+=(-ex "$command")
	done
	run timeout "$PATIENCE" gdb -nx -batch -iex 'set auto-load no' -iex "set sysroot $PUBLIC/root" \
		"$PUBLIC/root/usr/bin/target" "$core" "${arguments[@]}"
}
