#!/usr/bin/env bats
# solo5-elftool, also `tend elf`: manifests from JSON to C, and the notes of a unikernel.
load common

ELFTOOL=$BIN/solo5-elftool

setup() {
	JSON=$BATS_TEST_TMPDIR/manifest.json
	OUT=$BATS_TEST_TMPDIR/manifest.c
}

# json DEVICES: a manifest with these.
json() {
	printf '{ "type": "solo5.manifest", "version": 1, "devices": [ %s ] }\n' "$1" >"$JSON"
}

# many COUNT: that many devices.
many() {
	seq -s , -f '{"name":"d%g","type":"BLOCK_BASIC"}' "$1"
}

# gen_refused TEXT: gen-manifest says this about the file and writes nothing.
gen_refused() {
	tender "$ELFTOOL" gen-manifest "$JSON" "$OUT"
	refused "$JSON: $1" && refute [ -e "$OUT" ]
}

# source_refused JSON TEXT
source_refused() {
	printf '%s\n' "$1" >"$JSON"
	gen_refused "$2"
}

device_refused() {
	json "$1"
	gen_refused ".devices[0]$2"
}

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
		equal "first line" "usage: tend COMMAND ..." "${stderr_lines[0]}"
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

@test "gen-manifest: 63 devices are the most" {
	json "$(many 63)"
	"$ELFTOOL" gen-manifest "$JSON" "$OUT"
	rm "$OUT"
	json "$(many 64)"
	gen_refused ".devices[]: too many entries, maximum 63"
}

@test "gen-manifest: what is not JSON" {
	for text in "" "{" "not json" '{"type":"solo5.manifest",}' '{"version":1,"version":1}'; do
		printf '%s' "$text" >"$JSON"
		tender "$ELFTOOL" gen-manifest "$JSON" "$OUT"
		refused_as "$JSON:*: JSON parse error: *"
		refute [ -e "$OUT" ]
	done
}

@test "gen-manifest: a root that is no object" {
	source_refused '[]' "(root): expected OBJECT, got ARRAY"
	source_refused '"x"' "(root): expected OBJECT, got STRING"
	source_refused '1' "(root): expected OBJECT, got INTEGER"
	source_refused '1.5' "(root): expected OBJECT, got REAL"
	source_refused 'true' "(root): expected OBJECT, got BOOLEAN"
	source_refused 'null' "(root): expected OBJECT, got NULL"
}

@test "gen-manifest: unknown keys" {
	source_refused '{"type":"solo5.manifest","version":1,"devices":[],"x":1}' "(root): unknown key: x"
	device_refused '{"name":"a","type":"NET_BASIC","mtu":1}' ": unknown key: mtu"
}

@test "gen-manifest: missing keys" {
	source_refused '{"version":1,"devices":[]}' "missing .type"
	source_refused '{"type":"solo5.manifest","devices":[]}' "missing .version"
	source_refused '{"type":"solo5.manifest","version":1}' "missing .devices[]"
	device_refused '{"type":"NET_BASIC"}' ": missing .name"
	device_refused '{"name":"a"}' ": missing .type"
}

@test "gen-manifest: values of the wrong type" {
	source_refused '{"type":1,"version":1,"devices":[]}' ".type: expected STRING, got INTEGER"
	source_refused '{"type":"solo5.manifest","version":"1","devices":[]}' ".version: expected INTEGER, got STRING"
	source_refused '{"type":"solo5.manifest","version":1.0,"devices":[]}' ".version: expected INTEGER, got REAL"
	source_refused '{"type":"solo5.manifest","version":1,"devices":{}}' ".devices: expected ARRAY, got OBJECT"
	device_refused '1' ": expected OBJECT, got INTEGER"
	device_refused '{"name":1,"type":"NET_BASIC"}' ".name: expected STRING, got INTEGER"
	device_refused '{"name":"a","type":null}' ".type: expected STRING, got NULL"
}

@test "gen-manifest: wrong values" {
	source_refused '{"type":"solo5","version":1,"devices":[]}' '.type: invalid value, expected "solo5.manifest"'
	source_refused '{"type":"solo5.manifest","version":2,"devices":[]}' ".version: invalid version 2, expected 1"
	device_refused '{"name":"a","type":"NET"}' ': .type: invalid value, expected "NET_BASIC" or "BLOCK_BASIC"'
}

@test "gen-manifest: names" {
	local longest
	longest=$(printf '%067d' 0)
	json "{\"name\":\"$longest\",\"type\":\"NET_BASIC\"}"
	"$ELFTOOL" gen-manifest "$JSON" "$OUT"
	rm "$OUT"
	device_refused "{\"name\":\"${longest}0\",\"type\":\"NET_BASIC\"}" ": name too long, maximum 67 characters"
	device_refused '{"name":"","type":"NET_BASIC"}' ": .name may not be empty"
	for name in a-b a_b 'a b' 'a\"b' ä; do
		device_refused "{\"name\":\"$name\",\"type\":\"NET_BASIC\"}" ": name is not alphanumeric"
	done
	tender "$ELFTOOL" gen-manifest - - < <(printf '{"type":"solo5.manifest","version":1,"devices":[{"name":"a\\u0000b","type":"NET_BASIC"}]}')
	exits_with 1
}

@test "gen-manifest: a name that stands twice" {
	json '{"name":"a","type":"NET_BASIC"},{"name":"b","type":"NET_BASIC"},{"name":"a","type":"BLOCK_BASIC"}'
	gen_refused ".devices[2]: the name a stands twice"
}

@test "gen-manifest: the first wrong device is the one named" {
	json '{"name":"a","type":"NET_BASIC"},{"name":"b"},{"type":"x"}'
	gen_refused ".devices[1]: missing .type"
}

@test "gen-manifest: a source that cannot be read" {
	gen_refused "Could not open for reading: No such file or directory"
	tender "$ELFTOOL" gen-manifest "$BATS_TEST_TMPDIR" "$OUT"
	exits_with 1
	refute [ -e "$OUT" ]
}

@test "gen-manifest: an output that cannot be written" {
	json ''
	tender "$ELFTOOL" gen-manifest "$JSON" "$BATS_TEST_TMPDIR/no/such"
	refused "$BATS_TEST_TMPDIR/no/such: Could not open for writing: No such file or directory"
	tender "$ELFTOOL" gen-manifest "$JSON" /dev/full
	refused "/dev/full: Could not write: No space left on device"
	echo old >"$OUT"
	echo '{' >"$JSON"
	tender "$ELFTOOL" gen-manifest "$JSON" "$OUT"
	exits_with 1
	equal "the old output" old "$(cat "$OUT")"
}
