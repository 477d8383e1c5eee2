"""
A Linux guest to measure, and the same programs natively: a root directory of Debian packages with programs of bench/linux
in it, its image, and the tender, all staged where any user can read them.
"""

import hashlib
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, List

from harness import host
from harness.model import Unavailable

PACKAGES = ["base-files", "libc6", "python3", "xz-utils"]
PROGRAMS = ["calls", "hello", "sort"]
KEPT = host.ROOT / "build/roots/bench"
# Nothing of the caller's: variables change what programs do at their start.
CLEAN = ["env", "-i", "LC_ALL=C.UTF-8"]


def run_visibly(command: List[Any], cure: str) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(words)} failed: {cure}")


def root_make(programs: List[Path]) -> Path:
    """The root directory, kept from run to run while nothing it is made of changes."""
    root = KEPT / "root"
    stamp = KEPT / "programs"
    run_visibly([host.ROOT / "tools/debian-root", root, *PACKAGES], "it needs apt and Debian's archive")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in programs)).hexdigest()
    if (root / "usr/bin/hello").exists() and stamp.exists() and stamp.read_text() == digest:
        return root
    for path in programs:
        host.staged(root / "usr/bin", path, path.name)
    # As a package's installation does: else every start compiles.
    run_visibly([root / "usr/bin/python3", "-m", "compileall", "-q", root / "usr/lib/python3.11"], "see above")
    (KEPT / "image").unlink(missing_ok=True)
    stamp.write_text(digest)
    return root


def image_make(root: Path, tend: Path) -> Path:
    image = KEPT / "image"
    if not image.exists() or image.stat().st_mtime < tend.stat().st_mtime:
        run_visibly([tend, "build", "--root", root, "-o", image], "see above")
    return image


class Guest:
    """`native` and `inside` give the command that runs a program of the root on this host and in a guest."""

    def __init__(self, scope: ExitStack) -> None:
        tend = host.built("bin/tend")
        tender = host.built("bin/tend-linux")
        kernel = host.built("lib/tend/kernel.elf")
        root = root_make([host.built(f"bench/linux/{name}") for name in PROGRAMS])
        image = image_make(root, tend)
        self.folder = host.public_folder(scope)
        self.root = self.folder / "root"
        self.image = self.folder / "image"
        shutil.copytree(root, self.root, symlinks=True)
        shutil.copyfile(image, self.image)
        for path in (self.folder / "bin", self.folder / "lib/tend"):
            path.mkdir(parents=True)
        self.tend = host.staged(self.folder / "bin", tend, "tend")
        host.staged(self.folder / "bin", tender, "tend-linux")
        host.staged(self.folder / "lib/tend", kernel, "kernel.elf")

    def native(self, program: str, *arguments: Any) -> List[Any]:
        return [self.root / "usr/bin" / program, *arguments]

    def inside(self, program: str, *arguments: Any) -> List[Any]:
        words = [self.tend, "run", "--root", self.image, "-e", "LC_ALL=C.UTF-8"]
        return [*words, f"/usr/bin/{program}", *arguments]
