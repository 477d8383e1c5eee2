#!/usr/bin/env bats
# tend run --net: networks of ordinary users (--net user, -p), the guest's files, and one clear line for each error.
# Servers listen in network namespaces of the tests only.
# shellcheck disable=SC2034 # cli.bash uses program and groups_before
load cli

setup() {
	TEND=$PUBLIC/bin/tend
	program=tend
	groups_before=$(dead_groups)
	cd "$BATS_TEST_TMPDIR" || return 1
	NS=tend-cli-$$-$BATS_TEST_NUMBER
	ip netns add "$NS"
	ip -n "$NS" link set lo up
	# An address that is not the loopback's, for what lies outside.
	ip -n "$NS" link add outside type bridge
	ip -n "$NS" addr add 192.0.2.1/24 dev outside
	ip -n "$NS" link set outside up
	IN=(ip netns exec "$NS")
}

teardown() {
	guest_stop
	[ -z "${SERVER:-}" ] || kill "$SERVER"
	ip netns del "$NS"
	nothing_left
	# The end of the front is a signal to it, which may take a moment.
	waits_until helper_is_gone
}

# network [OPTION...] -- PROGRAM ARGS...: as root, in the namespace. network_user: as somebody who is not root.
network() {
	run --separate-stderr timeout "$PATIENCE" "${IN[@]}" "$TEND" run --root "$PUBLIC/image" "$@"
	stderr=$(grep -v '^tend: --mem=512 is accounting only' <<<"$stderr" || true)
}

network_user() {
	run --separate-stderr timeout "$PATIENCE" "${IN[@]}" "${AS_USER[@]}" "$TEND" run --root "$PUBLIC/image" "$@"
	stderr=$(grep -v '^tend: --mem=512 is accounting only' <<<"$stderr" || true)
}

# The same in the background, until the guest says READY.
network_start() {
	guest_start "${IN[@]}" "$TEND" run --root "$PUBLIC/image" "$@"
}

network_user_start() {
	guest_start "${IN[@]}" "${AS_USER[@]}" "$TEND" run --root "$PUBLIC/image" "$@"
}

# ask ADDRESS PORT [tcp|udp]: what an echo server there answers to "hello".
ask() {
	"${IN[@]}" timeout "$PATIENCE" python3 - "$@" <<'PYTHON'
import socket, sys, time
kind = socket.SOCK_DGRAM if sys.argv[3:] == ["udp"] else socket.SOCK_STREAM
with socket.socket(socket.AF_INET, kind) as s:
    s.settimeout(1)
    for _ in range(50):
        try:
            s.connect((sys.argv[1], int(sys.argv[2])))
            s.send(b"hello\n")
            print(s.recv(100).decode(), end="")
            break
        except OSError:
            time.sleep(0.1)
PYTHON
}

# ask_http COUNT: the first words of the answers to so many requests at once, to port 8080.
ask_http() {
	"${IN[@]}" timeout "$PATIENCE" python3 - "$@" <<'PYTHON'
import socket, sys
clients = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in clients:
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", 8080))
for s in clients:
    s.setblocking(True)
    s.sendall(b"GET /missing HTTP/1.0\r\n\r\n")
for s in clients:
    print(s.recv(100).decode()[:12])
PYTHON
}

# serve ADDRESS: a server that greets, in the background; PORT is where.
serve() {
	"${IN[@]}" python3 -u -c 'import socket, sys
with socket.create_server((sys.argv[1], 0)) as s:
    print(s.getsockname()[1])
    while True:
        s.accept()[0].send(b"greetings\n")' "$1" >"$BATS_TEST_TMPDIR/port" 3>&- &
	SERVER=$!
	waits_until test -s "$BATS_TEST_TMPDIR/port"
	PORT=$(<"$BATS_TEST_TMPDIR/port")
}

# waits_until COMMAND...
waits_until() {
	local i

	for ((i = 0; i < PATIENCE * 20; i++)); do
		"$@" && return
		sleep 0.05
	done
	mismatch "a condition" "$*" "not within $PATIENCE s"
}

helper_is_gone() {
	! pgrep -f "^$PUBLIC/bin/tend-slirp" >/dev/null
}

ECHO_TCP='echo READY; exec busybox nc -ll -p 80 -e cat'

@test "no network is the default" {
	network -- busybox ip -o link
	exits_with 0
	equal "interfaces" 1 "$(wc -l <<<"$output")"
	[[ $output == "1: lo:"* ]]
}

@test "user: addresses, and what is published reaches the guest" {
	network_start --net user -p 127.0.0.1:8080:80 -- sh -c "busybox ip -o addr show eth0; $ECHO_TCP"
	grep -q 'inet 10.0.2.15/24' "$GUEST_OUT"
	equal "the echo" hello "$(ask 127.0.0.1 8080)"
}

@test "user: as somebody who is not root" {
	network_user_start --net user -p 192.0.2.1:8080:80/tcp -p 8081:80 -- sh -c "$ECHO_TCP"
	equal "the echo" hello "$(ask 192.0.2.1 8080)"
	equal "the echo" hello "$(ask 127.0.0.1 8081)"
}

# As many as the guest's server lets wait (busybox: 9).
@test "user: nine connections at once are all accepted" {
	network_start --net user -p 8080:80 -- sh -c 'echo READY; exec busybox httpd -f -p 80 -h /dir'
	equal "the first answer" "HTTP/1.1 404" "$(ask_http 1)"
	equal "answers" "$(yes 'HTTP/1.1 404' | head -n 9)" "$(ask_http 9)"
}

# Clients on the host's own loopback get no answer over UDP: docs/network.md.
@test "user: UDP is published" {
	network_start --net user -p 5353:53/udp -- guest echo
	equal "the echo" hello "$(ask 192.0.2.1 5353 udp)"
}

@test "user: the guest reaches what lies outside, and not the host's loopback" {
	serve 192.0.2.1
	network --net user -- sh -c "busybox nc -w 10 192.0.2.1 $PORT </dev/null"
	equal "from outside" greetings "$output"
	kill "$SERVER"
	network --net user -- sh -c 'busybox nc -w 10 10.0.2.2 9 </dev/null; exit $?'
	[[ $stderr == *"Connection refused"* ]] || mismatch "what the gateway says" "Connection refused" "$stderr"
	serve 127.0.0.1
	for address in 10.0.2.2 10.0.2.3; do
		network --net user -- sh -c "busybox nc -w 2 $address $PORT </dev/null"
		equal "from the host's loopback, by $address" "" "$output"
		refute equal "exit status" 0 "$status"
	done
}

@test "user: an address of one's own choice, and its conflicts" {
	network --net user --ip 172.20.0.9/16 -- busybox ip route
	exits_with 0
	grep -q 'default via 172.20.0.2' <<<"$output"
	network --net user --ip 10.0.2.2 -- true
	refused "--ip=10.0.2.2: address conflict, --net user has the network's .0, .2, .3 and last address itself; choose another"
	network --net user --gateway 10.0.2.9 -- true
	refused "--gateway 10.0.2.9: --net user has one of its own"
}

@test "user: name servers that are given, and the guest's own name in its files" {
	root_copy
	mkdir "$ROOT/etc"
	run --separate-stderr "${IN[@]}" "$TEND" run --root "$ROOT" --net user --dns 192.0.2.53 --hostname box -- \
		cat /etc/resolv.conf /etc/hosts /etc/hostname
	exits_with 0
	equal "the files" "nameserver 192.0.2.53
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
10.0.2.15	box
fd00::15	box
box" "$output"
}

@test "the guest's files replace what the image has, links that lead nowhere too" {
	root_copy
	mkdir "$ROOT/etc"
	echo old >"$ROOT/etc/hosts"
	ln -s /run/nowhere/resolv.conf "$ROOT/etc/resolv.conf"
	run --separate-stderr "${IN[@]}" "$TEND" run --root "$ROOT" --net user --dns 192.0.2.53 -u 1000 -- \
		cat /etc/resolv.conf
	exits_with 0
	equal "resolv.conf" "nameserver 192.0.2.53" "$output"
}

@test "errors: a port that is in use, or only root's, or no port" {
	serve 192.0.2.1
	network --net user -p "192.0.2.1:$PORT:80" -- true
	refused "-p 192.0.2.1:$PORT:80: could not listen: Address already in use; another program has the port, choose another or stop that one"
	network_user --net user -p 80:80 -- true
	refused "-p 80:80: could not listen: Permission denied; ports below net.ipv4.ip_unprivileged_port_start (1024) are root's, choose another"
	network --net user -p 203.0.113.1:8080:80 -- true
	refused "-p 203.0.113.1:8080:80: could not listen: Cannot assign requested address; the address is not one of the host's"
	network --net user -p 8080 -- true
	refused "-p 8080: there is no guest's port; it must be [ADDRESS:]HOSTPORT:GUESTPORT[/tcp|/udp]"
	network -p 8080:80 -- true
	refused "-p 8080:80: ports are published with --net user; behind a tap or a descriptor the guest has an address of its own"
	network --net use -- true
	refused "--net=use: not one of none, user, tap[=NAME][,bridge=NAME], fd=FD"
}

@test "errors: two guests cannot have one port; the other's name is free again" {
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	network_start --net user -p 127.0.0.1:8080:80 -- sh -c "$ECHO_TCP"
	for detach in "" -d; do
		# shellcheck disable=SC2086 # none, or one
		network $detach --name second --net user -p 8080:80 -- true
		refused "-p 8080:80: could not listen: Address already in use; another program has the port, choose another or stop that one"
	done
	equal "guests" "" "$("$TEND" ps -aq | grep -x second)"
	network --name second --net user -p 8081:80 -- echo another
	equal "output" another "$output"
	equal "the echo" hello "$(ask 127.0.0.1 8080)"
}

# What a guest sends to a descriptor: an ARP request for the first address that it asks for.
@test "fd: packets by a descriptor of the caller's, for root and others" {
	for user in "" "${AS_USER[*]}"; do
		# shellcheck disable=SC2086 # a command's words, or none
		run timeout "$PATIENCE" python3 - $user "$TEND" run "$PUBLIC/image" <<-'PYTHON'
			import socket, subprocess, sys
			ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
			fd = theirs.fileno()
			*command, image = sys.argv[1:]
			command += ["--net", f"fd={fd}", "--ip", "10.9.0.2/24", image, "busybox", "ping", "-c", "1", "10.9.0.77"]
			guest = subprocess.Popen(command, pass_fds=[fd], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			theirs.close()
			frame = b" "
			while frame and not (b"\x08\0\6\4\0\1" in frame and bytes([10, 9, 0, 77]) in frame):
			    frame = ours.recv(65536)
			print("asked" if frame else "nothing")
			ours.close()
			guest.terminate()
			guest.wait()
		PYTHON
		equal "as '$user'" asked "$output"
	done
}

# The test's own /dev/net/tun is everybody's, as on most machines.
@test "tap: one that is the user's own" {
	ip -n "$NS" tuntap add mine mode tap user 12345
	ip -n "$NS" addr add 10.8.0.1/24 dev mine
	ip -n "$NS" link set mine up
	# shellcheck disable=SC2016 # the inner shell's
	IN+=(unshare --mount sh -c 'mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"' -)
	network_user --net tap=mine --ip 10.8.0.2/24 -- busybox ping -q -c 1 -w 10 10.8.0.1
	exits_with 0
	grep -q '1 packets received' <<<"$output"
	network_user --net tap -- true
	exits_with 1
	equal "lines" 1 "$(wc -l <<<"$stderr")"
}

@test "the helper is outside of the guest's namespaces, has no privileges, and ends with the guest" {
	network_start --net user -- sh -c 'echo READY; exec sleep 1000'
	helper=$(pgrep -f "^$PUBLIC/bin/tend-slirp")
	equal "its pid namespace" "$(readlink /proc/self/ns/pid)" "$(readlink "/proc/$helper/ns/pid")"
	equal "its seccomp mode" 2 "$(awk '/^Seccomp:/ { print $2 }' "/proc/$helper/status")"
	equal "its capabilities" 0000000000000000 "$(awk '/^CapEff:/ { print $2 }' "/proc/$helper/status")"
	equal "its uids" "65534 65534 65534 65534" "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$helper/status")"
	guest_stop
	waits_until helper_is_gone
}

@test "stat: what the network was used for" {
	serve 192.0.2.1
	run --separate-stderr timeout "$PATIENCE" "${IN[@]}" "$TEND" stat -o report --root "$PUBLIC/image" --net user -- \
		sh -c "busybox nc -w 10 192.0.2.1 $PORT </dev/null"
	equal "from outside" greetings "$output"
	for what in receive_packets receive_bytes transmit_packets transmit_bytes tcp_segments_in tcp_segments_out polls \
		reads_and_writes calls_per_100_packets; do
		grep -qE "^net +$what +[1-9][0-9]*$" report || mismatch "net $what" "more than 0" "$(grep ^net report)"
	done
}

@test "a helper that dies ends the link, not the guest" {
	network_start --net user -p 8080:80 -- sh -c 'echo READY
		while busybox ping -q -c 1 -w 2 10.0.2.2 >/dev/null 2>&1; do :; done
		busybox nc -w 5 192.0.2.1 9 </dev/null
		echo "status $?"'
	kill -KILL "$(pgrep -f "^$PUBLIC/bin/tend-slirp")"
	guest_wait
	grep -qx 'status 1' <<<"$output"
	equal "exit status" 0 "$status"
	grep -q 'the network device is gone' <<<"$stderr"
}
