"""
A user-space relay between a guest's packet descriptor (--net fd) and a tap of the host, which spoils what passes. A
process of its own; what it does depends on a seed only.
"""
import fcntl
import heapq
import os
import random
import socket
import struct
import sys
import time
from dataclasses import dataclass
from select import POLLERR, POLLHUP, POLLIN, poll
from typing import List, Tuple

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 2, 0x1000
FRAME_MAX = 65535


@dataclass(frozen=True)
class Spoil:
    """What happens to how many of 1000 frames."""

    name: str
    lose: int = 0
    double: int = 0
    late: int = 0  # by up to late_ms, so that others overtake
    damage: int = 0
    late_ms: float = 5
    delay_ms: float = 0  # of all


def tap_open(name: str) -> int:
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def damaged(frame: bytes, random_of: random.Random) -> bytes:
    """One byte behind the Ethernet header is another. (Before it, no checksum would tell.)"""
    at = random_of.randrange(14, len(frame))
    return frame[:at] + bytes([frame[at] ^ random_of.randrange(1, 256)]) + frame[at + 1:]


class Relay:
    def __init__(self, spoil: Spoil, guest: socket.socket, tap: int) -> None:
        self.spoil = spoil
        self.guest = guest
        self.tap = tap
        self.random = random.Random(1)
        self.waiting: List[Tuple[float, int, bool, bytes]] = []
        self.number = 0

    def happens(self, of_1000: int) -> bool:
        return self.random.randrange(1000) < of_1000

    def take(self, to_guest: bool, frame: bytes) -> None:
        spoil = self.spoil
        # ARP has no checksum: a damaged answer would be believed.
        is_ip = frame[12:14] in (b"\x08\x00", b"\x86\xdd")
        if self.happens(spoil.lose):
            return
        if is_ip and self.happens(spoil.damage):
            frame = damaged(frame, self.random)
        for _ in range(2 if self.happens(spoil.double) else 1):
            due = time.monotonic() + spoil.delay_ms / 1000
            if self.happens(spoil.late):
                due += self.random.random() * spoil.late_ms / 1000
            self.number += 1
            heapq.heappush(self.waiting, (due, self.number, to_guest, frame))

    def give(self) -> None:
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, to_guest, frame = heapq.heappop(self.waiting)
            try:
                if to_guest:
                    self.guest.send(frame, socket.MSG_DONTWAIT)
                else:
                    os.write(self.tap, frame)
            except (BlockingIOError, OSError):
                pass  # as a full queue drops

    def run(self) -> None:
        """Until the guest is gone."""
        poller = poll()
        poller.register(self.guest, POLLIN)
        poller.register(self.tap, POLLIN)
        while True:
            wait_ms = max(0.0, (self.waiting[0][0] - time.monotonic()) * 1000) if self.waiting else None
            for fd, events in poller.poll(wait_ms):
                if fd == self.tap:
                    self.take(True, os.read(self.tap, FRAME_MAX))
                elif events & POLLIN and (frame := self.guest.recv(FRAME_MAX)):
                    self.take(False, frame)
                elif events & (POLLHUP | POLLERR | POLLIN):
                    return
            self.give()


def relay_fork(spoil: Spoil, guest: socket.socket, tap: int, other_end: socket.socket) -> int:
    """The process that relays; it must not hold the guest's end of the pair itself."""
    pid = os.fork()
    if pid == 0:
        other_end.close()
        try:
            Relay(spoil, guest, tap).run()
        finally:
            sys.stderr.flush()
            os._exit(0)
    return pid
