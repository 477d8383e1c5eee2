#!/usr/bin/env bats
# Block and network devices of virtual machines: what leaves and arrives is right, and nothing else is reached.
load ../tender/common
load ../tender/network
load machine

setup() {
	IMAGE=$BATS_TEST_TMPDIR/image
	network_make
}

teardown() {
	network_remove
}

block() {
	local file=${!#}

	hvt --mem=32 "${@:1:$#-1}" --block:storage="$file" "$GUESTS/block.hvt"
}

# net_start PINGS OPTION...: the net guest on tap0, until it has had its pings.
net_start() {
	local pings=$1
	shift
	guest_start "${IN[@]}" "$HVT" --mem=32 --net:service0=tap0 "$@" "$GUESTS/net.hvt" "$pings"
}

# Succeeds once so many answers have come. A slow guest may be asked more often than that, and end before it answers
# all.
ping_guest() {
	"${IN[@]}" ping -q -w "$PATIENCE" "$@" >"$BATS_TEST_TMPDIR/ping.out" || {
		cat "$BATS_TEST_TMPDIR/ping.out" >&2
		return 1
	}
	refute grep -q wrong "$BATS_TEST_TMPDIR/ping.out"
}

ring() {
	tender "${IN[@]}" "$HVT" --mem=32 --net:service0=tap0 "$GUESTS/ring.hvt" "$1"
	program=solo5-hvt
}

@test "blocks: each is read and written, one by one and many at once, and nothing beyond" {
	truncate -s 16K "$IMAGE"
	block "$IMAGE"
	succeeds
	equal "size" 16384 "$(stat -c %s "$IMAGE")"
	# What stands in the first and the last block: the test's patterns.
	equal "first" "0 1 2 3" "$(od -An -tu1 -N 4 "$IMAGE" | xargs)"
	equal "last" "0 13 26 39" "$(od -An -tu1 -j 8192 -N 4 "$IMAGE" | xargs)"
}

@test "blocks of 4096 bytes" {
	truncate -s 64K "$IMAGE"
	block --block-sector-size:storage=4096 "$IMAGE"
	succeeds
}

@test "63 devices, each its own" {
	options=()
	for i in $(seq 0 62); do
		truncate -s 1024 "$IMAGE$i"
		options+=("--block:storage$i=$IMAGE$i")
	done
	hvt --mem=32 "${options[@]}" "$GUESTS/max_devices.hvt"
	succeeds
	for i in $(seq 0 62); do
		equal "device $i" "$i" "$(od -An -tu1 -j 512 -N 1 "$IMAGE$i" | tr -d ' ')"
	done
}

@test "a guest that makes host calls of its own reaches nothing: there are none in a virtual machine" {
	truncate -s 64K "$IMAGE"
	hvt --mem=32 --block:storage="$IMAGE" "$GUESTS/block_beyond.hvt"
	exits_with 255
	equal "size" 65536 "$(stat -c %s "$IMAGE")"
	cmp -n 65536 "$IMAGE" /dev/zero
}

@test "a device that fails ends the guest" {
	truncate -s 64K "$IMAGE"
	# Larger than the process may write to: the host refuses behind that.
	tender prlimit --fsize=8192 "$HVT" --mem=32 --block:storage="$IMAGE" "$GUESTS/block.hvt"
	[ "$status" -ne 0 ]
	refute grep -q SUCCESS <<<"$output"
}

@test "network: a flood of 300 pings, each answered" {
	tap_make tap0 10.0.0.1
	net_start 300
	ping_guest -f -c 300 10.0.0.2
	guest_wait
	succeeds
}

@test "network: without the ring" {
	tap_make tap0 10.0.0.1
	net_start 100 --no-net-ring
	ping_guest -f -c 100 10.0.0.2
	guest_wait
	succeeds
}

@test "network: for a guest without Tend's note, and with too little memory for a ring" {
	tap_make tap0 10.0.0.1
	foreign_copy_of net
	guest_start "${IN[@]}" "$HVT" --mem=32 --net:service0=tap0 "$COPY" 50
	ping_guest -f -c 50 10.0.0.2
	guest_wait
	succeeds
	guest_start "${IN[@]}" "$HVT" --mem=4 --net:service0=tap0 "$GUESTS/net.hvt" 50
	ping_guest -f -c 50 10.0.0.2
	guest_wait
	succeeds
}

@test "network: frames above what the ring takes, at an MTU of 9000" {
	tap_make tap0 10.0.0.1 9000
	net_start 1
	grep -qx 'service0: MTU is 9000' "$GUEST_OUT"
	"${IN[@]}" ping -q -c 1 -W "$PATIENCE" -s 8972 -M "do" -p 7e 10.0.0.2
	guest_wait
	succeeds
}

@test "network: two interfaces, each with its own address" {
	tap_make tap0 10.0.0.1
	tap_make tap1 10.1.0.1 1400
	guest_start "${IN[@]}" "$HVT" --mem=32 --net:service1=tap1 --net:service0=tap0 "$GUESTS/net_2if.hvt" 50
	ping_guest -f -c 50 10.0.0.2
	ping_guest -f -c 50 10.1.0.2
	guest_wait
	succeeds
}

@test "network: a guest that sends more than the host takes is neither blocked nor failed" {
	tap_make tap0 10.0.0.1
	tender "${IN[@]}" "$HVT" --mem=32 --net:service0=tap0 "$GUESTS/net_flood.hvt" 4000
	succeeds
	[ "$(ip -n "$NS" -s -j link show tap0 | jq '.[0].stats64.rx.packets + .[0].stats64.rx.dropped')" -ge 4000 ]
}

@test "network: sockets that somebody else made, with and without the ring; one that nobody reads" {
	for option in --mem=32 --no-net-ring; do
		tender "$WITH_SOCKET" seqpacket ping 9 "$HVT" --mem=32 $option --net:service0=@9 \
			--net-mac:service0=02:00:00:00:00:aa "$GUESTS/net.hvt" 1
		succeeds
		equal "standard error" "10.0.0.2 is at 02:00:00:00:00:aa" "$stderr"
		tender "$WITH_SOCKET" seqpacket mute 9 "$HVT" --mem=32 $option --net:service0=@9 "$GUESTS/net_flood.hvt" 1000
		succeeds
	done
}

@test "the ring: reads, writes, wrong devices, all its entries three times, results that are not taken" {
	tap_make tap0 10.0.0.1
	for trick in reads_and_writes many results_not_taken; do
		ring $trick
		succeeds
	done
}

@test "the ring: what was sent before the end leaves" {
	tap_make tap0 10.0.0.1
	before=$(ip -n "$NS" -s -j link show tap0 | jq '.[0].stats64.rx.packets')
	ring send_and_end
	succeeds
	equal "frames" $((before + 100)) "$(ip -n "$NS" -s -j link show tap0 | jq '.[0].stats64.rx.packets')"
}

@test "the ring: a guest that breaks its rules is ended" {
	tap_make tap0 10.0.0.1
	ring operation_unknown
	ends_with_error "Invalid guest request: op=3 (net ring)"
	ring too_many
	ends_with_error "Invalid guest request: 1025 requests in a net ring of 1024"
	ring write_beyond
	ends_with_error "Invalid guest access: gpa=0xfffffffffffffff5, sz=60 (net ring)"
	ring read_to_code
	exits_with 1
	[[ $stderr == "solo5-hvt: Invalid guest access: gpa=0x10"*", sz=60 (net ring)" ]]
}

@test "--mem is the whole truth: the ring is part of it" {
	tap_make tap0 10.0.0.1
	net_start 1
	grep -q "Memory map: 30 MB addressable" "$GUEST_OUT"
	guest_stop
	net_start 1 --no-net-ring
	grep -q "Memory map: 32 MB addressable" "$GUEST_OUT"
}
