"""Round trips between two threads or processes, on two CPUs and on one, in a guest and natively."""

import os
from contextlib import ExitStack
from typing import Any, List

from harness.linux import Guest, times_us
from harness.model import Benchmark, Goal, Samples, Unavailable, Variant

# By number of CPUs
LIMITS = {
    "pipe_threads": {"two CPUs": 0.2, "one CPU": 1},
    "pipe_processes": {"two CPUs": 0.2, "one CPU": 1},
    "condition_variable": {"two CPUs": 1.2, "one CPU": 1.2},
    "signal_threads": {"two CPUs": 2.5, "one CPU": 2.5},
}


class Bench(Benchmark):
    title = "Round trips between threads and processes of Linux programs"
    about = (
        "Time from asking to having the answer. pipe: a byte each way; condition_variable: pthread_cond_signal and "
        "pthread_cond_wait of both; signal: pthread_kill and sigsuspend of both, with a handler."
    )
    unit = "us"
    baseline = "native"
    rounds = 10

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            raise Unavailable("needs two CPUs")
        guest = Guest(scope)
        self.places = {
            "two CPUs": ["taskset", "--cpu-list", f"{cpus[0]},{cpus[1]}"],
            "one CPU": ["taskset", "--cpu-list", cpus[0]],
        }
        self.variants = {
            "native": self.variant("a static program on this host, each of the two on its own CPU", guest.native("ipc")),
            "tend": self.variant("the same program in a guest, where the host chooses", guest.inside("ipc")),
        }
        for metric, limits in LIMITS.items():
            self.goals += [Goal(f"{metric}, {place}", "tend", limit, True) for place, limit in limits.items()]

    def variant(self, about: str, command: List[Any]) -> Variant:
        def collect() -> Samples:
            samples: Samples = {}
            for place, prefix in self.places.items():
                found = times_us([*prefix, *command])
                samples.update({f"{name}, {place}": values for name, values in found.items()})
            return samples

        return Variant(about, collect)
