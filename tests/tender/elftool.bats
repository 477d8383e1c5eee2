#!/usr/bin/env bats
# solo5-elftool, also `tend elf`: manifests from JSON to C, and the notes of a unikernel.
load common
load elftool

@test "usage: without a command, with an unknown one, with too few or too many operands" {
	for arguments in "" "frobnicate" "gen-manifest" "gen-manifest a" "gen-manifest a b c" "query-abi" "query-abi a b" \
		"query-manifest" "query-manifest a b" "--help"; do
		# shellcheck disable=SC2086 # words
		tender "$ELFTOOL" $arguments
		exits_with 1
		equal "first line" "usage: solo5-elftool COMMAND ..." "${stderr_lines[0]}"
		equal "output" "" "$output"
		# shellcheck disable=SC2086
		tender "$TEND" elf $arguments
		exits_with 1
		equal "first line" "usage: tend elf COMMAND ..." "${stderr_lines[0]}"
	done
}

@test "the generated source declares the note, whoever is asked" {
	json '{"name":"a","type":"NET_BASIC"},{"name":"B1","type":"BLOCK_BASIC"}'
	"$ELFTOOL" gen-manifest "$JSON" "$OUT"
	grep -qF '{ .name = "a", .type = MFT_DEV_NET_BASIC },' "$OUT"
	grep -qF '{ .name = "B1", .type = MFT_DEV_BLOCK_BASIC },' "$OUT"
	grep -qx '#define MFT_ENTRIES 3' "$OUT"
	"$TEND" elf gen-manifest "$JSON" "$OUT.tend"
	cmp "$OUT" "$OUT.tend"
	"$BIN/tend-cc" --target spt -c "$OUT" -o "$BATS_TEST_TMPDIR/manifest.o"
}

@test "standard input and output in place of files" {
	json '{"name":"a","type":"NET_BASIC"}'
	"$ELFTOOL" gen-manifest "$JSON" "$OUT"
	"$ELFTOOL" gen-manifest - - <"$JSON" | cmp - "$OUT"
	"$ELFTOOL" gen-manifest "$JSON" - | cmp - "$OUT"
	"$ELFTOOL" gen-manifest - "$OUT.2" <"$JSON"
	cmp "$OUT" "$OUT.2"
	run --separate-stderr "$ELFTOOL" gen-manifest - - <<<'{'
	program=solo5-elftool
	refused_as '-:*: JSON parse error: *'
}

@test "from JSON to a unikernel and back" {
	json "$(many 63),"
	sed -i 's/,  *\]/]/' "$JSON"
	printf 'int solo5_app_main(const void *info) { return !info; }\n' >"$BATS_TEST_TMPDIR/app.c"
	"$BIN/tend-cc" --target spt --manifest "$JSON" "$BATS_TEST_TMPDIR/app.c" -o "$BATS_TEST_TMPDIR/app.spt"
	jq -S . "$JSON" >"$BATS_TEST_TMPDIR/expected"
	"$ELFTOOL" query-manifest "$BATS_TEST_TMPDIR/app.spt" | jq -S . | cmp - "$BATS_TEST_TMPDIR/expected"
	"$TEND" elf query-manifest "$BATS_TEST_TMPDIR/app.spt" | jq -S . | cmp - "$BATS_TEST_TMPDIR/expected"
}

@test "query-manifest: no devices" {
	"$ELFTOOL" query-manifest "$GUESTS/hello.spt" | jq -e '. == {"type": "solo5.manifest", "version": 1, "devices": []}'
}

@test "query-abi: target and version, of any target" {
	tender "$ELFTOOL" query-abi "$GUESTS/hello.spt"
	exits_with 0
	equal "output" $'{\n  "type": "solo5.abi",\n  "target": "spt",\n  "version": 2\n}' "$output"
	tender "$TEND" elf query-abi "$GUESTS/hello.spt"
	equal "output" $'{\n  "type": "solo5.abi",\n  "target": "spt",\n  "version": 2\n}' "$output"
	local number=1 note
	for name in hvt spt virtio muen genode xen unknown; do
		copy_of hello
		note=$(note_at "$COPY" ABI1 Solo5)
		poke "$COPY" $((note + 20)) "0$number"
		poke "$COPY" $((note + 24)) 07
		"$ELFTOOL" query-abi "$COPY" | jq -e --arg name "$name" '.target == $name and .version == 7'
		number=$((number + 1))
	done
}

@test "a unikernel for another machine can be looked at" {
	copy_of net
	poke "$COPY" 18 b7
	"$ELFTOOL" query-manifest "$COPY" | jq -e '.devices[0].name == "service0"'
}

@test "queries of what is no unikernel" {
	for query in query-abi query-manifest; do
		tender "$ELFTOOL" $query /nowhere/x
		refused "/nowhere/x: Could not open: No such file or directory"
		tender "$ELFTOOL" $query /etc/passwd
		refused_as "/etc/passwd: Invalid or unsupported executable: not an ELF file"
		tender "$TEND" elf $query /etc/passwd
		refused_as "/etc/passwd: Invalid or unsupported executable: not an ELF file"
	done
}

@test "queries of a unikernel whose notes are missing or malformed" {
	copy_of block
	poke "$COPY" $(($(note_at "$COPY" ABI1 Solo5) + 12)) 73
	tender "$ELFTOOL" query-abi "$COPY"
	refused "$COPY: No Solo5 ABI information found in executable"
	local note
	note=$(note_at "$COPY" MFT1 Solo5)
	poke "$COPY" $((note + 24)) 02
	tender "$ELFTOOL" query-manifest "$COPY"
	refused "$COPY: Manifest validation failed"
	poke "$COPY" $((note + 4)) 00 00
	tender "$ELFTOOL" query-manifest "$COPY"
	refused_as "$COPY: *note does not fall within valid size"
	poke "$COPY" $((note + 12)) 73
	tender "$ELFTOOL" query-manifest "$COPY"
	refused "$COPY: No Solo5 manifest found in executable"
}

@test "query results that cannot be written are an error" {
	for query in query-abi query-manifest; do
		run bash -c '"$0" "$1" "$2" 2>&1 >/dev/full' "$ELFTOOL" $query "$GUESTS/net.spt"
		exits_with 1
		equal "message" "solo5-elftool: standard output: could not write" "$output"
	done
}
