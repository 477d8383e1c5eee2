# A network namespace per test, and programs that hand descriptors to the tender. Load behind common.
# shellcheck shell=bash disable=SC2034 # the tests use these

setup_file() {
	cc -O1 -Wall -Wextra -Werror "$ROOT/tests/tender/with_interface.c" -o "$BATS_FILE_TMPDIR/with_interface"
	cc -O1 -Wall -Wextra -Werror "$ROOT/tests/tender/with_socket.c" -o "$BATS_FILE_TMPDIR/with_socket"
}

network_make() {
	NS=tend-$$-$BATS_TEST_NUMBER
	IN=(ip netns exec "$NS")
	WITH_INTERFACE=$BATS_FILE_TMPDIR/with_interface
	WITH_SOCKET=$BATS_FILE_TMPDIR/with_socket
	ip netns add "$NS"
	ip -n "$NS" link set lo up
}

network_remove() {
	guest_stop
	public_remove
	ip netns del "$NS"
}

# tap_make NAME ADDRESS [MTU]: an interface that is up.
tap_make() {
	ip -n "$NS" tuntap add "$1" mode tap
	# The host's own IPv6 chatter is none of a test's business.
	"${IN[@]}" sysctl -qw "net.ipv6.conf.$1.disable_ipv6=1"
	ip -n "$NS" addr add "$2/24" dev "$1"
	ip -n "$NS" link set "$1" mtu "${3:-1500}" up
}

interfaces() {
	ip -n "$NS" -o link | cut -d : -f 2
}
