#!/usr/bin/env python3
"""Archives that no tool would write, or not without root: archives.py DIRECTORY writes them all into it

Those that are named layout-* are archives of an OCI layout with one fault, docker-* of a docker archive."""
import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

BLOCK = 512


def tar(*entries, form=tarfile.PAX_FORMAT):
    """A tar archive of entries (name, fields of TarInfo, contents)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        for name, fields, data in entries:
            info = tarfile.TarInfo(name)
            info.mtime = 1000000000
            for field, value in fields.items():
                setattr(info, field, value)
            if data is not None:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def file(name, data=b"x\n", **fields):
    return (name, fields, data)


def directory(name, **fields):
    return (name, {"type": tarfile.DIRTYPE, "mode": 0o755, **fields}, None)


def symlink(name, target):
    return (name, {"type": tarfile.SYMTYPE, "linkname": target}, None)


def hardlink(name, target):
    return (name, {"type": tarfile.LNKTYPE, "linkname": target}, None)


def device(name, kind, major, minor):
    return (name, {"type": kind, "devmajor": major, "devminor": minor, "mode": 0o640, "gid": 6}, None)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def as_json(value):
    return json.dumps(value, sort_keys=True).encode()


def config_of(layers, **fields):
    return as_json({"architecture": "amd64", "os": "linux",
                    "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}, **fields})


def descriptor(data, **fields):
    return {"digest": digest(data), "size": len(data), "mediaType": "application/octet-stream", **fields}


def blob(data, name=None):
    return file("blobs/sha256/" + (name or digest(data)).removeprefix("sha256:"), data)


def layout(layers, config=None, packed=None, index=None, extra=(), left_out=()):
    """An archive of an OCI layout with these layers; what is given replaces what would be right."""
    packed = packed or layers
    config = config or config_of(layers)
    manifest = as_json({"schemaVersion": 2, "config": descriptor(config), "layers": [descriptor(l) for l in packed]})
    index = index or as_json({"schemaVersion": 2, "manifests": [descriptor(manifest)]})
    blobs = [blob(data) for data in (manifest, config, *packed) if data not in left_out]
    return tar(file("oci-layout", as_json({"imageLayoutVersion": "1.0.0"})), file("index.json", index), *blobs, *extra)


def nested(depth):
    """Indexes that lead to indexes."""
    data = as_json({"manifests": []})
    blobs = []
    for _ in range(depth):
        blobs.append(blob(data))
        data = as_json({"manifests": [descriptor(data)]})
    return layout([], index=data, extra=blobs)


LAYER = tar(file("f"))
LARGE = tar(file("f", b"0123456789abcdef" * 100000))
ZEROES = tar(file("zeroes", b"\0" * (1 << 28)))


def every_kind():
    return tar(
        directory("./"), file("./busybox", Path("/bin/busybox").read_bytes(), mode=0o755), directory("./dir", mode=0o1777, uid=7, gid=8),
        file("./dir/setuid", mode=0o4755, uid=1, gid=2), file("./dir/large-id", uid=3000000000, gid=4000000000),
        symlink("./link", "dir/../dir/setuid"), hardlink("./name", "dir/setuid"),
        device("./null", tarfile.CHRTYPE, 1, 3), device("./disk", tarfile.BLKTYPE, 259, 1048575),
        ("./fifo", {"type": tarfile.FIFOTYPE}, None),
        file("./capable", pax_headers={"SCHILY.xattr.user.note": "text",
                                       "SCHILY.xattr.security.capability": "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0"}),
        file("./n\u00e4me"), file("./" + "l" * 255), file("./b\udcffd"))


def sparse(size):
    """A file of that many bytes in GNU's sparse format 1.0, with one byte of data in front and one behind."""
    block = b"a" + b"\0" * (BLOCK - 1)
    table = f"2\n0\n{BLOCK}\n{size - BLOCK}\n{BLOCK}\n".encode()
    data = table + b"\0" * (-len(table) % BLOCK) + block + block
    return tar(file("GNUSparseFile.0/sparse", data, pax_headers={
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "sparse",
        "GNU.sparse.realsize": str(size)}))


ARCHIVES = {
    "every-kind": every_kind,
    "sparse": lambda: sparse(1 << 40),
    "sparse-huge": lambda: sparse((1 << 62) + BLOCK),
    "zeroes": lambda: gzip.compress(ZEROES, 1, mtime=0),
    # Ways out.
    "up": lambda: tar(file("a/../../../tmp/tend-image-escaped")),
    "link-up": lambda: tar(symlink("way", "../../../../tmp"), file("way/tend-image-escaped")),
    "link-absolute": lambda: tar(symlink("way", "/tmp"), file("way/tend-image-escaped")),
    "absolute": lambda: tar(file("/tmp/tend-image-escaped")),
    "hardlink-up": lambda: tar(hardlink("mine", "../../../../etc/passwd")),
    "hardlink-missing": lambda: tar(hardlink("mine", "/etc/passwd")),
    "hardlink-directory": lambda: tar(directory("d"), hardlink("d/d", "d")),
    "through-file": lambda: tar(file("f"), file("f/g")),
    "link-loop": lambda: tar(symlink("a", "b"), symlink("b", "a"), file("a/x")),
    "link-empty": lambda: tar(symlink("a", "")),
    "long-name": lambda: tar(file("n" * 256)),
    "deep": lambda: tar(*[symlink(f"l{i}", f"/l{i - 1}/" + "d/" * 1000 if i else "d/" * 1000) for i in range(4)],
                        file("l3/x")),
    "device-number": lambda: tar(("d", {"type": tarfile.CHRTYPE, "devmajor": 5000, "devminor": 1}, None)),
    "owner": lambda: tar(file("f", uid=1 << 33)),
    # Damage.
    "cut-file": lambda: LARGE[:len(LARGE) // 2],
    "cut-gzip": lambda: gzip.compress(LARGE, mtime=0)[:3000],
    "text": lambda: b"no archive\n" * 100,
    "empty": lambda: b"",
    "layout": lambda: layout([LAYER]),
    "layout-cut": lambda: layout([LARGE])[:3 * BLOCK],
    "layout-flipped": lambda: layout([LAYER], left_out=[LAYER], extra=[blob(LAYER.replace(b"x", b"y"), digest(LAYER))]),
    "layout-layer-cut": lambda: layout([LARGE], left_out=[LARGE], extra=[blob(LARGE[:BLOCK * 9], digest(LARGE))]),
    "layout-gzip-cut": lambda: layout([LARGE], packed=[gzip.compress(LARGE, mtime=0)[:-9]]),
    "layout-layer-missing": lambda: layout([LAYER], left_out=[LAYER]),
    "layout-diff-id": lambda: layout([LAYER], config=config_of([LARGE])),
    "layout-counts": lambda: layout([LAYER], config=config_of([])),
    "layout-no-diff-ids": lambda: layout([LAYER], config=as_json({"architecture": "amd64", "os": "linux"})),
    "layout-arm": lambda: layout([LAYER], config=as_json({"architecture": "arm64", "os": "linux"})),
    "layout-config": lambda: layout([LAYER], config=config_of([LAYER], config={"Env": "PATH=/"})),
    "layout-config-text": lambda: layout([LAYER], config=b"text"),
    "layout-index-text": lambda: layout([LAYER], index=b"{"),
    "layout-index-empty": lambda: layout([LAYER], index=as_json({"manifests": []})),
    "layout-path": lambda: layout([LAYER], index=as_json({"manifests": [{"digest": "sha256:../../../etc/passwd"}]})),
    "layout-deep": lambda: nested(9),
    "layout-link": lambda: tar(file("oci-layout", b"{}"), symlink("index.json", "/etc/passwd")),
    "layout-whiteouts": lambda: layout([
        tar(file("gone"), file("d/old"), directory("e"), file("e/old"), file("kept")),
        tar(file(".wh.gone"), file("d/new"), file("d/.wh..wh..opq"), file("e/.wh.old"), file(".wh..wh.plnk"),
            file(".wh.never"))]),
    "layout-whiteout-up": lambda: layout([tar(file(".wh..."))]),
    "layout-whiteout-nothing": lambda: layout([tar(file(".wh."))]),
    "docker-link": lambda: tar(
        file("manifest.json", as_json([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["x/layer.tar"]}])),
        file("c.json", config_of([LAYER])), file("y/layer.tar", LAYER), symlink("x/layer.tar", "../y/layer.tar")),
    "docker-two": lambda: tar(
        file("manifest.json", as_json([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l"]},
                                       {"Config": "c.json", "RepoTags": ["b:1"], "Layers": ["l"]}])),
        file("c.json", config_of([LAYER])), file("l", LAYER)),
    "docker-config-damaged": lambda: tar(
        file("manifest.json", as_json([{"Config": "0" * 64 + ".json", "Layers": []}])),
        file("0" * 64 + ".json", config_of([]))),
}


def main():
    for name, make in ARCHIVES.items():
        Path(sys.argv[1], name + ".tar").write_bytes(make())


main()
