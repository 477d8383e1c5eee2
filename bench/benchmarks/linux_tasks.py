"""Threads and processes that begin and end, signals and faults that are handled: in a guest and natively."""

from contextlib import ExitStack
from typing import Any, List

from harness.linux import Guest, times_us
from harness.model import Benchmark, Goal, Variant

LIMITS = {
    "thread_create_join": 1.4,
    "fork_exit_wait": 1.25,
    "fork_exec_wait": 1.25,
    "fork_exec_wait_static": 1.25,
    "posix_spawn": 1.25,
    "posix_spawn_static": 1.25,
    "posix_spawn_1gib": 2,
    "signal_self": 2.5,
    "fault_handler": 2.5,
}
# Room for the parent that has 1 GiB.
MEM_MIB = 2048


class Bench(Benchmark):
    title = "Threads, processes and signals of Linux programs"
    about = (
        "Time of what the name lists. exec and posix_spawn run /usr/bin/true, _static a program that needs no dynamic "
        "linker; _1gib: the parent has written to 1 GiB. signal_self: raise and its handler; fault_handler: an access "
        "that faults, and a handler that steps over it."
    )
    unit = "us"
    baseline = "native"
    rounds = 10

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": self.variant("a static program on this host", guest.native("tasks")),
            "tend": self.variant("the same program in a guest", guest.inside("tasks", mem_mib=MEM_MIB)),
        }
        self.goals = [Goal(metric, "tend", limit, True) for metric, limit in LIMITS.items()]

    @staticmethod
    def variant(about: str, command: List[Any]) -> Variant:
        return Variant(about, lambda: times_us(command))
