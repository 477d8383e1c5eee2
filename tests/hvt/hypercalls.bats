#!/usr/bin/env bats
# A guest that does not keep to the rules of the hvt ABI: every trick of tests/hvt/guests/hostile.c.
load ../tender/common
load machine

setup() {
	truncate -s 8192 "$BATS_TEST_TMPDIR/image"
}

hostile() {
	hvt --mem=32 --block:storage="$BATS_TEST_TMPDIR/image" "$GUESTS/hostile.hvt" "$1"
}

# ended TRICK PATTERN: by the tender, in one line.
ended() {
	hostile "$1"
	# shellcheck disable=SC2053 # a pattern it is
	[[ $stderr == "solo5-hvt: "$2 && $stderr != *$'\n'* ]] || mismatch "$1" "$2" "$stderr" || return
	exits_with 1 && refute grep -qE 'FAILURE|SUCCESS' <<<"$output"
}

@test "wrong handles, offsets and lengths are refused, and the guest goes on" {
	for trick in block_limits net_handles poll_nothing; do
		hostile $trick
		succeeds
	done
	equal "size" 8192 "$(stat -c %s "$BATS_TEST_TMPDIR/image")"
}

@test "addresses outside of memory" {
	ended block_write_beyond "Invalid guest access: gpa=0x1ffff00, sz=512"
	ended read_beyond "Invalid guest access: gpa=0x1fffe01, sz=512"
	ended read_wraps "Invalid guest access: gpa=0xffffffffffffff00, sz=512"
	ended arguments_beyond "Invalid guest access: gpa=0x1fffffc, sz=8"
	ended arguments_far "Invalid guest access: gpa=0xffffffff, sz=16"
	ended puts_wraps "Invalid guest access: gpa=0x1*, sz=18446744073709551615"
	ended puts_beyond "Invalid guest access: gpa=0x2000000, sz=1"
	ended halt_cookie_beyond "Invalid guest access: gpa=0x1fffff8, sz=512"
}

@test "memory that the host itself may not write to" {
	ended read_to_constant "Invalid guest access: gpa=0x10*, sz=512"
	ended arguments_in_code "Invalid guest access: gpa=0x10*, sz=24"
}

@test "hypercalls and ports that there are not" {
	ended number_zero "Invalid guest hypercall: num=0"
	ended number_nine "Invalid guest port access: port=0x509"
	ended port_byte "Invalid guest port access: port=0x501"
	ended port_in "Invalid guest port access: port=0x501"
	ended port_other "Invalid guest port access: port=0x80"
}

@test "a guest that stops its CPU for good" {
	ended stop_without_end "KVM: unhandled exit: exit_reason=0x5, rip=0x*"
}

@test "a negative exit status is what a process makes of it" {
	hostile halt_negative
	exits_with 255
}

@test "every trick stands in a test" {
	for trick in $(grep -oP '^\t\{"\K[a-z_]+' "$BATS_TEST_DIRNAME/guests/hostile.c"); do
		grep -qE "(hostile|ended|for trick in).*\\b$trick\\b" "$BATS_TEST_FILENAME" || mismatch "a trick" "" "$trick"
	done
}
