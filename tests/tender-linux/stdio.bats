#!/usr/bin/env bats
# Standard descriptors, the trace and the counters.
load linux

# Of the three standard descriptors, as the kernel is told.
kinds() {
	grep ^stdio "$1" | awk '{ print $2 }' | paste -sd ' '
}

# linux_image_fd FD FILE ARGS...: with the file open as that descriptor.
linux_image_fd() {
	local fd=$1 image=$2

	shift 2
	# Not the one that bats has for itself.
	run --separate-stderr bash -c "exec $fd<'$image'; exec \"\$@\"" - timeout "$PATIENCE" "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image-fd="$fd" "$@"
}

report_with() {
	bash -c '"$0" --kernel="$1" --image="$2" --trace=9 -- /report-trace '"$1" "$PUBLIC/tend-linux" "$PUBLIC/kernel-stub.elf" \
		"$PUBLIC/image" 9>"$BATS_TEST_TMPDIR/report" 3>&- 4>&-
	kinds "$BATS_TEST_TMPDIR/report"
}

@test "kinds: files, pipes, /dev/null, terminals, closed" {
	equal "files" "stream stream stream" "$(report_with "<$PUBLIC/image >$BATS_TEST_TMPDIR/out 2>&1")"
	equal "null" "null null null" "$(report_with '</dev/null >/dev/null 2>&1')"
	equal "pipes" "stream stream null" "$(true | report_with '2>/dev/null | cat')"
	equal "closed" "closed closed closed" "$(report_with '<&- >&- 2>&-')"
	equal "closed" "closed stream closed" "$(report_with "<&- >$BATS_TEST_TMPDIR/out 2>&-")"
	equal "closed" "null closed null" "$(report_with '</dev/null >&- 2>/dev/null')"
	script -qec "stty rows 33 cols 99; $PUBLIC/tend-linux --kernel=$PUBLIC/kernel-stub.elf --image=$PUBLIC/image -- /report" \
		/dev/null </dev/null >"$BATS_TEST_TMPDIR/tty"
	equal "terminal" "stdio tty 2 33 99" "$(grep -a ^stdio "$BATS_TEST_TMPDIR/tty" | tr -d '\r' | uniq)"
}

@test "no file takes the place of a closed standard descriptor" {
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		run bash -c '"$0" --kernel="$1" --image="$2" -- /check '"$closed" "$PUBLIC/tend-linux" "$PUBLIC/kernel-stub.elf" \
			"$PUBLIC/image" 3>&- 4>&-
		exits_with 0
	done
	image_make "$BATS_TEST_TMPDIR/image"
	cmp "$PUBLIC/image" "$BATS_TEST_TMPDIR/image"
}

@test "the trace goes to the given descriptor, whatever its number" {
	for fd in 3 5 7 200; do
		bash -c "exec $fd>$BATS_TEST_TMPDIR/trace 4>&-; exec \"\$@\"" - "$PUBLIC/tend-linux" --trace=$fd \
			--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /report-trace
		grep -qx "hostname tend" "$BATS_TEST_TMPDIR/trace"
	done
	linux --trace=77 -- /hello
	refused "--trace=77: Bad file descriptor"
	linux --stat=77 -- /hello
	refused "--stat=77: Bad file descriptor"
}

@test "the image comes by descriptor, whatever its number and whatever has its name by now" {
	local fd

	for fd in 3 5 7 200; do
		linux_image_fd "$fd" "$PUBLIC/image" --image=/nowhere -- /hello
		exits_with 0
	done
	program=tend
	linux_image_fd 5 "$PUBLIC/kernel-stub.elf" --image=/nowhere -- /hello
	refused "/nowhere: Not an image"
	linux_image_fd 5 "$PUBLIC" -- /hello
	refused "--image-fd: Not a file"
	run --separate-stderr "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image-fd=77 -- /hello
	refused "--image-fd=77: Bad file descriptor"
}

@test "counters are written when the guest has ended, whatever it put there" {
	linux --stat=1 -- /statistics
	exits_with 0
	output=$(tr -s ' ' <<<"$output")
	for line in "library_calls 131330" "traps 2" "faults 0" "arena_bytes 0" "host_call read 1" \
		"host_call sigaltstack 15" "call read 1" "call write 1" "call 511 512" "unknown 511 1" "unknown_other 3"; do
		grep -qx "$line" <<<"$output" || mismatch "a line" "$line" "$output"
	done
	equal "lines" $((4 + 15 + 512 + 1 + 1)) "$(wc -l <<<"$output")"
	linux --stat=1 -- /forbidden
	exits_with 159
	grep -qx "unknown_other *0" <<<"$output"
}
