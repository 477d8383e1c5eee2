"""Addresses that the network gives: DHCP and router advertisements, by dnsmasq on a bridge of the test's namespace."""
import re
import socket
import tempfile
import time
from pathlib import Path
from typing import List

from tests import test
from world import PATIENCE_S, Guest, Link, World, equal, expect, wait_until

GATEWAY = "10.78.0.1"
GATEWAY6 = "fd78::1"
LEASE_S = 120  # dnsmasq's shortest
BRIDGED = ["--net", "tap,bridge=br0"]


def dnsmasq(world: World, folder: str) -> None:
    for words in ("link add br0 type bridge", f"addr add {GATEWAY}/24 dev br0", f"addr add {GATEWAY6}/64 dev br0 nodad",
                  "link set br0 up"):
        world.ip(words)
    world.background("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--pid-file=",
                     "--no-resolv", "--no-hosts", "--interface=br0", "--except-interface=lo", "--bind-interfaces",
                     f"--log-facility={folder}/log", f"--dhcp-leasefile={folder}/leases", "--log-dhcp",
                     "--dhcp-authoritative", "--enable-ra", f"--dhcp-range=10.78.0.50,10.78.0.60,{LEASE_S}s",
                     "--dhcp-range=fd78::,ra-only,64", f"--address=/server.test/{GATEWAY}")
    wait_until(lambda: "started" in (Path(folder) / "log").read_text() if (Path(folder) / "log").exists() else False,
               "dnsmasq starts")


def addresses_of(guest: Guest) -> List[str]:
    """What the guest says of its interface, IPv6 included."""
    return re.findall(r"inet6? ([0-9a-f.:]+)/", guest.told())


def bridged_guest(world: World) -> Guest:
    script = """until busybox ip -o addr show dev eth0 | busybox grep -q fd78; do sleep 0.1; done
        busybox ip -o addr show dev eth0; busybox ip route; cat /etc/resolv.conf; getent hosts server.test
        exec python3 mirror.py"""
    guest = world.guest_with(Link("bridge", GATEWAY), BRIDGED, "sh", "-c", script)
    guest.wait_for_line("READY")
    return guest


@test("DHCP, and an address by router advertisements")
def dhcp(world: World) -> List[str]:
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        dnsmasq(world, folder)
        guest = bridged_guest(world)
        ready = time.monotonic() - begin
        leased = Path(f"{folder}/leases").read_text().split()[2]
        found = addresses_of(guest)
        expect(leased in found, f"dnsmasq leased {leased}; {guest.told()}")
        told = guest.told().splitlines()
        expect(any(line.startswith(f"default via {GATEWAY}") for line in told), f"no way out: {told}")
        expect(f"nameserver {GATEWAY}" in told, f"no name server: {told}")
        expect([GATEWAY, "server.test"] in [line.split() for line in told], f"the name is not resolved: {told}")
        global6 = [address for address in found if address.startswith("fd78")]
        equal("addresses by router advertisement", 1, len(global6))
        for address in (leased, global6[0]):
            with socket.create_connection((address, 80), timeout=PATIENCE_S) as client:
                client.sendall(b"mirror\nhello")
                equal(f"from {address}", b"hello", client.recv(5))
        return [f"both addresses within {ready:.1f} s"]


@test("a lease is renewed", full=True)
def renewal(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dnsmasq(world, folder)
        bridged_guest(world)
        leased = Path(f"{folder}/leases").read_text().split()[2]
        time.sleep(LEASE_S + 10)
        acknowledged = Path(f"{folder}/log").read_text().count(f"DHCPACK(br0) {leased}")
        expect(acknowledged >= 2, f"{acknowledged} times acknowledged in {LEASE_S + 10} s")
        equal("the lease", leased, Path(f"{folder}/leases").read_text().split()[2])
