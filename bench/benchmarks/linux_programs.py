"""Programs of many threads and processes, from start to exit, in a guest and natively."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Dict, List

from harness import host
from harness.linux import Guest
from harness.model import Benchmark, Goal, Round, Unavailable, Variant

PACKAGES = ["base-files", "libc6", "dash", "coreutils", "python3", "nodejs", "make", "gcc", "libc6-dev"]
POOL = "from multiprocessing import Pool; print(sum(Pool(2).map(abs, [sum(range(n)) for n in range(2000)], 50)))"
# A library of small files in C, and a program of it. Two objects at a time are made.
BUILD = r"""
set -e
rm -rf /tmp/build && mkdir /tmp/build && cd /tmp/build
for i in 1 2 3 4 5 6 7 8; do
	printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n' >part$i.c
	printf 'int part%d(int n)\n{\n\tchar text[64];\n\tsnprintf(text, sizeof(text), "%%d", n);\n' $i >>part$i.c
	printf '\treturn atoi(text) + (int)strlen(text);\n}\n' >>part$i.c
done
printf 'int part1(int);\nint main(void)\n{\n\treturn part1(7) != 8;\n}\n' >main.c
printf 'all: program\n\t./program\nprogram: main.o %s\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O2 -c $< -o $@\n' \
	"$(printf 'part%d.o ' 1 2 3 4 5 6 7 8)" >Makefile
make -j2
"""
PROGRAMS: Dict[str, List[str]] = {
    "node -e 0": ["node", "-e", "0"],
    "python3, multiprocessing.Pool": ["python3", "-c", POOL],
    "make -j2": ["dash", "-c", BUILD],
}
LIMITS = {"node -e 0": 1.1, "python3, multiprocessing.Pool": 1.15, "make -j2": 1.15}
TURNS_PER_ROUND = 3
MEM_MIB = 2048


class Bench(Benchmark):
    title = "Linux programs of many threads and processes"
    about = (
        "Time from posix_spawn to the end of waitpid, output to /dev/null; in a guest with everything that tend run does. "
        "The pool has two processes; make compiles nine small files with gcc, in memory, and links them."
    )
    unit = "ms"
    baseline = "native"
    rounds = 7

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        if not host.is_root():
            raise Unavailable("needs root, for a mount namespace with the root's /usr")
        self.guest = Guest(scope, "bench-programs", PACKAGES)
        self.spawn_time = host.staged(self.guest.folder, host.built("bench/spawn_time"), "spawn_time")
        self.variants = {
            "native": Variant("the program on this host, with the same /usr", dict),
            "tend": Variant("the program in a guest, from an image file", dict),
        }
        self.goals = [Goal(metric, "tend", limit, True) for metric, limit in LIMITS.items()]

    def placed(self, words: List[Any]) -> List[str]:
        """
        A command where /usr is the root's, of which the host's /bin and /lib are parts, and where /tmp is in memory. The
        folder with what is measured stays where it is.
        """
        script = """
            mount --make-rprivate / && mount --bind "$1" /mnt && mount -t tmpfs tmpfs /tmp && mkdir -p "$1" &&
            mount --move /mnt "$1" && mount --bind "$1/root/usr" /usr && shift && exec "$@"
        """
        return [str(word) for word in ["unshare", "--mount", "sh", "-c", script, "sh", self.guest.folder, *words]]

    def collect_round(self, number: int) -> Round:
        """One program starts all the others in turns: finer than the harness could."""
        samples: Round = {name: {} for name in self.variants}
        for name, words in PROGRAMS.items():
            program, *arguments = words
            command = ["env", "-i", "LC_ALL=C.UTF-8", "PATH=/usr/bin", self.spawn_time, TURNS_PER_ROUND]
            command += ["--", Path("/usr/bin") / program, *arguments]
            command += ["--", *self.guest.inside(program, *arguments, mem_mib=MEM_MIB)]
            for line in host.run(self.placed(command)).splitlines():
                index, nanoseconds = line.split()
                found = samples[list(self.variants)[int(index)]]
                found.setdefault(name, []).append(int(nanoseconds) / 1000000)
        return samples
