"""
What the tests of a suite came to on both sides, what of it differs, and which differences are accepted.

An outcome is a word: "pass", "skip", "fail", and "start" for a test that did not come to its end. Only tests that pass
natively count; each has to pass in the guest.
"""
import fnmatch
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Tuple

HERE = Path(__file__).resolve().parent

Outcomes = Dict[str, str]  # by the test's name


@dataclass
class Compared:
    """Of a unit's tests that pass natively, what became of them in the guest."""

    native: int = 0  # how many there are
    different: Outcomes = field(default_factory=dict)
    second: List[str] = field(default_factory=list)  # what passed at the second attempt only


def unlike(native: Outcomes, guest: Outcomes) -> Dict[str, str]:
    return {test: guest.get(test, "missing") for test, outcome in native.items()
            if outcome == "pass" and guest.get(test) != "pass"}


def accepted_read(suite: str) -> List[Tuple[str, str]]:
    """(pattern of names, reason) from accepted/SUITE, whose lines are "PATTERN: REASON"."""
    source = HERE / "accepted" / suite
    lines = source.read_text().splitlines() if source.exists() else []
    pairs = [line.split(": ", 1) for line in lines if line and not line.startswith("#")]
    return [(pattern, reason) for pattern, reason in pairs]


def reason_of(test: str, accepted: List[Tuple[str, str]]) -> str:
    """Why the difference is accepted, or ""."""
    return next((reason for pattern, reason in accepted if fnmatch.fnmatchcase(test, pattern)), "")


def unit_store(target: Path, compared: Compared) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(vars(compared)))


def results_store(target: Path, suite: str, units: Dict[str, Compared]) -> Tuple[int, int]:
    """The summary of all units; how many tests pass natively, and how many of them in the guest."""
    accepted = accepted_read(suite)
    left = {test: outcome for unit in units.values() for test, outcome in unit.different.items()}
    native = sum(unit.native for unit in units.values())
    guest = native - sum(len(unit.different) for unit in units.values())
    target.write_text(json.dumps({
        "suite": suite,
        "units": len(units),
        "passed natively": native,
        "of these passed in the guest": guest,
        "percent": round(100 * guest / native, 2) if native else 0,
        "at the second attempt": sorted(test for unit in units.values() for test in unit.second),
        "differences": {test: {"guest": outcome, "reason": reason_of(test, accepted)}
                        for test, outcome in sorted(left.items())},
    }, indent=1) + "\n")
    return native, guest


def units_read(directory: Path) -> Dict[str, Compared]:
    """Those that have been run, by whatever runs."""
    return {source.stem: Compared(**json.loads(source.read_text())) for source in sorted(directory.glob("*.json"))}
