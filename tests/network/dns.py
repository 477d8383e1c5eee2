"""A name server for one zone, in threads of the test."""
import ipaddress
import socket
import struct
import threading
from typing import Dict, List

TYPES = {1: 4, 28: 6}


def question_of(packet: bytes) -> "tuple[str, int, bytes]":
    """Name, type, and the question's bytes."""
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack_from(">H", packet, at + 1)[0], packet[12:at + 5]


def answer_to(packet: bytes, names: Dict[str, List[str]], udp: bool) -> bytes:
    """Long answers are cut over UDP, and asked for again over TCP."""
    name, kind, question = question_of(packet)
    found = [ipaddress.ip_address(text) for text in names.get(name, [])]
    packed = [address.packed for address in found if TYPES.get(kind) == address.version]
    cut = udp and len(packed) > 20
    flags = 0x8580 | (0x0200 if cut else 0) | (0 if name in names else 3)
    records = b"" if cut else b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(address)) + address for address in packed)
    return packet[:2] + struct.pack(">HHHHH", flags, 1, 0 if cut else len(packed), 0, 0) + question + records


def serve(address: str, names: Dict[str, List[str]]) -> None:
    """For as long as the process lives."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((address, 53))
    connections = socket.create_server((address, 53))

    def serve_datagrams() -> None:
        while True:
            packet, client = datagrams.recvfrom(4096)
            datagrams.sendto(answer_to(packet, names, True), client)

    def serve_connections() -> None:
        while True:
            client, _ = connections.accept()
            with client, client.makefile("rb") as stream:
                while head := stream.read(2):
                    answer = answer_to(stream.read(struct.unpack(">H", head)[0]), names, False)
                    client.sendall(struct.pack(">H", len(answer)) + answer)

    for work in (serve_datagrams, serve_connections):
        threading.Thread(target=work, daemon=True).start()
