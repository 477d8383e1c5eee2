#!/usr/bin/env bats
# The tender's command line: options, what the guest sees of it, messages and exit statuses.
load common

line() {
	equal "what the guest saw" "Command line is: '$1'" "${said[-2]}"
}

@test "--help: the usage text on standard error, status 1" {
	spt --help
	exits_with 1
	equal "output" "" "$output"
	[ "${stderr_lines[0]}" = "usage: solo5-spt [ OPTIONS ] [ -- ] KERNEL [ ARGS ]" ]
	for option in --help --version --mem= --x-exec-heap --net: --net-mac: --block: --block-sector-size:; do
		grep -qe "$option" <<<"$stderr"
	done
}

@test "--version: the versions on standard error, status 0" {
	spt --version
	exits_with 0
	equal "output" "" "$output"
	equal "standard error" "solo5-spt tender, version $(cat "$ROOT/VERSION")"$'\n'"ABI version 2" "$stderr"
}

@test "--help and --version win over what else stands before KERNEL" {
	spt --bogus --mem=x --version
	exits_with 0
	spt --bogus --help "$GUESTS/hello.spt"
	exits_with 1
	[ "${stderr_lines[0]}" = "usage: solo5-spt [ OPTIONS ] [ -- ] KERNEL [ ARGS ]" ]
}

@test "--help and --version behind KERNEL are the guest's" {
	guest hello --help --version
	exits_with 0
	line "--help --version"
}

@test "no KERNEL: a message and the usage text" {
	for arguments in "" "--" "--mem=32" "--mem=32 --"; do
		# shellcheck disable=SC2086 # words
		spt $arguments
		refused_with_usage "Missing KERNEL operand"
	done
}

@test "an unknown option: a message and the usage text" {
	for option in --bogus -h - --me=3 --memory=3 --mem --help=1 --version1 --x-exec-heap=1 --x-exec-heaps --net --net=a=b; do
		spt "$option" "$GUESTS/hello.spt"
		refused_with_usage "Invalid option: \`$option'"
	done
}

@test "the first unknown option is the one named" {
	spt --mem=32 --first --second "$GUESTS/hello.spt"
	refused_with_usage "Invalid option: \`--first'"
}

@test "messages begin with the last component of the program's name" {
	ln -s "$SPT" "$BATS_TEST_TMPDIR/another name"
	tender "$BATS_TEST_TMPDIR/another name"
	refused_with_usage "Missing KERNEL operand"
	tender "$BATS_TEST_TMPDIR/another name" /nowhere/x
	refused "/nowhere/x: Could not open: No such file or directory"
	run --separate-stderr bash -c 'exec -a plain "$0" /nowhere/x' "$SPT"
	program=plain
	refused "/nowhere/x: Could not open: No such file or directory"
}

@test "a guest runs under a tender called by another name" {
	ln -s "$SPT" "$BATS_TEST_TMPDIR/link"
	tender "$BATS_TEST_TMPDIR/link" --mem=32 "$GUESTS/hello.spt"
	succeeds
}

@test "-- ends the options" {
	spt --mem=32 -- "$GUESTS/hello.spt" x
	exits_with 0
	line x
	spt -- --help
	refused "--help: Could not open: No such file or directory"
}

@test "a second -- is KERNEL, and one behind KERNEL is the guest's" {
	spt -- --
	refused "--: Could not open: No such file or directory"
	guest hello -- x
	line "-- x"
}

@test "options behind KERNEL are the guest's" {
	guest hello --mem=1 --bogus
	exits_with 0
	line "--mem=1 --bogus"
}

@test "malformed amounts of memory" {
	for value in "" 0 00 -1 +1 x 32x " 32" 32M 0x20 1.5 18446744073709551616 99999999999999999999999; do
		spt "--mem=$value" "$GUESTS/hello.spt"
		refused "Malformed argument to --mem"
	done
}

@test "the last --mem wins" {
	spt --mem=64 --mem=8 "$GUESTS/hello.spt"
	[[ $output == *"Memory map: 8 MB addressable"* ]]
	spt --mem=8 --mem=64 "$GUESTS/hello.spt"
	[[ $output == *"Memory map: 64 MB addressable"* ]]
	spt --mem=8 --mem=x "$GUESTS/hello.spt"
	refused "Malformed argument to --mem"
}

@test "512 MiB without --mem" {
	spt "$GUESTS/hello.spt"
	[[ $output == *"Memory map: 512 MB addressable"* ]]
}

@test "hundreds of options" {
	many=$(printf -- '--mem=%d ' $(seq 2 800))
	# shellcheck disable=SC2086 # words
	spt $many --mem=16 "$GUESTS/hello.spt"
	succeeds
	[[ $output == *"Memory map: 16 MB addressable"* ]]
}

@test "no arguments: an empty command line" {
	guest hello
	line ""
}

@test "arguments are joined by one space" {
	guest hello a bc "" d "  e " ""
	exits_with 0
	line "a bc  d   e  "
}

@test "braces, quotes, spaces, backslashes and bytes above 127 in one argument arrive unchanged" {
	json='{"cmdline":"redis-server \"/data/c.conf\"","net":{"if":"ukvmif0",,"addr":"10.0.0.2"}}'
	guest hello "$json"
	line "$json"
	guest hello '$HOME `x` \n % %s * ~ # ; & | < > ( )' $'tab\tand \xc3\xa4'
	line '$HOME `x` \n % %s * ~ # ; & | < > ( )'$' tab\tand \xc3\xa4'
}

@test "a command line of 8191 characters arrives whole, in one argument or many" {
	long=$(printf '%8191s' '' | tr ' ' x)
	guest hello "$long"
	exits_with 0
	line "$long"
	# 4096 arguments of one character and 4095 spaces
	# shellcheck disable=SC2046 # words
	guest hello $(yes y | head -n 4096)
	exits_with 0
	line "$(yes y | head -n 4096 | paste -sd ' ')"
}

@test "a command line of 8192 characters is refused, in one argument or many" {
	guest hello "$(printf '%8192s' '' | tr ' ' x)"
	refused "Guest command line too long (max=8191 characters)"
	# shellcheck disable=SC2046
	guest hello $(yes y | head -n 4095) yy ""
	refused "Guest command line too long (max=8191 characters)"
	guest hello "$(printf '%100000s' '')"
	refused "Guest command line too long (max=8191 characters)"
}

@test "--x-exec-heap warns, and makes heap and stack executable" {
	for name in execute_heap execute_stack; do
		spt --mem=32 --x-exec-heap "$GUESTS/$name.spt"
		exits_with 1
		says "FAILURE: survived"
		[[ $stderr == "solo5-spt: WARNING: "*--x-exec-heap* && ${#stderr_lines[@]} -eq 1 ]]
	done
}

@test "--x-exec-heap leaves code, constants and data as they are" {
	for name in write_text write_rodata execute_rodata execute_data; do
		spt --mem=32 --x-exec-heap "$GUESTS/$name.spt"
		dies_of SEGV
	done
}

@test "tend run starts a unikernel, with the tender's options and the guest's arguments" {
	tender "$TEND" run --mem=16 -- "$GUESTS/hello.spt" one "two three"
	succeeds
	line "one two three"
	[[ $output == *"Memory map: 16 MB addressable"* ]]
	equal "standard error" "" "$stderr"
}

@test "tend run: exit statuses and signals come through" {
	tender "$TEND" run "$GUESTS/exit.spt" 64
	exits_with 64
	tender "$TEND" run "$GUESTS/seccomp.spt"
	dies_of SYS
}

@test "tend run says what the tender says, under the name tend" {
	tender "$TEND" run
	refused_as "usage: tend run *"
	tender "$TEND" run --bogus "$GUESTS/hello.spt"
	refused_with_usage "Invalid option: \`--bogus'"
	tender "$TEND" run /nowhere/x
	refused "/nowhere/x: No such file or directory"
	tender "$TEND" run "$GUESTS/block.spt"
	refused "Device 'storage' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
}

@test "tend run: options may be written as for Linux programs" {
	tender "$TEND" run --mem 16 "$GUESTS/hello.spt" x
	succeeds
	[[ $output == *"Memory map: 16 MB addressable"* ]]
	tender "$TEND" run -m 16 "$GUESTS/hello.spt" -m 17
	line "-m 17"
	tender "$TEND" run -w / "$GUESTS/hello.spt"
	refused_with_usage "Invalid option: \`--workdir=/'"
}

@test "tend run finds the tender beside itself, through a symbolic link and from anywhere" {
	ln -s "$TEND" "$BATS_TEST_TMPDIR/linked"
	cd /
	tender "$BATS_TEST_TMPDIR/linked" run --mem=32 "$GUESTS/hello.spt"
	succeeds
	cp "$TEND" "$BATS_TEST_TMPDIR/tend"
	tender "$BATS_TEST_TMPDIR/tend" run "$GUESTS/hello.spt"
	refused_as "$BATS_TEST_TMPDIR/solo5-spt: No such file or directory; *"
}

@test "tend: usage, version, unknown commands" {
	tender "$TEND" --help
	exits_with 0
	[ "${lines[0]}" = "usage: tend COMMAND ..." ]
	tender "$TEND"
	exits_with 1
	[ "${stderr_lines[0]}" = "usage: tend COMMAND ..." ]
	tender "$TEND" --version
	exits_with 0
	equal "output" "tend $(cat "$ROOT/VERSION")" "$output"
	tender "$TEND" frobnicate
	refused_as "frobnicate: no such command; *"
}
