"""What computing programs lose in a guest: CPU time."""

import os
from contextlib import ExitStack
from typing import Any, Dict, List

from harness.linux import CLEAN, Guest
from harness.model import Benchmark, Goal, Round, Variant

TURNS_PER_ROUND = 10
# 0.97 times the native speed
LIMIT = round(1 / 0.97, 3)

PYTHON = "print(sum(i * i % 7 for i in range(10000000)))"
PROGRAMS: Dict[str, List[str]] = {
    "python3": ["python3", "-c", PYTHON],
    "sort": ["sort"],
    "xz": ["xz", "-1", "--stdout", "--keep", "FILE"],
}
FILE = "usr/lib/x86_64-linux-gnu/libc.so.6"


def cpu_ms(command: List[Any]) -> float:
    """
    CPU time of a command and all it started, in user mode and in the kernel: their sum is exact, while most kernels guess
    the parts by sampling, which is up to a tenth wrong for runs this short. The kernel's part is small here.
    """
    words = [str(word) for word in command]
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(words)}: status {status}")
    return (usage.ru_utime + usage.ru_stime) * 1000


class Bench(Benchmark):
    title = "Computing Linux programs"
    about = (
        f"CPU time from start to exit, of all processes together; the best of {TURNS_PER_ROUND} turns each "
        "round. python3 adds squares up, sort sorts numbers in memory, xz compresses the C library."
    )
    unit = "ms"
    baseline = "native"
    rounds = 3

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": Variant("the program on this host", dict),
            "tend": Variant("the program in a guest", dict),
        }
        self.commands = {
            "native": {name: self.named(guest.native(*words), f"{guest.root}/{FILE}") for name, words in PROGRAMS.items()},
            "tend": {name: self.named(guest.inside(*words), f"/{FILE}") for name, words in PROGRAMS.items()},
        }
        self.goals = [Goal(name, "tend", LIMIT, True) for name in PROGRAMS]

    @staticmethod
    def named(words: List[Any], file: str) -> List[Any]:
        return [*CLEAN, *(file if word == "FILE" else word for word in words)]

    def collect_round(self, number: int) -> Round:
        best: Round = {variant: {} for variant in self.variants}
        for name in PROGRAMS:
            for turn in range(TURNS_PER_ROUND):
                for variant in sorted(self.variants, reverse=bool(turn % 2)):
                    found = cpu_ms(self.commands[variant][name])
                    known = best[variant].get(name, [found])
                    best[variant][name] = [min(found, *known)]
        return best
