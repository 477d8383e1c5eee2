"""
A guest that works in cycles and rests between them, and what there is of it inside and on the host while it rests.
"""
import os
import subprocess
import time
from pathlib import Path
from typing import Dict, List, Tuple

Sample = Dict[str, int]  # by the measure's name

ARENA = "/memfd:tend-arena"
REST_S = 10


def descendants(pid: int) -> List[int]:
    """Of a process, and itself."""
    found = [pid]
    for one in found:
        for task in list(Path(f"/proc/{one}/task").glob("*/children")):
            found += [int(child) for child in task.read_text().split()]
    return found


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def rollup_kib(pid: int, name: str) -> int:
    if is_zombie(pid):
        return 0
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))


def arena_kib(pids: List[int]) -> int:
    """What the host has given for the memory that the guest's processes share."""
    for pid in pids:
        for path in Path(f"/proc/{pid}/fd").iterdir():
            if os.readlink(path).startswith(ARENA):
                return path.stat().st_blocks // 2
    raise LookupError("none of the guest's processes has the arena")


def family_sample(pids: List[int]) -> Sample:
    return {
        "host processes": len(pids),
        "host descriptors": sum(len(os.listdir(f"/proc/{one}/fd")) for one in pids),
        "host mappings": sum(len(Path(f"/proc/{one}/maps").read_text().splitlines()) for one in pids),
        "host arena KiB": arena_kib(pids),
        "host private KiB": sum(rollup_kib(one, "Pss_Anon") for one in pids),
    }


def host_sample(pid: int) -> Sample:
    """Of a guest at rest. Who has ended for the guest may take a moment more for the host: who never goes, counts."""
    end = time.monotonic() + REST_S
    while True:
        try:
            pids = descendants(pid)
            if not any(is_zombie(one) for one in pids) or time.monotonic() >= end:
                sample = family_sample(pids)
                if descendants(pid) == pids:
                    return sample
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.05)


class Guest:
    """The words start fixtures/cycles in a guest."""

    def __init__(self, words: List[str]) -> None:
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)

    def cycle(self) -> Tuple[Sample, List[str]]:
        """Has it do everything once: what there is of it afterwards, and what went wrong."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        sample: Sample = {}
        problems: List[str] = []
        said: List[str] = []
        for line in self.process.stdout:
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "@@rest":
                sample.update(host_sample(self.process.pid))
                return sample, problems
            if kind == "@@done":
                status, _, words = rest.partition(" ")
                if status != "0":
                    problems += [*said, f"exit status {status}: {words}"]
                said = []
            elif kind == "@@guest":
                name, _, value = rest.partition(" ")
                sample["guest " + name.replace("_kib", " KiB").replace("_", " ")] = int(value)
            else:
                said.append(line.rstrip("\n"))
        raise EOFError(f"the guest ended, exit status {self.process.wait()}: " + "; ".join(said[-5:]))

    def end(self) -> int:
        """Nothing more to do: its exit status."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(timeout=60)
