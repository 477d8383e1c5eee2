"""While the only thread of a server computes: packets, timers and signals go on."""
import hashlib
import signal
import subprocess
import time
from typing import List

from tests import test
from world import LINKS, TAP, Link, World, equal, expect

SPIN_S = 4
SPIN_LONG_S = 10
# More than the guest's memory for a connection would take, or the host's would keep without an acknowledgement.
UPLOAD = "1000003"
TICKS_A_SECOND = 10


@test("the only thread of a server computes", over=LINKS)
def spin_short(world: World, link: Link) -> List[str]:
    return spin(world, link, SPIN_S)


@test("the only thread of a server computes for ten seconds", over=LINKS, full=True)
def spin_long(world: World, link: Link) -> List[str]:
    return spin(world, link, SPIN_LONG_S)


def spin(world: World, link: Link, seconds: float) -> List[str]:
    guest = world.guest(link, [80], "python3", "spin.py")
    while True:
        expect(guest.process.poll() is None, f"the guest ended: {guest.told()}")
        try:
            client = guest.connect(80)
            if client.recv(100) == b"spinning\n":
                break
        except OSError:
            time.sleep(0.02)
    begin = time.monotonic()
    # Into buffers, the other side's too: it must acknowledge what it has not read.
    client.sendall(world.page(UPLOAD))
    client.shutdown(1)
    uploaded = time.monotonic() - begin
    if link is TAP:
        unsent = subprocess.run(["ss", "-Htn", "dport", "=", "80"], capture_output=True, text=True, check=True).stdout
        wait_end = time.monotonic() + 30
        while any(line.split()[2] != "0" for line in unsent.splitlines()) and time.monotonic() < wait_end:
            unsent = subprocess.run(["ss", "-Htn", "dport", "=", "80"], capture_output=True, text=True,
                                    check=True).stdout
        expect(all(line.split()[2] == "0" for line in unsent.splitlines()), f"not acknowledged: {unsent}")
        pinged = subprocess.run(["ping", "-q", "-c", "5", "-i", "0.1", "-w", "20", link.address], capture_output=True,
                                text=True, check=False)
        expect(pinged.returncode == 0 and " 0% packet loss" in pinged.stdout, pinged.stdout)
    waiting = guest.connect(80)
    time.sleep(max(0.0, seconds - (time.monotonic() - begin)))
    guest.signal(signal.SIGTERM)
    spun = time.monotonic() - begin
    told = client.makefile("rb").readline().decode().split()
    equal("the digest of what was sent meanwhile", hashlib.sha256(world.page(UPLOAD)).hexdigest(), told[1])
    # Coalesced where the machine is busy, but not lost for long.
    expect(int(told[0]) >= spun * TICKS_A_SECOND / 4, f"{told[0]} timer signals in {spun:.1f} s")
    equal("for the connection that waited", b"waited\n", waiting.recv(100))
    guest.ends_with(0)
    return [f"1 MB taken in {uploaded:.2f} s, {told[0]} timer signals in {spun:.1f} s"]
