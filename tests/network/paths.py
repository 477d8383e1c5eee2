"""A way to the guest on which long packets do not pass: TCP finds out, over both IPs."""
import ctypes
import os
import threading
from pathlib import Path
from typing import Any, Callable, List

from tests import test
from torture import download, upload
from world import HOST, HOST6, TAP, World, equal, expect

FAR, FAR6 = "10.78.0.2", "fd78::2"
NEAR, NEAR6 = "10.78.0.1", "fd78::1"
PATH_BYTES = 1300
GUEST6 = "fd77::2"


def far_make(world: World) -> str:
    """
    A namespace behind this one, over a link of PATH_BYTES, which says all the same that it takes segments for 1500: as if
    that link were somewhere on the way.
    """
    name = f"tend-far-{os.getpid()}"
    world.ip(f"netns add {name}")
    world.scope.callback(world.ip, f"netns del {name}")
    world.ip(f"link add near0 type veth peer name far0 netns {name}")
    for words in (f"addr add {NEAR}/24 dev near0", f"addr add {NEAR6}/64 dev near0 nodad",
                  f"link set near0 mtu {PATH_BYTES} up"):
        world.ip(words)
    for words in ("link set lo up", f"addr add {FAR}/24 dev far0", f"addr add {FAR6}/64 dev far0 nodad",
                  f"link set far0 mtu {PATH_BYTES} up", f"route add 10.77.0.0/24 via {NEAR} advmss 1460",
                  f"-6 route add fd77::/64 via {NEAR6} advmss 1440"):
        world.ip(f"-n {name} {words}")
    for place in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        Path("/proc/sys/net", place).write_text("1\n")
    return name


def inside(namespace: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls the function in a thread that lives there."""
    result: List[Any] = []
    libc = ctypes.CDLL(None, use_errno=True)

    def run() -> None:
        try:
            with open(f"/run/netns/{namespace}", "rb") as place:
                expect(libc.setns(place.fileno(), 0) == 0, "setns failed")
            result.append(function(*arguments))
        except BaseException as failure:  # pylint: disable=broad-except
            result.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


def fragments_made() -> int:
    """By this namespace's router."""
    names, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:"]
    return int(values[names.index("FragCreates")])


@test("a way with a smaller MTU")
def small_way(world: World) -> List[str]:
    far = far_make(world)
    options = ["--net", "tap", "--ip", TAP.address, "--ip6", GUEST6, "--gateway", HOST, "--gateway", HOST6]
    guest = world.guest_with(TAP, options, "python3", "mirror.py")
    guest.wait_for_line("READY")
    told = []
    for address in (TAP.address, GUEST6):
        up = inside(far, upload, address, world.page("65536"))
        # The second connection knows from the first.
        for name in ("1000003", "65536"):
            down = inside(far, download, address, world, name)
            told.append(f"{address}: {name} bytes out in {down:.2f} s, 65536 in in {up:.2f} s")
    equal("packets that the router had to cut", 0, fragments_made())
    guest.stop(143)
    return told
