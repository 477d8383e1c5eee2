"""System calls and page faults of Linux programs, in a guest and natively."""

from contextlib import ExitStack
from typing import Any, List

from harness import host
from harness.linux import CLEAN, Guest
from harness.model import Benchmark, Goal, Samples, Variant

LIMITS = {
    "getppid": 0.1,
    "pread_64": 0.15,
    "fstat": 0.15,
    "stat": 0.35,
    "open_close": 0.4,
    "pipe_write_read": 0.35,
    "page_fault": 1.3,
    "mmap_munmap": 1.3,
    "mmap_touch_munmap": 1.3,
    "mmap_large": 1.3,
    "mmap_file": 1.3,
    "mmap_file_read": 1.3,
    "mprotect_pair": 1.3,
    "mremap_grow": 1.3,
}


class Bench(Benchmark):
    title = "System calls of Linux programs"
    about = (
        "Time of one call, or of the calls together that the name lists. Files: a path of four components, in the page "
        "cache. mmap: 16 pages, as they are or touched; _large: 16 MiB, touched; _file: 1 MiB of a file; page_fault: one "
        "of 4096 first touches; mremap_grow: mmap_touch_munmap, with a growth to 32 touched pages in between."
    )
    unit = "ns"
    baseline = "native"
    rounds = 20

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": self.variant("a static program on this host", guest.native("calls")),
            "tend": self.variant("the same program in a guest", guest.inside("calls")),
        }
        self.goals = [Goal(metric, "tend", limit, True) for metric, limit in LIMITS.items()]

    def variant(self, about: str, command: List[Any]) -> Variant:
        def collect() -> Samples:
            return host.samples_read(host.run([*CLEAN, *command]))

        return Variant(about, collect)
