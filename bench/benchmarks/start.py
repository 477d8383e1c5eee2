"""Start to exit: a unikernel that says hello, against the least a process can be."""

from contextlib import ExitStack
from pathlib import Path
from typing import Dict, List

from harness import host
from harness.model import Benchmark, Goal, Round, Samples, Variant

TURNS_PER_ROUND = 50


def hello_commands(folder: Path) -> Dict[str, List[object]]:
    """What is started, with copies of all programs in one folder that everybody can read."""
    tender = host.staged(folder, host.built("bin/solo5-spt"), "solo5-spt")
    commands: Dict[str, List[object]] = {
        "empty": [host.staged(folder, host.built("bench/empty"), "empty")],
        "hello": [tender, host.staged(folder, host.built("guests/hello.spt"), "hello.spt")],
    }
    upstream = host.named_by("SOLO5_SPT")
    foreign = host.named_by("SOLO5_HELLO")
    if foreign:
        foreign = host.staged(folder, foreign, "upstream-hello.spt")
        commands["upstream hello"] = [tender, foreign]
    if foreign and upstream:
        commands["upstream"] = [host.staged(folder, upstream, "upstream-solo5-spt"), foreign]
    return commands


ABOUT = {
    "empty": "a static program without libc that only exits",
    "hello": "the hello unikernel of this project under this project's tender",
    "upstream hello": "Solo5's hello under this project's tender",
    "upstream": "Solo5's hello under Solo5's tender",
}


class Bench(Benchmark):
    title = "Start to exit"
    about = (
        "Time from posix_spawn to the end of waitpid, output to /dev/null. Root has privileges to drop, others do not."
    )
    unit = "us"
    baseline = "empty"
    rounds = 20

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        folder = host.public_folder(scope)
        self.commands = hello_commands(folder)
        self.variants = {name: Variant(ABOUT[name], dict) for name in self.commands}
        self.spawn_time = host.staged(folder, host.built("bench/spawn_time"), "spawn_time")
        self.users: Dict[str, List[str]] = {"unprivileged": []}
        if host.is_root():
            self.users = {"unprivileged": host.AS_USER, "root": []}
        self.goals = [Goal(user, "hello", 1.8, True) for user in self.users]

    def collect_round(self, number: int) -> Round:
        """One program starts all the others in turns: finer than the harness could."""
        samples: Round = {name: {} for name in self.commands}
        for user, prefix in self.users.items():
            for name, values in self.collect_as(prefix).items():
                samples[name][user] = values
        return samples

    def collect_as(self, prefix: List[str]) -> Samples:
        command: List[object] = [*prefix, self.spawn_time, TURNS_PER_ROUND]
        for words in self.commands.values():
            command += ["--", *words]
        names = list(self.commands)
        found: Samples = {name: [] for name in names}
        for line in host.run(command).splitlines():
            index, nanoseconds = line.split()
            found[names[int(index)]].append(int(nanoseconds) / 1000)
        return found
