#!/usr/bin/env bats
# Block devices: what the guest reads and writes is what the file holds, and nothing beyond it.
load common

setup() {
	IMAGE=$BATS_TEST_TMPDIR/image
	LOOP=
}

teardown() {
	[ -z "$LOOP" ] || losetup -d "$LOOP"
	public_remove
	guest_stop
}

# block OPTION... FILE: the block test on it.
block() {
	local file=${!#}

	spt --mem=32 "${@:1:$#-1}" --block:storage="$file" "$GUESTS/block.spt"
}

# expected_image BYTES BLOCK_BYTES: what the block test leaves on a device, one number per byte and line.
expected_image() {
	awk -v size="$1" -v block="$2" 'BEGIN {
		many = 16 * block
		for (at = 0; at < size - many; at++)
			print (int(at / block) * block / 512 * 7 + at % block % 251) % 256
		for (i = 0; i < many; i++)
			print i * 13 % 256
	}'
}

image_is_as_expected() {
	od -An -v -tu1 -w1 "$1" | tr -d ' ' | cmp - <(expected_image "$2" "$3")
	equal "size" "$2" "$(stat -Lc %s "$1")"
}

@test "every block is read and written, the last one too, and nothing beyond" {
	truncate -s 64K "$IMAGE"
	block "$IMAGE"
	succeeds
	image_is_as_expected "$IMAGE" 65536 512
}

@test "blocks of 4096 bytes" {
	truncate -s 128K "$IMAGE"
	block --block-sector-size:storage=4096 "$IMAGE"
	succeeds
	image_is_as_expected "$IMAGE" 131072 4096
}

@test "every block size, before or behind the device's option" {
	for size in 512 1024 2048 4096 8192 16384 32768; do
		rm -f "$IMAGE"
		truncate -s $((17 * size)) "$IMAGE"
		block --block-sector-size:storage=$size "$IMAGE"
		succeeds
		spt --mem=32 --block:storage="$IMAGE" --block-sector-size:storage=$size "$GUESTS/block.spt"
		succeeds
		equal "size" $((17 * size)) "$(stat -c %s "$IMAGE")"
	done
}

@test "a device of one block more than the test needs, and of an odd number of blocks" {
	for blocks in 16 17 129; do
		rm -f "$IMAGE"
		truncate -s $((blocks * 512)) "$IMAGE"
		block "$IMAGE"
		succeeds
		image_is_as_expected "$IMAGE" $((blocks * 512)) 512
	done
}

@test "a guest without Tend's note writes block by block, one per host call" {
	truncate -s 64K "$IMAGE"
	foreign_copy_of block
	spt --mem=32 --block:storage="$IMAGE" "$COPY"
	succeeds
	image_is_as_expected "$IMAGE" 65536 512
}

@test "a guest that writes behind the end is killed and the file unchanged, whatever its bindings" {
	for make in copy_of foreign_copy_of; do
		$make block_beyond
		rm -f "$IMAGE"
		truncate -s 64K "$IMAGE"
		spt --mem=32 --block:storage="$IMAGE" "$COPY"
		dies_of SYS
		equal "size" 65536 "$(stat -c %s "$IMAGE")"
		cmp -n 65536 "$IMAGE" /dev/zero
	done
}

@test "the host's block device" {
	truncate -s 64K "$IMAGE"
	LOOP=$(losetup --find --show "$IMAGE")
	block "$LOOP"
	succeeds
	losetup -d "$LOOP"
	LOOP=
	image_is_as_expected "$IMAGE" 65536 512
}

@test "63 devices, each its own" {
	options=()
	for i in $(seq 0 62); do
		truncate -s 1024 "$IMAGE$i"
		options+=("--block:storage$i=$IMAGE$i")
	done
	spt --mem=32 "${options[@]}" "$GUESTS/max_devices.spt"
	succeeds
	for i in $(seq 0 62); do
		equal "device $i" "$i" "$(od -An -tu1 -j 512 -N 1 "$IMAGE$i" | tr -d ' ')"
		equal "size of device $i" 1024 "$(stat -c %s "$IMAGE$i")"
		cmp -n 512 "$IMAGE$i" /dev/zero
	done
}

@test "one of 63 devices is missing" {
	options=()
	for i in $(seq 0 61); do
		truncate -s 1024 "$IMAGE$i"
		options+=("--block:storage$i=$IMAGE$i")
	done
	spt --mem=32 "${options[@]}" "$GUESTS/max_devices.spt"
	refused "Device 'storage62' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
}

@test "the last of several files for one device wins; the others are not touched" {
	truncate -s 64K "$IMAGE" "$IMAGE.first"
	block --block:storage="$IMAGE.first" "$IMAGE"
	succeeds
	cmp -n 65536 "$IMAGE.first" /dev/zero
	image_is_as_expected "$IMAGE" 65536 512
}

@test "a device that is declared but not attached" {
	spt "$GUESTS/block.spt"
	refused "Device 'storage' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
	spt --block-sector-size:storage=4096 "$GUESTS/block.spt"
	refused "Device 'storage' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
}

@test "a device that is not declared, or of another type" {
	truncate -s 64K "$IMAGE"
	spt --block:other="$IMAGE" "$GUESTS/block.spt"
	refused "Resource not declared in manifest: 'other'"
	spt --block:storage="$IMAGE" "$GUESTS/hello.spt"
	refused "Resource not declared in manifest: 'storage'"
	spt --block:service0="$IMAGE" "$GUESTS/net.spt"
	refused "Resource not declared in manifest: 'service0'"
	spt --block-sector-size:other=512 --block:storage="$IMAGE" "$GUESTS/block.spt"
	refused "Resource not declared in manifest: 'other'"
	cmp -n 65536 "$IMAGE" /dev/zero
}

@test "malformed device options" {
	for option in --block: --block:storage --block:storage= --block:=x --block:sto-rage=x --block-sector-size:storage= \
		--block-sector-size:storage=x --block-sector-size:storage=512x --block-sector-size:storage=18446744073709551616; do
		spt "$option" "$GUESTS/block.spt"
		refused_with_usage "Invalid option: \`$option'"
	done
}

@test "block sizes that are no power of two, below 512 or above 32768" {
	for size in 0 1 256 511 513 1000 65535 65536; do
		spt "--block-sector-size:storage=$size" "$GUESTS/block.spt"
		refused_with_usage "Block size must be a multiple of 2 greater than or equal 512" \
			"Invalid option: \`--block-sector-size:storage=$size'"
	done
}

@test "a file that is not whole blocks stays as it is" {
	for bytes in 1 511 65535 65537; do
		head -c "$bytes" /dev/zero >"$IMAGE"
		block "$IMAGE"
		refused "storage: Backing storage size must be block aligned (512 bytes)"
		equal "size" "$bytes" "$(stat -c %s "$IMAGE")"
	done
	truncate -s $((4096 + 512)) "$IMAGE"
	block --block-sector-size:storage=4096 "$IMAGE"
	refused "storage: Backing storage size must be block aligned (4096 bytes)"
}

@test "an empty file" {
	: >"$IMAGE"
	block "$IMAGE"
	refused "storage: Backing storage must be at least 1 block (512 bytes) in size"
	block --block-sector-size:storage=32768 "$IMAGE"
	refused "storage: Backing storage must be at least 1 block (32768 bytes) in size"
}

@test "a missing file is not created" {
	block "$IMAGE"
	refused "Could not open block device: $IMAGE: No such file or directory"
	refute [ -e "$IMAGE" ]
}

@test "a directory" {
	block "$BATS_TEST_TMPDIR"
	refused "Could not open block device: $BATS_TEST_TMPDIR: Is a directory"
}

@test "a pipe" {
	mkfifo "$IMAGE"
	block "$IMAGE"
	refused_as "$IMAGE: Could not determine capacity: Illegal seek"
}

@test "a file the user may read but not write" {
	public_make
	truncate -s 64K "$PUBLIC/image"
	chmod 644 "$PUBLIC/image"
	tender "${AS_USER[@]}" "$PUBLIC/solo5-spt" --mem=32 --block:storage="$PUBLIC/image" "$PUBLIC/block.spt"
	program=solo5-spt
	refused "Could not open block device: $PUBLIC/image: Permission denied"
	chown 12345 "$PUBLIC/image"
	tender "${AS_USER[@]}" "$PUBLIC/solo5-spt" --mem=32 --block:storage="$PUBLIC/image" "$PUBLIC/block.spt"
	succeeds
}
