#!/usr/bin/env python3
"""Runs a guest on damaged images: damage.py COUNT SEED IMAGE COMMAND...

COMMAND runs a program on IMAGE. Every field of the image's header is set to odd values, then COUNT times some bytes of
the file system's metadata and of the patch tables are changed. Whatever the image is, the guest must come to an end,
with at most one line of Tend's own, which is not about a bug, and no signal may end the front. The damage of each
failure is printed, with the seed that makes it again. Where the damage hits the program's own text, it may loop: a few
may have to be stopped.
"""
import os
import random
import struct
import subprocess
import sys

SECONDS = 5
STOPPED_MAX = 0.01  # of all runs
FIELDS_AT = [8, 12, 16, 24, 32, 40, 48, 56, 64, 72]
SUPERBLOCK = (1024, 1152)
METADATA = 96 << 10
BUGS = ["bug in the library kernel", "the library kernel took signal", "Lost the guest", "service process ended"]


def odd_values(value: int) -> list[int]:
    """What a field may be set to."""
    values = [0, 1, value - 1, value + 1, value + 4096, value - 4096, value * 2, 1 << 31, 1 << 32, (1 << 63), (1 << 64) - 1,
              (1 << 64) - 4096]
    return [number % (1 << 64) for number in values if number % (1 << 64) != value]


def header_damages(image: bytes):
    """(offset, bytes) for every field and odd value."""
    for at in FIELDS_AT:
        kind = "<I" if at < 16 else "<Q"
        value = struct.unpack_from(kind, image, at)[0]
        for odd in odd_values(value):
            yield [(at, struct.pack(kind, odd % (1 << (32 if at < 16 else 64))))]


def random_damage(image: bytes, generator: random.Random) -> list[tuple[int, bytes]]:
    """A few changes in one of the places that parsers look at."""
    objects, object_count, runs, run_count = struct.unpack_from("<QQQQ", image, 32)
    places = [SUPERBLOCK, (1024, min(METADATA, len(image))), (1024, min(METADATA, len(image))),
              (objects, objects + 48 * object_count), (runs, runs + 32 * run_count)]
    places = [place for place in places if place[0] < place[1]]
    start, end = generator.choice(places)
    damage = []
    for _ in range(generator.choice([1, 1, 2, 8, 40])):
        at = generator.randrange(start, end)
        kind = generator.randrange(4)
        if kind == 0:
            damage.append((at, bytes([image[at] ^ (1 << generator.randrange(8))])))
        elif kind == 1:
            damage.append((at, bytes([generator.randrange(256)])))
        elif kind == 2:
            damage.append((at, generator.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x10\x00\x00"])))
        else:
            other = generator.randrange(start, end)
            damage.append((at, image[other:other + 8]))
    return [(at, new[:len(image) - at]) for at, new in damage]


def complaint(command: list[str]) -> str | None:
    """Runs the guest; what is wrong with how it ended, "" if it had to be stopped."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as process:
        try:
            _, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return ""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.startswith("tend: ")]
    if process.returncode < 0:
        return f"the front was killed by signal {-process.returncode}"
    if len(lines) > 1:
        return "more than one line: " + " / ".join(lines)
    return next((line for line in lines for bug in BUGS if bug in line), None)


def main() -> int:
    count, seed, path, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    with open(path, "rb") as file:
        image = file.read()
    damages = list(header_damages(image))
    damages += [random_damage(image, random.Random(seed * 1000003 + number)) for number in range(count)]
    failures = stopped = 0
    fd = os.open(path, os.O_WRONLY)
    for number, damage in enumerate(damages):
        for at, new in damage:
            os.pwrite(fd, new, at)
        wrong = complaint(command)
        for at, new in damage:
            os.pwrite(fd, image[at:at + len(new)], at)
        stopped += wrong == ""
        if wrong:
            failures += 1
            print(f"seed {seed}, damage {number}: {wrong}: {[(at, new.hex()) for at, new in damage]}"[:600])
    print(f"{len(damages)} damaged images, seed {seed}: {failures} failures, {stopped} stopped")
    return 1 if failures or stopped > STOPPED_MAX * len(damages) else 0


if __name__ == "__main__":
    sys.exit(main())
