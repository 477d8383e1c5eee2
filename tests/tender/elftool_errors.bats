#!/usr/bin/env bats
# solo5-elftool gen-manifest: what is wrong with a manifest in JSON is said in one line, and nothing is written.
load common
load elftool

# gen_refused TEXT [LINE]: gen-manifest says this about that line of the file and writes nothing.
gen_refused() {
	tender "$ELFTOOL" gen-manifest "$JSON" "$OUT"
	refused "$JSON:${2:-1}: $1" && refute [ -e "$OUT" ]
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
	device_refused '{"name":"a","type":"NET"}' '.type: invalid value, expected "NET_BASIC" or "BLOCK_BASIC"'
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

@test "gen-manifest: errors name the line" {
	cat >"$JSON" <<-'END'
		{
		  "type": "solo5.manifest",
		  "version": 2,
		  "devices": [
		    { "name": "first", "type": "NET_BASIC" },
		    {
		      "name": "sec-ond",
		      "type": "NET_BASIC"
		    }
		  ]
		}
	END
	gen_refused ".version: invalid version 2, expected 1" 3
	sed -i 's/2,/1,/' "$JSON"
	gen_refused ".devices[1]: name is not alphanumeric" 7
	sed -i 's/sec-ond/first/' "$JSON"
	gen_refused ".devices[1]: the name first stands twice" 7
}

@test "gen-manifest: a source that cannot be read" {
	tender "$ELFTOOL" gen-manifest "$JSON" "$OUT"
	refused "$JSON: Could not open for reading: No such file or directory"
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
