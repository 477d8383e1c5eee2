#!/usr/bin/env bats
# Network devices, each test in a network namespace of its own: frames arrive and leave whole; what does not fit is
# refused.
load common
load network

setup() {
	network_make
}

teardown() {
	network_remove
}

# net_start PINGS OPTION...: the net guest on tap0, until it has had its pings.
net_start() {
	local pings=$1
	shift
	guest_start "${IN[@]}" "$SPT" --mem=32 --net:service0=tap0 "$@" "$GUESTS/net.spt" "$pings"
}

ping_guest() {
	"${IN[@]}" ping -q -w "$PATIENCE" "$@" >"$BATS_TEST_TMPDIR/ping.out" || {
		cat "$BATS_TEST_TMPDIR/ping.out" >&2
		return 1
	}
	grep -q ' 0% packet loss' "$BATS_TEST_TMPDIR/ping.out" && refute grep -q wrong "$BATS_TEST_TMPDIR/ping.out"
}

# mac_of ADDRESS: the guest's, as ARP told the host. Only while the guest runs: the host forgets with the link.
mac_of() {
	ip -n "$NS" neigh show to "$1" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}'
}

# mac_seen OPTION...: starts the net guest, sets MAC to what ARP says, and lets the guest end.
mac_seen() {
	net_start 2 "$@"
	ping_guest -c 1 10.0.0.2
	MAC=$(mac_of 10.0.0.2)
	ping_guest -c 1 10.0.0.2
	guest_wait
	succeeds
}

@test "a flood of 2000 pings, each answered" {
	tap_make tap0 10.0.0.1
	net_start 2000
	ping_guest -f -c 2000 10.0.0.2
	guest_wait
	succeeds
}

@test "a flood, for a guest that waits with epoll" {
	tap_make tap0 10.0.0.1
	foreign_copy_of net
	guest_start "${IN[@]}" "$SPT" --mem=32 --net:service0=tap0 "$COPY" 500
	ping_guest -f -c 500 10.0.0.2
	guest_wait
	succeeds
}

@test "payloads of all sizes and several patterns come back as they were sent" {
	tap_make tap0 10.0.0.1
	net_start 18
	for size in 0 1 17 18 100 1472; do
		for pattern in 00 ff a55a0f; do
			ping_guest -c 1 -s "$size" -p "$pattern" 10.0.0.2
		done
	done
	guest_wait
	succeeds
}

@test "an MTU of 9000: the guest knows it and frames of that size pass" {
	tap_make tap0 10.0.0.1 9000
	net_start 2
	grep -qx 'service0: MTU is 9000' "$GUEST_OUT"
	ping_guest -c 2 -i 0.01 -s 8972 -M "do" -p 7e 10.0.0.2
	guest_wait
	succeeds
}

@test "a small MTU is the guest's too" {
	tap_make tap0 10.0.0.1 576
	net_start 1
	grep -qx 'service0: MTU is 576' "$GUEST_OUT"
}

@test "two interfaces, each with its own address and MAC" {
	tap_make tap0 10.0.0.1
	tap_make tap1 10.1.0.1 1400
	guest_start "${IN[@]}" "$SPT" --mem=32 --net:service1=tap1 --net:service0=tap0 \
		--net-mac:service0=02:00:00:00:00:aa --net-mac:service1=02:00:00:00:00:bb "$GUESTS/net_2if.spt" 200
	grep -qx 'service0: MTU is 1500' "$GUEST_OUT"
	grep -qx 'service1: MTU is 1400' "$GUEST_OUT"
	ping_guest -f -c 200 10.0.0.2
	equal "MAC of service0" 02:00:00:00:00:aa "$(mac_of 10.0.0.2)"
	ping_guest -f -c 100 10.1.0.2
	equal "MAC of service1" 02:00:00:00:00:bb "$(mac_of 10.1.0.2)"
	ping_guest -f -c 100 10.1.0.2
	guest_wait
	succeeds
}

@test "--net-mac is what ARP shows, in either case and with single digits" {
	tap_make tap0 10.0.0.1
	for given in 0a:0b:0c:0d:0e:0f 0A:0B:0C:0D:0E:0F a:b:c:d:e:f; do
		mac_seen "--net-mac:service0=$given"
		equal "MAC" 0a:0b:0c:0d:0e:0f "$MAC"
	done
}

@test "without --net-mac: a random unicast address, locally administered, different each time" {
	tap_make tap0 10.0.0.1
	macs=()
	for _ in 1 2 3; do
		mac_seen
		macs+=("$MAC")
	done
	equal "different addresses" 3 "$(printf '%s\n' "${macs[@]}" | sort -u | wc -l)"
	for mac in "${macs[@]}"; do
		equal "lowest bits of $mac" 2 $((16#${mac:0:2} & 3))
	done
}

@test "a guest that sends more than the host takes is neither blocked nor failed" {
	tap_make tap0 10.0.0.1
	tender "${IN[@]}" "$SPT" --mem=32 --net:service0=tap0 "$GUESTS/net_flood.spt"
	succeeds
	[ "$(ip -n "$NS" -s -j link show tap0 | jq '.[0].stats64.rx.packets + .[0].stats64.rx.dropped')" -gt 1000 ]
}

@test "the guest holds the tap and nothing else; the tap outlives it" {
	tap_make tap0 10.0.0.1
	before=$(interfaces)
	net_start 1
	equal "descriptors" 2 "$(find "/proc/$GUEST_PID/fd" -type l | wc -l)"
	equal "capabilities" 0000000000000000 "$(guest_status CapEff)"
	guest_stop
	equal "interfaces" "$before" "$(interfaces)"
	net_start 1
	ping_guest -c 1 10.0.0.2
	guest_wait
	succeeds
}

@test "a user who is not root attaches the tap that is theirs" {
	public_make
	ip -n "$NS" tuntap add tap0 mode tap user 12345
	ip -n "$NS" addr add 10.0.0.1/24 dev tap0
	ip -n "$NS" link set tap0 up
	# In the namespace's own mounts: a /dev/net/tun for everybody, as most distributions have it.
	guest_start "${IN[@]}" sh -c 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"' sh \
		"${AS_USER[@]}" "$PUBLIC/solo5-spt" --mem=32 --net:service0=tap0 "$PUBLIC/net.spt" 1
	ping_guest -c 1 10.0.0.2
	guest_wait
	succeeds
}
