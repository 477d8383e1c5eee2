"""Memory of idle Linux guests: what one has for itself, and what ten of a kind share."""

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from harness.linux import CLEAN, Guest
from harness.model import Benchmark, Goal, Samples, Variant

HELLO_KIB = 1536
INSTANCES = 10
PYTHON = ["python3", "-c", "import time; print('ready', flush=True); time.sleep(3600)"]
# How /proc/PID/smaps names the memory that the processes of one guest share.
ARENA = "/memfd:tend-arena"


def family(pid: int) -> List[int]:
    """The process and its descendants, but for those that live in the memory of their parent (the tender's init)."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        members = family(int(child))
        if Path(f"/proc/{child}/maps").read_text() == Path(f"/proc/{pid}/maps").read_text():
            members = members[1:]
        found += members
    return found


def mappings(pid: int) -> Iterator[Tuple[str, Dict[str, int]]]:
    """Name and figures in KiB of every mapping."""
    name = ""
    figures: Dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split(None, 5)
        if not words[0].endswith(":"):
            if figures:
                yield name, figures
            name, figures = (words[5] if len(words) > 5 else ""), {}
        elif words[-1] == "kB":
            figures[words[0][:-1]] = int(words[1])
    yield name, figures


def private_kib(figures: Dict[str, int]) -> int:
    return figures["Private_Clean"] + figures["Private_Dirty"]


def measure(pid: int, image: str) -> Dict[str, float]:
    """
    private: pages that nobody else has; the arena is the family's own, so its share of that counts too. image: pages of
    the image file, as resident and as its share.
    """
    found = {"private": 0.0, "pss": 0.0, "image resident": 0.0, "image pss": 0.0}
    for member in family(pid):
        for name, figures in mappings(member):
            is_arena = name.startswith(ARENA)
            found["private"] += figures["Pss"] if is_arena else private_kib(figures)
            found["pss"] += figures["Pss"]
            if name.startswith(image):
                found["image resident"] += figures["Rss"]
                found["image pss"] += figures["Pss"]
    return found


class Bench(Benchmark):
    title = "Memory of idle Linux programs"
    about = (
        "Of all processes of a guest together, the tender's included. private: pages that no other guest and no other "
        f"program has. python3: the mean of {INSTANCES} at a time; image resident: their pages of the image file (natively: "
        "of files), counted in full; pss: a page that n processes have counts 1/n for each."
    )
    unit = "KiB"
    baseline = "native"
    rounds = 3

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": self.variant("the program on this host", guest.native, str(guest.root)),
            "tend": self.variant("the program in a guest", guest.inside, str(guest.image)),
        }
        self.goals = [Goal("hello, private", "tend", HELLO_KIB, False)]

    def variant(self, about: str, command: Any, image: str) -> Variant:
        def collect() -> Samples:
            hello = self.idle(command("hello", "idle"), image, 1)[0]
            pythons = self.idle(command(*PYTHON), image, INSTANCES)
            samples = {"hello, private": [hello["private"]], "hello, pss": [hello["pss"]]}
            for name in pythons[0]:
                samples[f"python3, {name}"] = [sum(one[name] for one in pythons) / INSTANCES]
            return samples

        return Variant(about, collect)

    @staticmethod
    def idle(command: List[Any], image: str, count: int) -> List[Dict[str, float]]:
        """Starts so many, and measures them when all have said a line."""
        words = [str(word) for word in [*CLEAN, *command]]
        with ExitStack() as started:
            running = []
            for _ in range(count):
                process = started.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE))
                started.callback(process.terminate)
                running.append(process)
            for process in running:
                assert process.stdout
                process.stdout.readline()
            return [measure(process.pid, image) for process in running]
