"""Peak memory of a unikernel that says hello, the tender's own included."""

from contextlib import ExitStack
from typing import List

from benchmarks.start import ABOUT, hello_commands
from harness import host
from harness.model import Benchmark, Goal, Samples, Variant


class Bench(Benchmark):
    title = "Peak memory"
    about = (
        "Resident memory at its highest, of private and shared pages, found by counting pages at every system call. "
        "VmHWM is the kernel's own figure, which since Linux 6.2 is not exact for small programs."
    )
    unit = "KiB"
    baseline = "empty"
    rounds = 5

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.peak_rss = host.built("bench/peak_rss")
        commands = hello_commands(host.public_folder(scope))
        self.variants = {name: self.variant(name, command) for name, command in commands.items()}
        self.goals = [Goal("peak_rss", "hello", 120, False)]

    def variant(self, name: str, command: List[object]) -> Variant:
        def collect() -> Samples:
            return host.samples_read(host.run([self.peak_rss, *command]))

        return Variant(ABOUT[name], collect)
