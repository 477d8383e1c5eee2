"""Memory of a Linux guest for connections that rest."""

import subprocess
from contextlib import ExitStack

from benchmarks import linux_network
from harness.memory import family, mappings, own_kib
from harness.model import Goal, Samples, Variant

CONNECTIONS = 10000
METRIC = f"{CONNECTIONS} idle connections"
LIMIT_KIB = 60 * 1024
# The last one gets an answer: the server has taken all those before it.
CLIENT = """
import socket, sys
address, count = sys.argv[1], int(sys.argv[2])
held = [socket.create_connection((address, 80)) for _ in range(count)]
held[-1].sendall(b"GET / HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n")
held[-1].recv(100)
print("ready", flush=True)
sys.stdin.read()
"""


class Bench(linux_network.Bench):
    title = "Memory for idle connections"
    about = (
        f"By how much a guest grows, all its processes together, its library kernel included, while {CONNECTIONS} TCP "
        "connections to its nginx rest, on which nothing was said yet; nginx's own part is in it."
    )
    unit = "KiB"
    baseline = None

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.variants = {"tap": Variant("tend run --net tap", self.collect)}
        self.goals = [Goal(METRIC, "tap", LIMIT_KIB, False)]

    def collect(self) -> Samples:
        address = linux_network.TAP[1]
        words = [str(word) for word in self.guest_tap("nginx")]
        with ExitStack() as running:
            server = running.enter_context(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            running.callback(server.terminate)
            self.await_server(address, linux_network.PORTS["nginx"])
            before = own_sum_kib(server.pid)
            enter = [*linux_network.DESCRIPTORS, "ip", "netns", "exec", self.client]
            client = running.enter_context(
                subprocess.Popen(
                    [*enter, "python3", "-c", CLIENT, address, str(CONNECTIONS)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            running.callback(client.terminate)
            assert client.stdout
            if client.stdout.readline() != b"ready\n":
                raise RuntimeError("the client could not make its connections")
            return {METRIC: [own_sum_kib(server.pid) - before]}


def own_sum_kib(pid: int) -> float:
    return float(sum(own_kib(*mapping) for member in family(pid) for mapping in mappings(member)))
