"""
The two sides of a comparison: a Debian image as the host's kernel mounts it (`native`), and the same image in a guest.

Needs root, loop devices and EROFS: all that is mounted is seen by this process only, and gone with it.
"""
import ctypes
import hashlib
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
TEND = Path(os.environ.get("TEND", REPOSITORY / "build/release/bin/tend"))
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
CLONE_NEWNS = 0x20000

Outcome = Tuple[int, bytes, bytes]


@dataclass(frozen=True)
class Command:
    name: str
    words: List[str]
    input: str = ""  # a file of the fixtures as standard input, or "" for nothing
    environment: Dict[str, str] = field(default_factory=dict)  # beside ENVIRONMENT
    user: str = ""  # UID:GID, or "" for root


def commands_read(directory: Path) -> List[Command]:
    """Lines "NAME[@UID:GID][ <FILE]: WORDS" of every file there, the words quoted as a shell has them."""
    found: List[Command] = []
    for source in sorted(directory.iterdir()):
        for line in source.read_text().splitlines():
            if line and not line.startswith("#"):
                head, _, words = line.partition(": ")
                name, _, stream = head.partition(" <")
                name, _, user = name.partition("@")
                found.append(Command(name, shlex.split(words), stream, user=user))
    return found


class Place:
    """A root directory of packages with the fixtures in /work, its image, and where the native side mounts its layer."""

    def __init__(self, root: Path, packages: Sequence[str], fixtures: Path) -> None:
        self.root = root
        self.packages = packages
        self.fixtures = fixtures
        self.image = root.with_suffix(".image")
        self.layer = root.with_suffix(".layer")
        self.stamp = root.with_suffix(".fixtures")

    def make(self) -> None:
        """Packages, what fixtures/make makes in /work, and the image of all. What is there and not older is kept."""
        subprocess.run([REPOSITORY / "tools/debian-root", self.root, *self.packages], check=True)
        sources = sorted(path for path in self.fixtures.rglob("*") if path.is_file())
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
        if not (self.root / "work").is_dir() or not self.stamp.exists() or self.stamp.read_text() != digest:
            self.image.unlink(missing_ok=True)
            subprocess.run([self.fixtures / "make", self.root / "work"], check=True)
            self.stamp.write_text(digest)
        made_of = (self.stamp, self.root.with_suffix(".packages"), TEND.with_name("tend-build"))
        newest = max(path.stat().st_mtime for path in made_of)
        if not self.image.exists() or self.image.stat().st_mtime < newest:
            subprocess.run([TEND, "build", "--root", self.root, "-o", self.image], check=True, stdout=sys.stderr)

    def mount(self) -> None:
        """The image over the very directory it was made of, for this process and its children."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS) != 0:
            sys.exit(f"{sys.argv[0]}: a mount namespace: {os.strerror(ctypes.get_errno())}; run it as root")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        subprocess.run(["mount", "-t", "erofs", "-o", "loop,ro", self.image, self.root], check=True)
        self.layer.mkdir(exist_ok=True)

    def native_words(self, command: Command) -> List[str]:
        """What runs the command natively."""
        settings = [f"{name}={value}" for name, value in {**ENVIRONMENT, **command.environment}.items()]
        uid, _, gid = command.user.partition(":")
        user = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups"] if command.user else []
        return [str(word) for word in ("unshare", "--mount", "--uts", "--ipc", "--net", HERE / "native", self.root,
                                       self.layer, "env", "-i", *settings, *user, *command.words)]

    def guest_words(self, command: Command) -> List[str]:
        """What runs the command in a guest."""
        environment = {**ENVIRONMENT, **command.environment}
        settings = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        user = ["-u", command.user] if command.user else []
        return [str(word) for word in (TEND, "run", "--root", self.image, "-w", "/work", *user, *settings, "--",
                                       *command.words)]

    def run(self, words: Sequence[str], command: Command, patience_s: int) -> Outcome:
        """Exit status (as a shell counts: 128 and the signal), standard output and error; no terminal to be had."""
        source = self.root / "work" / command.input if command.input else os.devnull
        with open(source, "rb") as stream:
            try:
                done = subprocess.run(words, stdin=stream, capture_output=True, timeout=patience_s,
                                      start_new_session=True, check=False)
            except subprocess.TimeoutExpired as late:
                return 124, late.stdout or b"", b"did not end"
        return done.returncode if done.returncode >= 0 else 128 - done.returncode, done.stdout, done.stderr


def differences(native: Outcome, guest: Outcome) -> List[str]:
    found = []
    if native[0] != guest[0]:
        found.append(f"status: native {native[0]}, guest {guest[0]}")
    for what, left, right in (("stdout", native[1], guest[1]), ("stderr", native[2], guest[2])):
        if left != right:
            found += [f"{what}: native {left[-400:]!r}", f"{what}: guest  {right[-400:]!r}"]
    return found


def compare(place: Place, command: Command, patience_s: int, verbose: bool) -> Tuple[bool, List[str]]:
    """Whether both sides agree, and what there is to tell."""
    native = place.run(place.native_words(command), command, patience_s)
    found = differences(native, place.run(place.guest_words(command), command, patience_s))
    if verbose and not found:
        told = [*native[1].decode(errors="replace").splitlines(), *native[2].decode(errors="replace").splitlines()]
        return True, [f"status {native[0]}", *told]
    return not found, found


class Report:
    """A TAP stream."""

    def __init__(self, suite: str, planned: int) -> None:
        self.suite = suite
        self.number = 0
        self.failed = 0
        print(f"1..{planned}")

    def add(self, agrees: bool, what: str, lines: List[str]) -> None:
        self.number += 1
        self.failed += not agrees
        print(f"{'ok' if agrees else 'not ok'} {self.number} {self.suite}: {what}")
        for line in lines:
            print(f"# {line}")
        sys.stdout.flush()
