"""How long an image of a root directory takes."""

import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, List

from harness import host
from harness.linux import Guest
from harness.model import Benchmark, Goal, Samples, Unavailable, Variant

SECONDS_PER_100_MB = 1.0


def size_mb(root: Path) -> float:
    """Of files, each once however many links it has."""
    found = [path.lstat() for path in root.rglob("*") if not path.is_dir()]
    return sum({status.st_ino: status.st_size for status in found}.values()) / 1e6


class Bench(Benchmark):
    title = "Building an image of a root directory"
    about = (
        "From start to end of the builder, the write to the disk included (sync of the file), for a root of Debian "
        "packages that is in the page cache; all times per 100 MB of files. mkfs.erofs makes the file system only: it "
        "patches nothing."
    )
    unit = "s"
    baseline = "mkfs.erofs"
    rounds = 10

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        if not shutil.which("mkfs.erofs"):
            raise Unavailable("mkfs.erofs is not there: install erofs-utils")
        guest = Guest(scope)
        self.size_mb = size_mb(guest.root)
        self.image = guest.folder / "built"
        peer = ["mkfs.erofs", "--quiet", "-T0", "-Enoinline_data", self.image, guest.root]
        ours = [host.built("bin/tend"), "build", "--root", guest.root, "-o", self.image]
        self.variants = {
            "mkfs.erofs": Variant("mkfs.erofs of erofs-utils", lambda: self.build(peer)),
            "tend": Variant("tend build --root", lambda: self.build(ours)),
        }
        self.goals = [Goal("build", "tend", SECONDS_PER_100_MB, False)]
        for variant in self.variants.values():
            variant.collect()

    def build(self, command: List[Any]) -> Samples:
        self.image.unlink(missing_ok=True)
        begin = time.monotonic()
        host.run(command)
        with self.image.open() as file:
            os.fsync(file.fileno())
        return {"build": [(time.monotonic() - begin) * 100 / self.size_mb]}
