#!/usr/bin/env bats
# The notes of a unikernel: which ABI it is for and its manifest. What is missing, malformed or foreign is refused.
load common

refuses_copy() {
	spt "$COPY"
	refused_as "$COPY: $1"
}

abi_note() {
	copy_of hello
	NOTE=$(note_at "$COPY" ABI1 Solo5)
}

@test "no Solo5 note" {
	abi_note
	poke "$COPY" $((NOTE + 8)) 00
	spt "$COPY"
	refused "$COPY: No Solo5 ABI information found in executable"
	abi_note
	poke "$COPY" $((NOTE + 12)) 73
	spt "$COPY"
	refused "$COPY: No Solo5 ABI information found in executable"
}

@test "a unikernel of another target" {
	for target in 00 01 03 04 05 06 ff; do
		abi_note
		poke "$COPY" $((NOTE + 20)) "$target"
		spt "$COPY"
		refused "$COPY: Executable is not for the solo5-spt target"
		# Target 1 is a virtual machine's: tests/hvt.
		[ "$target" = 01 ] && continue
		tender "$TEND" run "$COPY"
		refused "$COPY: Executable is not for the solo5-spt or the solo5-hvt target"
	done
}

@test "ABI versions 1 and 2 run, others are refused" {
	for version in 1 2; do
		abi_note
		poke "$COPY" $((NOTE + 24)) "0$version"
		spt --mem=32 "$COPY"
		succeeds
	done
	for version in 0 3 255; do
		abi_note
		poke "$COPY" $((NOTE + 24)) "$(printf %02x "$version")"
		spt "$COPY"
		refused "$COPY: Executable requests unsupported ABI version $version"
	done
}

@test "malformed ABI notes" {
	for size in 00 21 ff; do
		abi_note
		poke "$COPY" $((NOTE + 4)) "$size"
		refuses_copy "*note does not fall within valid size"
	done
}

manifest_note() {
	copy_of block
	NOTE=$(note_at "$COPY" MFT1 Solo5)
}

@test "no manifest" {
	manifest_note
	poke "$COPY" $((NOTE + 8)) 00
	spt "$COPY"
	refused "$COPY: No Solo5 manifest found in executable"
}

@test "malformed manifest notes" {
	for size in "00 00" "04 00" "0d 1a" "ff ff"; do
		manifest_note
		# shellcheck disable=SC2086
		poke "$COPY" $((NOTE + 4)) $size
		refuses_copy "*note does not fall within valid size"
	done
}

# The manifest begins at offset 24 of its note, entry n at 8 + 104 n of it.
manifest_refused() {
	manifest_note
	# shellcheck disable=SC2086
	poke "$COPY" $((NOTE + 24 + $1)) $2
	spt "$COPY"
	refused "$COPY: Solo5 manifest is invalid"
}

@test "invalid manifests" {
	manifest_refused 0 00
	manifest_refused 0 02
	manifest_refused 4 00
	manifest_refused 4 01
	manifest_refused 4 03
	manifest_refused 4 "ff ff ff ff"
	# the reserved entry: its type, its name, its attachment
	manifest_refused $((8 + 68)) 01
	manifest_refused 8 41
	manifest_refused $((8 + 96)) 01
	# the device: no end of its name, no name, a name that is not one, attachment
	manifest_refused $((8 + 104 + 67)) 41
	manifest_refused $((8 + 104)) 00
	manifest_refused $((8 + 104)) 1b
	manifest_refused $((8 + 104 + 96)) 01
}

@test "a Tend note of a version to come" {
	copy_of hello
	poke "$COPY" $(($(note_at "$COPY" TND1 Tend) + 20)) 02
	refuses_copy "*version 2*"
}
