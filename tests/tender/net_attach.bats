#!/usr/bin/env bats
# Attaching networks: descriptors that are passed in, and everything that must be refused, with no interface left
# behind.
load common
load network

setup() {
	network_make
	BEFORE=$(interfaces)
}

teardown() {
	network_remove
}

# net ARGS...: the net guest with these options, in the namespace, on a tap that is there.
net() {
	tender "${IN[@]}" "$SPT" --mem=32 "$@" "$GUESTS/net.spt" 1
	program=solo5-spt
}

# not_attached NAME WHY: and no interface came or went.
not_attached() {
	refused "Could not attach interface: $1: $2"
	equal "interfaces" "$BEFORE" "$(interfaces)"
}

# Ends well if the ping does.
tap_answers() {
	"${IN[@]}" ping -q -c 1 -w "$PATIENCE" 10.0.0.2 >/dev/null
	guest_wait
	succeeds
}

@test "@FD: a tap that is passed in; its MTU is the interface's" {
	tap_make tap0 10.0.0.1 1300
	guest_start "${IN[@]}" "$WITH_INTERFACE" tap tap0 9 "$SPT" --mem=32 --net:service0=@9 "$GUESTS/net.spt" 1
	grep -qx 'service0: MTU is 1300' "$GUEST_OUT"
	equal "descriptors" "1 9" "$(ls -v "/proc/$GUEST_PID/fd" | paste -sd ' ')"
	tap_answers
}

@test "@FD: the lowest number behind the standard descriptors, and a large one" {
	tap_make tap0 10.0.0.1
	for fd in 3 777; do
		guest_start "${IN[@]}" "$WITH_INTERFACE" tap tap0 $fd "$SPT" --mem=32 --net:service0=@$fd "$GUESTS/net.spt" 1
		tap_answers
	done
}

@test "@FD: a tap for a user who could not open it" {
	public_make
	tap_make tap0 10.0.0.1
	guest_start "${IN[@]}" "$WITH_INTERFACE" tap tap0 9 "${AS_USER[@]}" "$PUBLIC/solo5-spt" --mem=32 \
		--net:service0=@9 "$PUBLIC/net.spt" 1
	tap_answers
}

@test "@FD: a pair of sockets that keeps frames apart, of either kind; ARP is answered for the own address only" {
	for type in seqpacket dgram; do
		tender "$WITH_SOCKET" $type ping 9 "$SPT" --mem=32 --net:service0=@9 --net-mac:service0=02:00:00:00:00:aa \
			"$GUESTS/net.spt" 1
		succeeds
		equal "standard error" "10.0.0.2 is at 02:00:00:00:00:aa" "$stderr"
		grep -qx 'service0: MTU is 1500' <<<"$output"
	done
}

@test "@FD: sockets, for a guest that waits with epoll" {
	foreign_copy_of net
	tender "$WITH_SOCKET" seqpacket ping 9 "$SPT" --mem=32 --net:service0=@9 "$COPY" 1
	succeeds
}

@test "@FD: a guest that sends to a socket nobody reads is neither blocked nor failed" {
	tender "$WITH_SOCKET" seqpacket mute 9 "$SPT" --mem=32 --net:service0=@9 "$GUESTS/net_flood.spt"
	succeeds
}

@test "@FD refused: a descriptor that is not open" {
	net --net:service0=@9
	not_attached @9 "Bad file descriptor"
	net --net:service0=@2147483647
	not_attached @2147483647 "Bad file descriptor"
}

@test "@FD refused: no number, or a standard descriptor's" {
	for text in @ @x @9x @-1 @0x9 @0 @1 @2 @2147483648 @99999999999999999999; do
		net "--net:service0=$text"
		not_attached "$text" "Invalid argument"
	done
}

@test "@FD refused: a regular file, a directory, a device, a pipe" {
	exec 9<>"$BATS_TEST_TMPDIR/file"
	net --net:service0=@9
	not_attached @9 "Socket operation on non-socket"
	exec 9<"$BATS_TEST_TMPDIR/file"
	net --net:service0=@9
	not_attached @9 "Permission denied"
	exec 9<"$BATS_TEST_TMPDIR"
	net --net:service0=@9
	not_attached @9 "Permission denied"
	exec 9<>/dev/zero
	net --net:service0=@9
	not_attached @9 "Socket operation on non-socket"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 9<>"$BATS_TEST_TMPDIR/pipe"
	net --net:service0=@9
	not_attached @9 "Socket operation on non-socket"
	exec 9<&-
}

@test "@FD refused: a socket that does not keep frames apart" {
	tender "$WITH_SOCKET" stream mute 9 "$SPT" --net:service0=@9 "$GUESTS/net.spt" 1
	program=solo5-spt
	not_attached @9 "Protocol wrong type for socket"
}

@test "@FD refused: a tap with a header in front of each frame, or a tun" {
	for kind in tap-with-vnet-header tun; do
		tender "${IN[@]}" "$WITH_INTERFACE" $kind own0 9 "$SPT" --net:service0=@9 "$GUESTS/net.spt" 1
		program=solo5-spt
		not_attached @9 "Protocol wrong type for socket"
	done
}

@test "@FD refused: a tap with packet information in front of each frame" {
	tap_make tap0 10.0.0.1
	tender "${IN[@]}" "$WITH_INTERFACE" tap-with-information tap0 9 "$SPT" --net:service0=@9 "$GUESTS/net.spt" 1
	program=solo5-spt
	refused "Could not attach interface: @9: Protocol wrong type for socket"
}

@test "@FD: a tap whose interface lies in another network namespace has the usual MTU" {
	tap_make tap0 10.0.0.1
	guest_start "${IN[@]}" "$WITH_INTERFACE" tap tap0 9 unshare --net "$SPT" --mem=32 --net:service0=@9 \
		"$GUESTS/net.spt" 1
	grep -qx 'service0: MTU is 1500' "$GUEST_OUT"
	tap_answers
}

@test "@FD refused: a tap that is down" {
	tender "${IN[@]}" "$WITH_INTERFACE" tap own0 9 "$SPT" --net:service0=@9 "$GUESTS/net.spt" 1
	program=solo5-spt
	not_attached @9 "Network is down"
}

@test "@FD refused: one descriptor for two networks" {
	tap_make tap0 10.0.0.1
	tender "${IN[@]}" "$WITH_INTERFACE" tap tap0 9 "$SPT" --net:service0=@9 --net:service1=@9 "$GUESTS/net_2if.spt" 1
	program=solo5-spt
	refused "Could not attach interface: @9: used for another network too"
}

@test "refused: an interface that is not there, which is not made either" {
	for name in tap7 abcdefghijklmno tap%d 'a b'; do
		net "--net:service0=$name"
		not_attached "$name" "No such file or directory"
	done
}

@test "refused: an interface's name that is too long" {
	net --net:service0=abcdefghijklmnop
	not_attached abcdefghijklmnop "File name too long"
}

@test "refused: a tap that is down" {
	ip -n "$NS" tuntap add tap0 mode tap
	BEFORE=$(interfaces)
	net --net:service0=tap0
	not_attached tap0 "Network is down"
	refute grep -q ',UP' <(ip -n "$NS" -o link show tap0)
}

@test "refused: a tap that another guest has, which that guest keeps" {
	tap_make tap0 10.0.0.1
	BEFORE=$(interfaces)
	guest_start "${IN[@]}" "$SPT" --mem=32 --net:service0=tap0 "$GUESTS/net.spt" 1
	net --net:service0=tap0
	not_attached tap0 "Device or resource busy"
	tap_answers
}

@test "refused: one tap for two networks" {
	tap_make tap0 10.0.0.1
	BEFORE=$(interfaces)
	tender "${IN[@]}" "$SPT" --net:service0=tap0 --net:service1=tap0 "$GUESTS/net_2if.spt" 1
	program=solo5-spt
	not_attached tap0 "Device or resource busy"
}

@test "refused: an interface that is no tap" {
	ip -n "$NS" link add veth0 type veth peer name veth1
	ip -n "$NS" link set veth0 up
	ip -n "$NS" tuntap add tun0 mode tun
	ip -n "$NS" link set tun0 up
	BEFORE=$(interfaces)
	before=$("${IN[@]}" ethtool -k veth0)
	for name in lo veth0 tun0; do
		net --net:service0=$name
		not_attached $name "Invalid argument"
	done
	equal "offloads of an interface that was refused" "$before" "$("${IN[@]}" ethtool -k veth0)"
}

@test "refused: a tap that is another user's" {
	public_make
	ip -n "$NS" tuntap add tap0 mode tap user 54321
	ip -n "$NS" link set tap0 up
	BEFORE=$(interfaces)
	tender "${IN[@]}" sh -c 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"' sh \
		"${AS_USER[@]}" "$PUBLIC/solo5-spt" --net:service0=tap0 "$PUBLIC/net.spt" 1
	program=solo5-spt
	not_attached tap0 "Operation not permitted"
}

@test "refused: a network that is declared but not attached, first or second" {
	net
	refused "Device 'service0' of type NET_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
	net --net-mac:service0=02:00:00:00:00:01
	refused "Device 'service0' of type NET_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
	tap_make tap0 10.0.0.1
	tender "${IN[@]}" "$SPT" --net:service0=tap0 "$GUESTS/net_2if.spt" 1
	program=solo5-spt
	refused "Device 'service1' of type NET_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
}

@test "refused: a network that is not declared, or of another type" {
	net --net:service1=tap0
	refused "Resource not declared in manifest: 'service1'"
	net --net-mac:other=02:00:00:00:00:01
	refused "Resource not declared in manifest: 'other'"
	spt --net:storage=tap0 "$GUESTS/block.spt"
	refused "Resource not declared in manifest: 'storage'"
}

@test "refused: malformed options" {
	for option in --net:service0 --net:service0= --net:=tap0 --net:ser.vice0=tap0 --net-mac:service0= \
		--net-mac:service0=02:00:00:00:00 --net-mac:service0=02:00:00:00:00:01:02 --net-mac:service0=02:00:00:00:00:0g \
		--net-mac:service0=020000000001 --net-mac:service0=02-00-00-00-00-01 --net-mac:service0=002:0:0:0:0:0 \
		--net-mac:service0=02:00:00:00:00:01x; do
		net "$option"
		refused_with_usage "Invalid option: \`$option'"
	done
}
