"""Hypercalls, each against the same host calls made directly under an equal filter."""

from contextlib import ExitStack
from pathlib import Path
from typing import List

from harness import host
from harness.model import Benchmark, Goal, Samples, Variant

TAP = "tap0"
DISK_BYTES = 1 << 20

AGAINST_RAW = [
    "clock_monotonic",
    "yield_expired_net",
    "net_write_64",
    "net_write_1500",
    "net_read_empty",
    "block_read_512",
    "block_read_4096",
    "block_read_65536",
]


class Bench(Benchmark):
    title = "Hypercalls"
    about = (
        "Time of one call. net: a tap with a frame nobody listens to; block: a file in the page cache; "
        "yield_expired: a wait whose deadline has passed, without devices and (_net) with the tap; clock_by_call: "
        "clock_gettime without the vDSO."
    )
    unit = "ns"
    baseline = "raw"
    rounds = 40

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.inside = host.network(scope, TAP)
        self.disk = host.public_folder(scope) / "disk"
        self.disk.write_bytes(bytes(DISK_BYTES))
        raw = host.built("bench/raw_calls")
        self.variants = {
            "raw": self.raw("the same calls by a host program, under the filter the unikernel has", [raw]),
            "no filter": self.raw("the same calls by a host program without a filter", [raw, "--no-filter"]),
            "tend": self.unikernels("the unikernel under this project's tender", host.built("bin/solo5-spt")),
        }
        upstream = host.named_by("SOLO5_SPT")
        if upstream:
            self.variants["upstream"] = self.unikernels("the same unikernel under Solo5's tender", upstream)
        self.goals = [Goal(metric, "tend", 1.15, True) for metric in AGAINST_RAW]
        self.goals.append(Goal("yield_expired", "tend", 300, False))

    def raw(self, about: str, command: List[object]) -> Variant:
        return self.pair(about, command, [*command, TAP, self.disk])

    def unikernels(self, about: str, tender: Path) -> Variant:
        devices = [f"--net:net0={TAP}", f"--block:storage={self.disk}"]
        return self.pair(
            about,
            [tender, host.built("bench/guests/clocks.spt")],
            [tender, *devices, host.built("bench/guests/calls.spt")],
        )

    def pair(self, about: str, clocks: List[object], devices: List[object]) -> Variant:
        def collect() -> Samples:
            return host.samples_read(host.run(clocks) + host.run([*self.inside, *devices]))

        return Variant(about, collect)
