#!/usr/bin/env bats
# The network of Linux guests, as far as the tender goes: what becomes of the options, frames both ways, what the host's
# side of a tap lets through, and one clear line where it cannot be had. The stub kernel is the guest.
load linux

setup_file() {
	public_make
	cc -O1 -Wall -Wextra -Werror "$BATS_TEST_DIRNAME/../tender/with_interface.c" -o "$BATS_FILE_TMPDIR/with_interface"
	cc -O1 -Wall -Wextra -Werror "$BATS_TEST_DIRNAME/../tender/with_socket.c" -o "$BATS_FILE_TMPDIR/with_socket"
	chmod 755 "$BATS_FILE_TMPDIR"/with_*
}

setup() {
	NS=tend-linux-$$-$BATS_TEST_NUMBER
	IN=(ip netns exec "$NS")
	ip netns add "$NS"
	ip -n "$NS" link set lo up
}

teardown() {
	guest_stop
	ip netns del "$NS"
}

# In front of a command in the namespace, which has mounts of its own: a /dev/net/tun for everybody, as most
# distributions have it.
# shellcheck disable=SC2016
WITH_TUN=(sh -c 'mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"' -)

# inside [OPTION...] -- PROGRAM: the tender in the namespace. inside_user: as somebody who is not root.
inside() {
	program=tend
	run --separate-stderr timeout "$PATIENCE" "${IN[@]}" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" "$@"
	groups_forget
}

# ip netns exec hides the control groups.
groups_forget() {
	stderr=$(grep -v '^tend: --mem=512 is accounting only' <<<"$stderr" || true)
}

inside_user() {
	program=tend
	run --separate-stderr timeout "$PATIENCE" "${IN[@]}" "${WITH_TUN[@]}" "${AS_USER[@]}" "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@"
	groups_forget
}

# answering [OPTION...]: a guest that answers pings, in the background.
answering() {
	guest_start "${IN[@]}" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@" \
		-- /network-answer
}

# tap_make NAME ADDRESS [OPTION...]: an interface that is up.
tap_make() {
	ip -n "$NS" tuntap add "$1" mode tap "${@:3}"
	ip -n "$NS" addr add "$2/24" dev "$1"
	ip -n "$NS" link set "$1" up
}

pings() {
	"${IN[@]}" ping -q -c 3 -i 0.05 -w "$PATIENCE" "$1" >"$BATS_TEST_TMPDIR/ping.out" || {
		cat "$BATS_TEST_TMPDIR/ping.out" >&2
		return 1
	}
}

# has LINE: in the output, whole.
has() {
	grep -qxF -e "$1" <<<"$output" || mismatch "a line" "$1" "$output"
}

@test "no network is the default" {
	inside -- /network
	exits_with 0
	equal "what the guest is told" "device 0" "$output"
	inside --net=none -- /network
	equal "what the guest is told" "device 0" "$output"
}

@test "a new tap: what the guest is told" {
	inside --net=tap --ip=10.9.0.2 --ip6=fd00::2 --gateway=fd00::1 --dns=9.9.9.9 --dns=fd00::53 \
		--mac-address=52:54:00:0a:0b:0c -- /network
	equal "standard error" "" "$stderr"
	exits_with 0
	has "device 1"
	has "flags 3"
	has "mtu 1500"
	has "mac 82.84.0.10.11.12"
	has "ip4 10.9.0.2/24"
	has "gateway4 10.9.0.1/24"
	has "ip6 253.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2/64"
	has "gateway6 253.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1/128"
	has "dns 9.9.9.9/32"
	has "dns 253.0.0.0.0.0.0.0.0.0.0.0.0.0.0.83/128"
}

@test "a new tap: the host has the gateway's addresses, believes no router, and the tap goes with the guest" {
	answering --net=tap --ip=10.9.0.2 --ip6=fd00::2 --gateway=fd00::1 --gateway=10.9.0.9
	pings 10.9.0.2
	ip -n "$NS" addr show dev tend0 | grep -q 'inet 10.9.0.9/24 brd 10.9.0.255 scope global tend0'
	ip -n "$NS" addr show dev tend0 | grep -q 'inet6 fd00::1/64'
	equal rp_filter 1 "$("${IN[@]}" sysctl -n net.ipv4.conf.tend0.rp_filter)"
	equal accept_ra 0 "$("${IN[@]}" sysctl -n net.ipv6.conf.tend0.accept_ra)"
	kill -TERM "$GUEST_PID"
	guest_stop
	waits_for refute ip -n "$NS" link show dev tend0
}

@test "a new tap: frames under another's name do not reach the host" {
	inside --net=tap --ip=10.9.0.2 -- /network-spoof
	exits_with 0
	equal "answers to three questions" "answers 1" "$output"
}

@test "a new tap without that guard: they do" {
	tap_make tap0 10.9.0.1
	"${IN[@]}" sysctl -qw net.ipv4.conf.tap0.rp_filter=0
	inside --net=tap=tap0 --ip=10.9.0.2 -- /network-spoof
	exits_with 0
	equal "answers to three questions" "answers 3" "$output"
}

@test "a bridge, with DHCP left to the guest or an address given" {
	ip -n "$NS" link add br0 type bridge
	ip -n "$NS" link set br0 up
	ip -n "$NS" addr add 10.7.0.1/24 dev br0
	inside --net=tap,bridge=br0 -- /network
	exits_with 0
	has "flags 15"
	answering --net=tap,bridge=br0 --ip=10.7.0.2
	pings 10.7.0.2
	ip -n "$NS" -o link show dev tend0 | grep -q 'master br0'
}

@test "an existing tap, by its owner who is not root" {
	tap_make tap0 10.9.0.1 user 12345
	inside_user --net=tap=tap0 --ip=10.9.0.2 -- /network
	equal "standard error" "" "$stderr"
	exits_with 0
	has "flags 11"
	guest_start "${IN[@]}" "${WITH_TUN[@]}" "${AS_USER[@]}" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" --net=tap=tap0 --ip=10.9.0.2 -- /network-answer
	pings 10.9.0.2
}

@test "a descriptor: a pair of sockets" {
	run --separate-stderr timeout "$PATIENCE" "$BATS_FILE_TMPDIR/with_socket" seqpacket ping 9 \
		"$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" --net=fd=9 \
		--ip=10.0.0.2 --mac-address=2:0:0:0:0:7 -- /network-answer 1
	exits_with 0
	equal "what the network saw" "10.0.0.2 is at 02:00:00:00:00:07" "$stderr"
}

@test "a descriptor that is none, or of another kind" {
	inside --net=fd=77 --ip=10.0.0.2 -- /network
	refused "--net=fd=77: not a descriptor that can be read and written: Bad file descriptor"
	inside --net=fd=x --ip=10.0.0.2 -- /network
	refused "--net=fd=x: not a descriptor that can be read and written: Invalid argument"
	run --separate-stderr "$BATS_FILE_TMPDIR/with_socket" stream mute 9 "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" --net=fd=9 -- /network
	refused "--net=fd=9: neither a tap without packet information (IFF_NO_PI) nor a Unix datagram or sequenced-packet socket"
}

@test "the link ends when the tap is removed" {
	answering --net=tap --ip=10.9.0.2
	ip -n "$NS" link del tend0
	guest_wait
	has "link gone"
	equal "exit status" 0 "$status"
}

@test "errors: a tap that is missing, down, another's, in use, or not a tap" {
	inside --net=tap=tap0 -- /network
	refused "--net=tap=tap0: there is no interface tap0; make it: ip tuntap add dev tap0 mode tap user \$USER; ip link set tap0 up"
	ip -n "$NS" tuntap add tap0 mode tap user 1
	inside --net=tap=tap0 -- /network
	refused "--net=tap=tap0: the interface tap0 is down: ip link set tap0 up"
	ip -n "$NS" link set tap0 up
	inside_user --net=tap=tap0 -- /network
	refused "--net=tap=tap0: tap0 is not this user's: make it with ip tuntap add dev tap0 mode tap user \$USER"
	answering --net=tap=tap0 --ip=10.9.0.2
	inside --net=tap=tap0 -- /network
	refused "--net=tap=tap0: tap0 is in use by another program; every guest needs its own"
	inside --net=tap=lo -- /network
	refused "--net=tap=lo: lo is not a tap interface"
}

@test "errors: a device that only root may open" {
	tap_make tap0 10.9.0.1 user 12345
	WITH_TUN=(sh -c 'mount -t tmpfs tmpfs /dev/net && mknod -m 600 /dev/net/tun c 10 200 && exec "$@"' -)
	inside_user --net=tap=tap0 -- /network
	refused "--net=tap=tap0: /dev/net/tun: Permission denied; let this user open it (chmod 666 /dev/net/tun), or use --net user"
}

@test "errors: no permission for a new tap, no bridge" {
	inside_user --net=tap --ip=10.9.0.2 -- /network
	refused "--net=tap: no permission for a new interface: start as root, have root make one (ip tuntap add dev NAME mode tap user \$USER) for --net tap=NAME, or use --net user"
	inside --net=tap,bridge=br0 -- /network
	refused "--net=tap,bridge=br0: there is no bridge br0; make it: ip link add br0 type bridge; ip link set br0 up"
	inside --net=tap,bridge=lo -- /network
	refused "--net=tap,bridge=lo: lo is not a bridge"
	equal "interfaces left" "lo" "$(ip -n "$NS" -o link | cut -d ' ' -f 2 | tr -d :)"
}

@test "errors: address conflicts" {
	ip -n "$NS" link add v0 type veth peer v1
	ip -n "$NS" addr add 10.9.0.2/24 dev v0
	inside --net=tap --ip=10.9.0.2 -- /network
	refused "--ip=10.9.0.2: address conflict, the host itself has it, on v0; choose another"
	inside --net=tap --ip=10.9.0.3 -- /network
	refused "--net=tap: address conflict, the host's v0 has 10.9.0.2/24 of the same network; choose another --ip, or attach to it with --net tap,bridge=NAME"
	inside --net=tap --ip=10.8.0.3 --gateway=10.8.0.3 -- /network
	refused "--gateway: address conflict, it is the guest's own (--ip)"
}

@test "errors: options that contradict each other" {
	inside --ip=10.9.0.2 -- /network
	refused "--ip: the guest has no network; add --net user or --net tap"
	inside --net=tap -- /network
	refused "--net=tap: the new interface needs addresses, --ip ADDRESS[/PREFIX] for the guest (the host gets the gateway's), or a bridge, --net tap,bridge=NAME"
	inside --net=tap=t0,bridge=b0 -- /network
	refused "--net=tap=t0,bridge=b0: an existing interface is put into a bridge by whoever made it: ip link set t0 master b0"
	inside --net=ethernet -- /network
	refused "--net=ethernet: not one of none, user, tap[=NAME][,bridge=NAME], fd=FD"
}
