#!/usr/bin/env python3
"""Makes hostile programs for tests of images: programs.py DIRECTORY, whose files they name as if they were theirs."""
import struct
import sys
from pathlib import Path

LOADER = b"/lib64/ld-linux-x86-64.so.2"
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_RPATH, DT_RUNPATH = 1, 5, 10, 15, 29
# mkdir("escaped", 0777), exit_group(0)
PAYLOAD = bytes.fromhex("488d3d15000000 b853000000 beff010000 0f05 31ff b8e7000000 0f05") + b"escaped\0"


def segment(kind, flags, offset, address, size, align=0x1000):
    """A program header."""
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, align)


def elf(segments, entry=0x600):
    """The ELF header of a position-independent program, and its program headers."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, entry, 64, 0, 0, 64, 56, len(segments), 0, 0, 0)
    return header + b"".join(segments)


def evil():
    """Its second segment lies where a loader that maps it without bounds has its own code: it runs at once there."""
    size = 0x26000
    out = bytearray(0x2000 + size)
    headers = elf([segment(PT_INTERP, 4, 0x400, 0x400, len(LOADER) + 1, 1), segment(PT_LOAD, 4, 0, 0, 0x1000),
                   segment(PT_LOAD, 5, 0x1000, 0xb000, size), segment(PT_LOAD, 4, 0x1000 + size, 0x1000, 0x1000),
                   segment(PT_DYNAMIC, 4, 0x500, 0x500, 16, 8)])
    out[:len(headers)] = headers
    out[0x400:0x400 + len(LOADER)] = LOADER
    code = PAYLOAD.ljust(128, b"\x90")
    out[0x1000:0x1000 + size] = b"\x90" * (size - len(code)) + code
    return bytes(out)


def program(loaders=(LOADER,), **strings):
    """A program with loaders, and with strings of its dynamic section: needed, rpath, runpath."""
    tags = {"needed": DT_NEEDED, "rpath": DT_RPATH, "runpath": DT_RUNPATH}
    out = bytearray(0x2000)
    names, entries = b"\0", []
    for name, value in strings.items():
        entries.append((tags[name], len(names)))
        names += value + b"\0"
    entries += [(DT_STRTAB, 0x1000), (DT_STRSZ, len(names)), (0, 0)]
    segments, at = [], 0x200
    for loader in loaders:
        segments.append(segment(PT_INTERP, 4, at, at, len(loader) + 1, 1))
        out[at:at + len(loader)] = loader
        at += 0x100
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
    segments += [segment(PT_LOAD, 5, 0, 0, len(out)), segment(PT_DYNAMIC, 4, 0x800, 0x800, len(dynamic), 8)]
    headers = elf(segments)
    out[:len(headers)] = headers
    out[0x800:0x800 + len(dynamic)] = dynamic
    out[0x1000:0x1000 + len(names)] = names
    return bytes(out)


def main():
    """Writes them all."""
    directory = Path(sys.argv[1])
    here = bytes(directory.resolve())
    newline = here + b"/d\n\t" + here + b"/secret (0x1)\n"
    programs = {
        "evil": evil(),
        "loader": program([here + b"/secret"]),
        "two-loaders": program([LOADER, here + b"/secret"]),
        "runpath": program(runpath=here + b"/lib:/usr/.." + here + b"/lib:$ORIGIN/lib", needed=b"libsecret.so"),
        "rpath": program(rpath=here + b"/lib:/usr/.." + here + b"/lib:${ORIGIN}/lib", needed=b"libsecret.so"),
        "needed": program(needed=here + b"/lib/libsecret.so"),
        "needed-up": program(runpath=b"/usr/lib", needed=b"../.." + here + b"/lib/libsecret.so"),
        "newline": program(runpath=newline, needed=b"libc.so.6"),
    }
    for name, data in programs.items():
        (directory / name).write_bytes(data)
        (directory / name).chmod(0o755)
    # Where the loader would find the C library, with a name that reads like what it prints.
    place = Path((newline + b"/libc.so.6").decode())
    place.parent.mkdir(parents=True)
    for library in (place, directory / "lib/libsecret.so"):
        library.parent.mkdir(exist_ok=True)
        library.write_bytes(Path("/lib/x86_64-linux-gnu/libc.so.6").read_bytes())
    (directory / "secret").write_text("secret\n")


main()
