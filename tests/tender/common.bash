# What the end-to-end tests share. Every .bats file loads it.
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status, output, stderr; the tests use the paths
bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${TEND_BUILD:-$ROOT/build/release}
BIN=$BUILD/bin
GUESTS=$BUILD/guests
GUEST_SUFFIX=spt
SPT=$BIN/solo5-spt
TEND=$BIN/tend

# Seconds after which something hangs: far above what anything takes.
PATIENCE=60

# mismatch WHAT EXPECTED GOT: says so and fails.
mismatch() {
	printf '%s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3" >&2
	return 1
}

# equal WHAT EXPECTED GOT
equal() {
	[ "$2" = "$3" ] || mismatch "$@"
}

# refute COMMAND...: the command must fail. (With `!`, bats would not notice.)
refute() {
	if "$@"; then
		printf 'succeeded, but must not: %s\n' "$*" >&2
		return 1
	fi
}

# Sets said to the lines of the output that are the guest's own, not its bindings'.
output_split() {
	mapfile -t said < <(grep -av '^Solo5: ' <<<"$output")
}

# tender PROGRAM ARGS...: sets status, output, said and stderr.
tender() {
	program=${1##*/}
	run --separate-stderr timeout "$PATIENCE" "$@"
	output_split
}

# spt ARGS...: the tender itself.
spt() {
	tender "$SPT" "$@"
}

# guest NAME ARGS...: the tender with a test unikernel, with little memory so that a start is fast.
guest() {
	local name=$1
	shift
	spt --mem=32 "$GUESTS/$name.spt" "$@"
}

exits_with() {
	equal "exit status (stderr: $stderr; output: ${output: -300})" "$1" "$status"
}

# The guest's last line.
says() {
	equal "last line" "$1" "${said[-1]}"
}

# The bindings' line, whole, is somewhere in the output.
prints() {
	grep -qxF -e "$1" <<<"$output" || mismatch "a line" "$1" "$output"
}

# The guest ended well and said so.
succeeds() {
	exits_with 0 && says SUCCESS
}

# dies_of SIGNAL: killed by it, before it could do what it is not allowed to.
dies_of() {
	exits_with $((128 + $(kill -l "$1"))) && refute grep -q FAILURE <<<"$output"
}

# refused LINE...: exit status 1, nothing on standard output, exactly these lines on standard error, each with the
# program's name in front.
refused() {
	equal "standard error" "$(printf "$program: %s\n" "$@")" "$stderr" && exits_with 1 &&
		equal "standard output" "" "$output"
}

# refused_as PATTERN: one line that matches the pattern, where the wording is the tender's own.
refused_as() {
	# shellcheck disable=SC2053 # a pattern it is
	if [[ $stderr != "$program: "$1 || $stderr == *$'\n'* ]]; then
		mismatch "standard error" "$program: $1" "$stderr"
		return
	fi
	exits_with 1 && equal "standard output" "" "$output"
}

usage() {
	"$SPT" --help 2>&1 | sed "1s/solo5-spt/$program/"
}

# As refused, with the usage text behind the lines.
refused_with_usage() {
	equal "standard error" "$(printf "$program: %s\n" "$@" && usage)" "$stderr" && exits_with 1 &&
		equal "standard output" "" "$output"
}

# guest_start COMMAND...: runs it in the background until the guest says that it is up; GUEST_PID is its process.
guest_start() {
	GUEST_OUT=$BATS_TEST_TMPDIR/guest.out
	GUEST_ERR=$BATS_TEST_TMPDIR/guest.err
	# What a guest before it said is not this one's word.
	: >"$GUEST_OUT"
	"$@" >"$GUEST_OUT" 2>"$GUEST_ERR" 3>&- 4>&- &
	GUEST_PID=$!
	guest_is_up
}

guest_is_up() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		grep -qsE '^(WAITING|READY)$' "$GUEST_OUT" && return
		kill -0 "$GUEST_PID" 2>/dev/null || break
		sleep 0.02
	done
	cat "$GUEST_OUT" "$GUEST_ERR" >&2
	return 1
}

# Waits until the guest has ended by itself; sets status and output as `run` does.
guest_wait() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		kill -0 "$GUEST_PID" 2>/dev/null || break
		sleep 0.02
	done
	kill -KILL "$GUEST_PID" 2>/dev/null || true
	status=0
	wait "$GUEST_PID" 2>/dev/null || status=$?
	GUEST_PID=
	output=$(cat "$GUEST_OUT")
	stderr=$(cat "$GUEST_ERR")
	output_split
}

guest_stop() {
	[ -n "${GUEST_PID:-}" ] || return 0
	kill -KILL "$GUEST_PID" 2>/dev/null || true
	wait "$GUEST_PID" 2>/dev/null || true
	GUEST_PID=
}

# A field of the waiting guest's /proc/PID/status.
guest_status() {
	awk -F '\t' -v field="$1:" '$1 == field { sub("^[^\t]*\t", ""); print }' "/proc/$GUEST_PID/status"
}

# poke FILE OFFSET BYTE...: overwrites bytes, given in hexadecimal.
poke() {
	local file=$1 offset=$2

	shift 2
	printf '%b' "$(printf '\\x%s' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

# note_at FILE TYPE NAME: where the ELF note of that type (as text) and name begins.
note_at() {
	local at

	at=$(LC_ALL=C grep -abo "$2$3" "$1" | head -n 1 | cut -d : -f 1)
	echo $((at - 8))
}

# copy_of GUEST: a copy to be changed.
copy_of() {
	COPY=$BATS_TEST_TMPDIR/copy.$GUEST_SUFFIX
	cp "$GUESTS/$1.$GUEST_SUFFIX" "$COPY"
}

# As built with bindings that know nothing of Tend: without Tend's own note.
foreign_copy_of() {
	copy_of "$1"
	poke "$COPY" "$(note_at "$COPY" TND1 Tend)" ff
}

# A directory that an unprivileged user can reach, with the tender and guests in it. Undone by public_remove.
public_make() {
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	cp "$SPT" "$BUILD"/tests/solo5-spt-without-* "$GUESTS"/*.spt "$PUBLIC"
	chmod 755 "$PUBLIC"/*
}

public_remove() {
	[ -z "${PUBLIC:-}" ] || rm -rf "$PUBLIC"
}

# In front of a command: as somebody who is not root, with nothing of root's.
AS_USER=(setpriv --reuid=12345 --regid=12345 --clear-groups --inh-caps=-all)

teardown() {
	guest_stop
}
