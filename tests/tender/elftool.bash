# Manifests in JSON for solo5-elftool. Load behind common.
# shellcheck shell=bash disable=SC2034 # the tests use these

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
