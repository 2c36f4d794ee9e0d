"""The messages of the protocol, made from the proto files when the device starts."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import torch

PROTO = Path(__file__).resolve().parents[2] / "kula-wire/src/main/proto"
FILES = ["kula/v1/fleet.proto", "kula/v1/messages.proto", "kula/v1/settings.proto"]
FLOAT32 = 1

with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={folder}", *FILES], check=True)
    sys.path.insert(0, folder)
    from kula.v1 import fleet_pb2 as fleet
    from kula.v1 import messages_pb2 as messages
    from kula.v1 import settings_pb2 as settings

    sys.path.remove(folder)


class Stop(Exception):
    """Why this device takes no part, in one line; and the exit code that says whose fault it is."""

    def __init__(self, reason: str, code: int = 2):
        super().__init__(reason)
        self.code = code


class Broken(ValueError):
    """The server broke a rule of the protocol."""


def decode(kind, data: bytes):
    """A message, refused if it has a field that is not known here: it may change what the rest means."""
    try:
        message = kind.FromString(data)
    except Exception as malformed:
        raise Broken(f"bytes are no {kind.DESCRIPTOR.name}") from malformed
    size = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() < size:
        raise Broken(f"a field in {kind.DESCRIPTOR.name} is not known here, must be of version 1")
    return message


def tensor(numbers: torch.Tensor) -> messages.Tensor:
    data = numbers.detach().numpy().astype("<f4").tobytes()
    return messages.Tensor(encoding=FLOAT32, length=len(numbers), data=data)


def numbers(sent: messages.Tensor) -> torch.Tensor:
    if sent.encoding != FLOAT32 or len(sent.data) != 4 * sent.length:
        raise Broken(f"a tensor of {sent.length} numbers has {len(sent.data)} bytes, must have 4 each")
    return torch.from_numpy(numpy.frombuffer(sent.data, "<f4").astype("float32"))
