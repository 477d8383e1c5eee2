#!/usr/bin/env bats
# Executables and memory sizes the tender must refuse: one line that names the cause, status 1, nothing run.
load common

refuses_copy() {
	spt "$COPY"
	refused_as "$COPY: $1"
}

@test "KERNEL that is missing, unreadable or no file" {
	spt "$BATS_TEST_TMPDIR/nothing"
	refused "$BATS_TEST_TMPDIR/nothing: Could not open: No such file or directory"
	spt "$GUESTS/hello.spt/x"
	refused "$GUESTS/hello.spt/x: Could not open: Not a directory"
	spt ""
	refused ": Could not open: No such file or directory"
	spt "$BATS_TEST_TMPDIR"
	refused_as "$BATS_TEST_TMPDIR: Could not read*: Is a directory"
}

@test "KERNEL that the user may not read" {
	public_make
	chmod 600 "$PUBLIC/hello.spt"
	tender "${AS_USER[@]}" "$PUBLIC/solo5-spt" "$PUBLIC/hello.spt"
	program=solo5-spt
	refused "$PUBLIC/hello.spt: Could not open: Permission denied"
}

@test "KERNEL that is no ELF file" {
	COPY=$BATS_TEST_TMPDIR/text
	: >"$COPY"
	refuses_copy "Invalid or unsupported executable: *"
	echo "#!/bin/sh" >"$COPY"
	refuses_copy "Invalid or unsupported executable: *"
	head -c 4096 /dev/zero >"$COPY"
	refuses_copy "Invalid or unsupported executable: not an ELF file"
}

@test "KERNEL that is an ordinary program" {
	spt /bin/true
	refused_as "/bin/true: Invalid or unsupported executable: *"
}

# Fields of the ELF header: offset, bytes, what must be said about it.
header_refused() {
	copy_of hello
	# shellcheck disable=SC2086 # bytes are words
	poke "$COPY" "$1" $2
	refuses_copy "Invalid or unsupported executable: $3"
}

@test "an ELF header of another kind of machine, class, byte order, version or type" {
	header_refused 4 01 "*64-bit*"
	header_refused 5 02 "*little-endian*"
	header_refused 6 00 "*version*"
	header_refused 20 02 "*version*"
	header_refused 18 b7 "*built for aarch64*"
	header_refused 18 15 "*built for ppc64*"
	header_refused 18 03 "*another machine*"
	header_refused 16 03 "*type 3*"
	header_refused 16 01 "*type 1*"
	header_refused 52 3f "*"
	header_refused 54 37 "*"
}

@test "an ELF header without program headers, with too many, or with them elsewhere" {
	header_refused 56 "00 00" "*"
	header_refused 56 "ff ff" "*"
	header_refused 32 "00 00 00 7f" "*"
	header_refused 32 "ff ff ff ff ff ff ff ff" "*"
}

@test "an entry point outside of memory" {
	header_refused 24 "ff ff 0f 00 00 00 00 00" "*entry*"
	header_refused 24 "00 00 00 20 00 00 00 00" "*entry*"
}

# segment_end INDEX: where the bytes of that program header's segment end in the copy.
segment_end() {
	local header=$((64 + $1 * 56)) offset size

	offset=$(od -An -tu8 -j $((header + 8)) -N 8 "$COPY")
	size=$(od -An -tu8 -j $((header + 32)) -N 8 "$COPY")
	echo $((offset + size))
}

@test "a file cut off in the header, the program headers or before its notes" {
	for size in 1 63 64 119 400 4095 4097; do
		copy_of hello
		truncate -s "$size" "$COPY"
		refuses_copy "*"
	done
}

@test "a file cut off in a segment" {
	for index in 2 3; do
		copy_of globals
		truncate -s $(($(segment_end $index) - 1)) "$COPY"
		refuses_copy "*"
	done
}

# Fields of the program header of the text segment, the second: offset, bytes.
segment_refused() {
	copy_of hello
	# shellcheck disable=SC2086
	poke "$COPY" $((64 + 56 + $1)) $2
	spt --mem=32 "$COPY"
	refused_as "$COPY: *phdr?1?*$3"
}

@test "segments that are misplaced, misaligned or both writable and executable" {
	segment_refused 4 07 "WRITE and EXEC permissions"
	segment_refused 16 "00 00 0f" "*"
	segment_refused 16 "00 00 00 00 00 00 00 80" "*"
	segment_refused 32 "ff ff ff ff ff ff ff ff" "*"
	segment_refused 40 "01 00 00 00 00 00 00 00" "*"
	segment_refused 40 "ff ff ff ff ff ff ff ff" "*"
	segment_refused 48 "03" "*"
	segment_refused 48 "00 00" "*"
	segment_refused 48 "01 00" "*"
}

@test "segments whose bytes lie behind the file's end" {
	segment_bytes_missing() {
		copy_of globals
		poke "$COPY" $((64 + $1 * 56 + 8)) 00 "$2" 10
		spt --mem=32 "$COPY"
		refused_as "$COPY: *"
	}
	segment_bytes_missing 1 00
	segment_bytes_missing 1 08
	segment_bytes_missing 3 00
}

@test "segments that overlap" {
	copy_of hello
	poke "$COPY" $((64 + 2 * 56 + 16)) 00 00 10
	spt --mem=32 "$COPY"
	refused_as "$COPY: *phdr?2?*"
}

@test "an amount of memory beyond what can be mapped" {
	spt --mem=1000000 "$GUESTS/hello.spt"
	refused_as "--mem=1000000 is more than this tender can map, * MiB"
	spt --mem=9223372036854775807 "$GUESTS/hello.spt"
	refused_as "*--mem*"
}

@test "an amount of memory that the user's limits do not allow" {
	tender prlimit --as=$((100 << 20)) "$SPT" --mem=512 "$GUESTS/hello.spt"
	program=solo5-spt
	refused_as "*512 MiB: Cannot allocate memory"
}

@test "errors are told with every standard descriptor closed or not" {
	run bash -c '"$0" /nowhere <&- >&- 2>&-' "$SPT"
	exits_with 1
	run bash -c '"$0" /nowhere 2>&1 <&-' "$SPT"
	exits_with 1
	equal "output" "solo5-spt: /nowhere: Could not open: No such file or directory" "$output"
}

@test "root without the right to become somebody else is refused" {
	tender setpriv --bounding-set=-setuid,-setgid "$SPT" "$GUESTS/hello.spt"
	program=solo5-spt
	refused_as "Could not give up uid 0: Operation not permitted; *"
}

teardown() {
	public_remove
}
