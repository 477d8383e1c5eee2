"""Start to exit of Linux programs, in a guest and natively."""

from contextlib import ExitStack
from typing import Any, Dict, List

from harness import host
from harness.linux import CLEAN, Guest
from harness.model import Benchmark, Goal, Round, Variant

TURNS_PER_ROUND = 10
PROGRAMS: Dict[str, List[str]] = {"hello": ["hello"], "python3": ["python3", "-c", "pass"]}
# Of this host, which a guest has by the cached image of its packages.
HOST_PROGRAM = "/bin/true"
HELLO_US = 3000
HOST_PROGRAM_US = 6000
PYTHON_RATIO = 1.25


class Bench(Benchmark):
    title = "Start to exit of Linux programs"
    about = (
        "Time from posix_spawn to the end of waitpid, output to /dev/null; in a guest with everything that tend run does "
        "from an image file: supervisor, namespaces, control group where it can have one. hello is a static program; "
        f"python3 runs `pass`. tend run {HOST_PROGRAM}: the host's own program, by the image in the cache."
    )
    unit = "us"
    baseline = "native"
    rounds = 15

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.guest = Guest(scope)
        self.spawn_time = host.staged(self.guest.folder, host.built("bench/spawn_time"), "spawn_time")
        host.staged(self.guest.folder / "bin", host.built("bin/tend-build"), "tend-build")
        self.variants = {
            "native": Variant("the program on this host", dict),
            "tend": Variant("the program in a guest, from an image file", dict),
        }
        self.users: Dict[str, List[Any]] = {"unprivileged": []}
        if host.is_root():
            self.users = {"unprivileged": host.AS_USER, "root": []}
        for user in self.users:
            self.goals.append(Goal(f"hello, {user}", "tend", HELLO_US, False))
            self.goals.append(Goal(f"python3, {user}", "tend", PYTHON_RATIO, True))
            self.goals.append(Goal(f"{HOST_PROGRAM}, {user}", "tend", HOST_PROGRAM_US, False))

    def commands(self) -> Dict[str, List[List[Any]]]:
        """By name: what runs natively, and in a guest."""
        found = {name: [self.guest.native(*words), self.guest.inside(*words)] for name, words in PROGRAMS.items()}
        found[HOST_PROGRAM] = [[HOST_PROGRAM], [self.guest.tend, "run", HOST_PROGRAM]]
        return found

    def cache(self, user: str) -> str:
        folder = self.guest.folder / f"cache-{user}"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        return f"XDG_CACHE_HOME={folder}"

    def collect_round(self, number: int) -> Round:
        """One program starts all the others in turns: finer than the harness could."""
        samples: Round = {name: {} for name in self.variants}
        for user, prefix in self.users.items():
            for name, (native, inside) in self.commands().items():
                command = [*CLEAN, self.cache(user), *prefix, self.spawn_time, TURNS_PER_ROUND]
                for line in host.run([*command, "--", *native, "--", *inside]).splitlines():
                    index, nanoseconds = line.split()
                    found = samples[list(self.variants)[int(index)]]
                    found.setdefault(f"{name}, {user}", []).append(int(nanoseconds) / 1000)
        return samples
