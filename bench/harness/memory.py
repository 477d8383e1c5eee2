"""Whose memory it is: the processes of a guest, and what they have for themselves."""

from pathlib import Path
from typing import Dict, Iterator, List, Tuple

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


def own_kib(name: str, figures: Dict[str, int]) -> int:
    """What of a mapping nobody outside of the family has; of what the family shares, this process's part."""
    return figures["Pss"] if name.startswith(ARENA) else figures["Private_Clean"] + figures["Private_Dirty"]
