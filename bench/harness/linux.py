"""
A Linux guest to measure, and the same programs natively: a root directory of Debian packages with the programs of
bench/linux in it, its image, and the tender, all staged where any user can read them.
"""

import hashlib
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, List, Optional

from harness import host
from harness.model import Samples, Unavailable

SMALL = ["base-files", "libc6", "coreutils", "python3", "xz-utils"]
PROGRAMS = ["calls", "hello", "ipc", "parallel", "sort", "tasks"]
KEPT = host.ROOT / "build/roots"
# Nothing of the caller's: variables change what programs do at their start.
CLEAN = ["env", "-i", "LC_ALL=C.UTF-8"]


def run_visibly(command: List[Any], cure: str) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(words)} failed: {cure}")


def root_make(kept: Path, packages: List[str], programs: List[Path]) -> Path:
    """The root directory, kept from run to run while nothing it is made of changes."""
    root = kept / "root"
    stamp = kept / "programs"
    run_visibly([host.ROOT / "tools/debian-root", root, *packages], "it needs apt and Debian's archive")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in programs)).hexdigest()
    if (root / "usr/bin/hello").exists() and stamp.exists() and stamp.read_text() == digest:
        return root
    for path in programs:
        host.staged(root / "usr/bin", path, path.name)
    if (root / "usr/bin/python3").exists():
        # As a package's installation does: else every start compiles. In the root, where its links lead somewhere.
        run_visibly([*chroot(), root, "python3", "-m", "compileall", "-q", "/usr/lib/python3.11"], "see above")
    (kept / "image").unlink(missing_ok=True)
    stamp.write_text(digest)
    return root


def image_make(kept: Path, root: Path, tend: Path) -> Path:
    image = kept / "image"
    if not image.exists() or image.stat().st_mtime < tend.stat().st_mtime:
        run_visibly([tend, "build", "--root", root, "-o", image], "see above")
    return image


def chroot() -> List[str]:
    """What a command that runs in another root directory begins with."""
    program = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin") or "chroot"
    return [program] if os.getuid() == 0 else ["unshare", "--map-root-user", program]


class Guest:
    """`native` and `inside` give the command that runs a program of the root on this host and in a guest."""

    def __init__(self, scope: ExitStack, name: str = "bench", packages: Optional[List[str]] = None) -> None:
        tend = host.built("bin/tend")
        tender = host.built("bin/tend-linux")
        kernel = host.built("lib/tend/kernel.elf")
        kept = KEPT / name
        programs = [host.built(f"bench/linux/{program}") for program in PROGRAMS]
        root = root_make(kept, packages or SMALL, programs)
        image = image_make(kept, root, tend)
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

    def inside(self, program: str, *arguments: Any, mem_mib: int = 0) -> List[Any]:
        words = [self.tend, "run", "--root", self.image, "-e", "LC_ALL=C.UTF-8"]
        if mem_mib:
            words.append(f"--mem={mem_mib}")
        return [*words, f"/usr/bin/{program}", *arguments]


def times_us(command: List[Any]) -> Samples:
    """What a program of bench/linux prints, in microseconds."""
    samples = host.samples_read(host.run([*CLEAN, *command]))
    return {name: [value / 1000 for value in values] for name, values in samples.items()}
