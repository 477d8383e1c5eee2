"""What calls and computing cost while another thread does the same, in a guest and natively."""

from contextlib import ExitStack
from typing import Any, List

from harness.linux import Guest, times_us
from harness.model import Benchmark, Goal, Variant

LIMITS = {"pread_64": 0.25, "pipe_write_read": 0.25, "compute": 1.05}


class Bench(Benchmark):
    title = "Two threads of Linux programs at once"
    about = (
        "Time of one operation of a thread while another does the same all the time. pread of the same file; a pipe for "
        "each; compute: a fixed piece of work without calls."
    )
    unit = "us"
    baseline = "native"
    rounds = 15

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": self.variant("a static program on this host, each thread on its own CPU", guest.native("parallel")),
            "tend": self.variant("the same program in a guest, where the host chooses", guest.inside("parallel")),
        }
        self.goals = [Goal(metric, "tend", limit, True) for metric, limit in LIMITS.items()]

    @staticmethod
    def variant(about: str, command: List[Any]) -> Variant:
        return Variant(about, lambda: times_us(command))
