"""Packets that are lost, doubled, late, damaged; floods; a descriptor whose other side goes."""
import hashlib
import os
import signal
import socket
import threading
import time
from typing import List, Optional

from relay import Spoil, relay_fork, tap_open
from tests import test
from world import ANYWHERE, HOST, HOST6, PATIENCE_S, TAP, Guest, World, equal, expect

ALL = Spoil("all of it, 1 % each", lose=10, double=10, late=10, damage=10, delay_ms=1)
HARD = Spoil("all of it, 3 % each", lose=30, double=30, late=30, damage=30, delay_ms=1)
ONE_BY_ONE = (
    Spoil("loss of 2 %", lose=20),
    Spoil("late ones, 20 % by up to 5 ms", late=200),
    Spoil("doubles, 10 %", double=100),
    Spoil("damage, 2 %", damage=20),
    Spoil("20 ms each way", delay_ms=20),
)
BYTES = 1000003


def relayed_guest(world: World, spoil: Spoil, *words: str) -> "tuple[Guest, int]":
    """A guest behind a relay, which is the process returned."""
    tap = tap_open("tap0")
    for text in (f"addr add {HOST}/24 dev tap0", f"addr add {HOST6}/64 dev tap0 nodad", "link set tap0 up"):
        world.ip(text)
    ours, guests = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    relay = relay_fork(spoil, ours, tap, guests)
    world.ends_pid(relay)
    ours.close()
    os.close(tap)
    options = ["--net", f"fd={guests.fileno()}", "--ip", TAP.address, "--ip6", "fd77::2", "--gateway", HOST]
    guest = world.guest_with(TAP, options, *words, fds=[guests.fileno()])
    guests.close()
    guest.wait_for_line("READY")
    return guest, relay


def upload(address: str, data: bytes) -> float:
    begin = time.monotonic()
    with socket.create_connection((address, 80), timeout=PATIENCE_S) as client:
        client.sendall(b"sink\n" + data)
        client.shutdown(socket.SHUT_WR)
        got = client.makefile("rb").read().decode()
    equal("the digest of what was sent", hashlib.sha256(data).hexdigest(), got)
    return time.monotonic() - begin


def download(address: str, world: World, name: str) -> float:
    begin = time.monotonic()
    with socket.create_connection((address, 80), timeout=PATIENCE_S) as client:
        client.sendall(f"source pages/{name}\n".encode())
        got = client.makefile("rb").read()
    expect(got == world.page(name), f"{len(got)} bytes came, not those of the file")
    return time.monotonic() - begin


def mirrored(address: str, data: bytes) -> None:
    """There and back at once, in pieces of odd sizes."""
    got = bytearray()
    with socket.create_connection((address, 80), timeout=PATIENCE_S) as client:
        def receive() -> None:
            while part := client.recv(65536):
                got.extend(part)

        reader = threading.Thread(target=receive)
        reader.start()
        client.sendall(b"mirror\n")
        for at in range(0, len(data), 7919):
            client.sendall(data[at:at + 7919])
        client.shutdown(socket.SHUT_WR)
        reader.join()
    expect(bytes(got) == data, f"{len(got)} bytes came back, not those that were sent")


def torture(world: World, spoil: Spoil) -> List[str]:
    guest, _ = relayed_guest(world, spoil, "python3", "mirror.py")
    data = world.page(str(BYTES))
    told = []
    for address in (TAP.address, "fd77::2"):
        up, down = upload(address, data), download(address, world, str(BYTES))
        told.append(f"{address}: in {BYTES / up / 1e6:.2f} MB/s, out {BYTES / down / 1e6:.2f} MB/s")
    mirrored(TAP.address, data[:300000])
    guest.stop(128 + signal.SIGTERM)
    return told


def add_tortures() -> None:
    for spoil in (ALL, HARD, *ONE_BY_ONE):
        add = test(f"transfers through a relay: {spoil.name}", full=spoil is not ALL)
        add(lambda world, spoil=spoil: torture(world, spoil))


add_tortures()


@test("the other side of the descriptor goes: ENETDOWN, not a hang")
def link_ends(world: World) -> None:
    # Listens before there is a guest that connects.
    with socket.create_server((ANYWHERE, 80)) as server:
        guest, relay = relayed_guest(world, Spoil("none"), "python3", "netdown.py", HOST)
        server.settimeout(PATIENCE_S)
        client, _ = server.accept()
        client.settimeout(PATIENCE_S)
        equal("greeting", b"hello\n", client.recv(100))
        os.kill(relay, signal.SIGKILL)
        guest.ends_with(0)
    expect("the network device is gone" in guest.told(), guest.told())


class Talk:
    """A connection on which something is said all the time; `worst` is the longest time for an answer."""

    def __init__(self, guest: Guest) -> None:
        self.client = guest.connect(80)
        self.client.sendall(b"mirror\n")
        self.count, self.worst, self.failure = 0, 0.0, ""
        self.ends = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        try:
            while not self.ends:
                begin = time.monotonic()
                self.client.sendall(b"x" * 100)
                left = 100
                while left:
                    left -= len(self.client.recv(left)) or 1000
                self.worst = max(self.worst, time.monotonic() - begin)
                self.count += 1
        except OSError as failure:
            self.failure = repr(failure)

    def end(self) -> str:
        self.ends = True
        self.thread.join()
        expect(not self.failure and self.count > 10, f"{self.count} answers, {self.failure}")
        return f"{self.count} answers, the slowest in {self.worst * 1000:.0f} ms"


def checksum(data: bytes) -> int:
    total = sum(int.from_bytes(data[at:at + 2].ljust(2, b"\0"), "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ip_packet(source: bytes, protocol: int, payload: bytes, fragment: int = 0, number: int = 1) -> bytes:
    head = bytearray(b"\x45\0" + (20 + len(payload)).to_bytes(2, "big") + number.to_bytes(2, "big")
                     + fragment.to_bytes(2, "big") + bytes([64, protocol, 0, 0]) + source
                     + socket.inet_aton(TAP.address))
    head[10:12] = checksum(bytes(head)).to_bytes(2, "big")
    return bytes(head) + payload


def forged(number: int) -> bytes:
    return bytes([198, 18 + (number >> 16 & 1), number >> 8 & 0xFF, number & 0xFF])


def syn(number: int) -> bytes:
    source = forged(number)
    segment = bytearray((1024 + number % 60000).to_bytes(2, "big") + b"\0\x50" + number.to_bytes(4, "big")
                        + b"\0\0\0\0\x50\x02\xff\xff\0\0\0\0")
    pseudo = source + socket.inet_aton(TAP.address) + b"\0\x06" + len(segment).to_bytes(2, "big")
    segment[16:18] = checksum(pseudo + bytes(segment)).to_bytes(2, "big")
    return ip_packet(source, 6, bytes(segment))


def fragment(number: int) -> bytes:
    """Of many datagrams that never become whole: first pieces, and later ones that overlap."""
    offset = (number * 7) % 100
    return ip_packet(forged(number // 3), 17, os.urandom(1200), 0x2000 | offset, number // 3 & 0xFFFF)


def flood(guest: Guest, packet_of: "type[syn]" = syn, count: int = 20000) -> float:
    """Returns how many a second were sent."""
    begin = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        for number in range(count):
            raw.sendto(packet_of(number), (guest.link.address, 0))
    return count / (time.monotonic() - begin)


def flooded(world: World, packet_of: "type[syn]") -> List[str]:
    """A client that is connected is served, one that comes during the flood gets in, and nothing is left of it."""
    guest = world.guest(TAP, [80], "python3", "mirror.py")
    guest.wait_for_line("READY")
    talk = Talk(guest)
    newcomer: List[Optional[float]] = [None]

    def come() -> None:
        newcomer[0] = upload(TAP.address, world.page("65536"))

    thread = threading.Thread(target=come)
    rate = flood(guest, packet_of, 5000)
    thread.start()
    flood(guest, packet_of, 15000)
    thread.join()
    told = talk.end()
    expect(newcomer[0] is not None, "who came during the flood was not served")
    upload(TAP.address, world.page("1000003"))
    guest.stop(128 + signal.SIGTERM)
    return [f"{rate:.0f} packets/s; {told}; a newcomer served in {newcomer[0]:.2f} s"]


@test("a flood of SYN segments from forged senders")
def flood_syn(world: World) -> List[str]:
    return flooded(world, syn)


@test("a flood of fragments")
def flood_fragments(world: World) -> List[str]:
    return flooded(world, fragment)
