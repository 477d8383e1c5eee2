"""Memory of many idle redis servers at once."""

from contextlib import ExitStack
from pathlib import Path
from typing import Dict, List

from harness import redis
from harness.memory import family, mappings, own_kib
from harness.model import Benchmark, Goal, Samples, Variant

COUNT = 200
OVER_NATIVE_KIB = 1536
HELPER = "tend-slirp"


def members_kib(pid: int) -> Dict[str, float]:
    """Private memory by the processes' names; of the arena, which a family shares, every member's part."""
    found: Dict[str, float] = {}
    for member in family(pid):
        name = Path(f"/proc/{member}/comm").read_text().strip()
        for mapping, figures in mappings(member):
            found[name] = found.get(name, 0.0) + own_kib(mapping, figures)
    return found


def page_tables_kib(pid: int) -> float:
    found = 0.0
    for member in family(pid):
        status = Path(f"/proc/{member}/status").read_text()
        if f"Name:\t{HELPER}\n" not in status:
            found += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmPTE:"))
    return found


class Bench(Benchmark):
    title = f"{COUNT} idle redis servers at once"
    about = (
        f"Debian's redis-server, {COUNT} of them running, every one having answered a PING over TCP; in guests with "
        "--net user and a published port. private: the mean of the pages that nobody else has, of all processes of a "
        "guest but the network's helper (tend-slirp), which stands apart. over native: the difference. page tables: "
        "what the host needs besides, likewise without the helper's."
    )
    unit = "KiB"
    baseline = "native"
    rounds = 3

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.servers = redis.Servers(scope)
        self.variants = {
            "native": Variant("the server on this host", lambda: self.crowd("native")),
            "tend": Variant("the server in a guest, tend run --net user -p", lambda: self.crowd("tend")),
        }
        self.goals = [Goal("over native", "tend", OVER_NATIVE_KIB, False)]

    def collect_round(self, number: int) -> Dict[str, Samples]:
        found = super().collect_round(number)
        found["tend"]["over native"] = [found["tend"]["private"][0] - found["native"]["private"][0]]
        return found

    def crowd(self, variant: str) -> Samples:
        with ExitStack() as started:
            ports = redis.ports_free(COUNT)
            running = [started.enter_context(self.servers.started(variant, port)) for port in ports]
            for process in running:
                redis.await_ready(process)
            for port in ports:
                redis.ping(port)
            pids: List[int] = [process.pid for process in running]
            members = [members_kib(pid) for pid in pids]
            samples: Samples = {
                "private": [sum(sum(one.values()) - one.get(HELPER, 0.0) for one in members) / COUNT],
                "page tables": [sum(page_tables_kib(pid) for pid in pids) / COUNT],
            }
            if variant != "native":
                samples["helper, private"] = [sum(one[HELPER] for one in members) / COUNT]
            return samples
