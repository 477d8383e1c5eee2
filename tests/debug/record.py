#!/usr/bin/env python3
"""perf's records, small ones: `record.py make IMAGE FILE` writes one in which FILE's text is mapped from IMAGE to standard
output; `record.py show RECORD` says what is in one. The format: perf.data-file-format.txt, linux/perf_event.h."""
import struct
import sys
from pathlib import Path

PAGE = 4096
COMM, MMAP2 = 3, 10
FEATURE_HOSTNAME = 3
HEADER = struct.Struct("<8s 2Q 2Q 2Q 2Q 4Q")
TEXT_PAGE = 1  # of FILE: the first one that is not its headers


def event(kind: int, body: bytes) -> bytes:
    return struct.pack("<IHH", kind, 2, 8 + len(body)) + body


def padded(text: bytes) -> bytes:
    return text + b"\0" * (8 - len(text) % 8)


def mapping(name: str, offset: int, identity: int) -> bytes:
    head = struct.pack("<IIQQQ", 1, 1, 0x400000, PAGE, offset) + bytes(24) + struct.pack("<II", 5, 2)
    return event(MMAP2, head + padded(name.encode()) + struct.pack("<Q", identity))


def place_of(image: bytes, text: bytes) -> int:
    """Where in the image the page is."""
    return next(at for at in range(0, len(image), PAGE) if image[at:at + PAGE] == text)


def make(image: str, file: str) -> bytes:
    text = Path(file).read_bytes()[TEXT_PAGE * PAGE:(TEXT_PAGE + 1) * PAGE]
    data = (event(COMM, struct.pack("<II", 1, 1) + padded(b"as it was"))
            + mapping(image, place_of(Path(image).read_bytes(), text), 77)
            + mapping(image, 0, 0) + mapping("/nowhere", 0x5000, 0))
    end = HEADER.size + len(data)
    feature = b"as it was\0"
    header = HEADER.pack(b"PERFILE2", HEADER.size, 0, HEADER.size, 0, HEADER.size, len(data), 0, 0,
                         1 << FEATURE_HOSTNAME, 0, 0, 0)
    return header + data + struct.pack("<QQ", end + 16, len(feature)) + feature


def show(path: str) -> None:
    record = Path(path).read_bytes()
    start, size = HEADER.unpack_from(record)[5:7]
    identities = []
    at = start
    while at < start + size:
        kind, _, length = struct.unpack_from("<IHH", record, at)
        if kind == COMM:
            print("comm:", record[at + 16:at + length].split(b"\0")[0].decode())
        else:
            name = record[at + 72:at + length].split(b"\0")[0].decode()
            print("mapping:", name, "at", hex(struct.unpack_from("<Q", record, at + 32)[0]))
            identities.append(struct.unpack_from("<Q", record, at + length - 8)[0])
        at += length
    print("sample id:", identities[0])
    offset, length = struct.unpack_from("<QQ", record, at)
    print("feature:", record[offset:offset + length].rstrip(b"\0").decode())


if sys.argv[1] == "make":
    sys.stdout.buffer.write(make(sys.argv[2], sys.argv[3]))
else:
    show(sys.argv[2])
