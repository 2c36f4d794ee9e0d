"""The session of a device with its server, which is made again for as long as it takes."""

import hashlib
import queue
import random
import time
from typing import Callable, Protocol

import grpc

from identity import Identity
from wire import Broken, Stop, fleet, messages

VERSION = 1
PIECE = 1 << 18
LARGEST = (1 << 31) - 1
LEAST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
REFUSALS = {grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED}
OPTIONS = [("grpc.max_receive_message_length", 1 << 20), ("grpc.keepalive_time_ms", 60_000),
           ("grpc.keepalive_timeout_ms", 20_000), ("grpc.enable_retries", 0)]


class Worker(Protocol):
    def welcome(self, settings: bytes, new_server: bool) -> None: ...

    def perform(self, job: bytes) -> bytes: ...


class Incoming:
    """A job that comes in pieces; what has come outlives a connection."""

    def __init__(self) -> None:
        self.job, self.data = 0, bytearray()

    def take(self, frame: fleet.Frame) -> bytes | None:
        """The whole, with its last piece."""
        if frame.offset == 0:
            self.job, self.data = frame.job, bytearray()
        fits = len(self.data) + len(frame.piece) <= frame.size <= LARGEST
        if frame.job != self.job or frame.offset != len(self.data) or not fits:
            self.__init__()
            raise Broken("a piece does not go on where the last one ended, must do; send all again")
        self.data += frame.piece
        if len(self.data) < frame.size:
            return None
        whole = bytes(self.data)
        self.__init__()
        if hashlib.sha256(whole).digest() != frame.digest:
            raise Broken(f"the digest of job {frame.job} is not that of its bytes; send it again")
        return whole


class Session:
    """What outlives connections: who the server is, the last job, its result, half of the next."""

    def __init__(self, host: str, port: int, identity: Identity, sealing: messages.SealingKey, worker: Worker,
                 tell: Callable[[str], None]):
        self.host, self.port, self.identity, self.sealing = host, port, identity, sealing
        self.worker, self.tell = worker, tell
        self.server, self.job, self.result = b"", 0, b""
        self.incoming = Incoming()
        self.welcomed = False

    def run(self) -> None:
        """Until the server ends the run."""
        pause, told = LEAST_PAUSE, False
        while True:
            self.welcomed = False
            try:
                self.identity.look_at(self.host, self.port)
                return self.attend()
            except grpc.RpcError as broken:
                if broken.code() in REFUSALS:
                    raise Stop(f"the server refuses this device: {broken.details()}", 1) from broken
                why = broken.details()
            except (OSError, ValueError) as broken:
                why = str(broken)
            if self.welcomed:
                pause, told = LEAST_PAUSE, False
            if not told:
                self.tell(f"the server cannot be reached ({why}); this device goes on trying")
                told = True
            time.sleep(pause * random.uniform(0.5, 1.5))  # not all devices at the same moment
            pause = min(2 * pause, LONGEST_PAUSE)

    def attend(self) -> None:
        """One connection, until it ends well or raises why not."""
        target = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        said: queue.SimpleQueue = queue.SimpleQueue()
        with grpc.secure_channel(target, self.identity.credentials, OPTIONS) as channel:
            call = channel.stream_stream(
                "/kula.v1.Fleet/Attend", fleet.FromDevice.SerializeToString, fleet.ToDevice.FromString,
            )(iter(said.get, None))
            partial = len(self.incoming.data) if self.incoming.job == self.job + 1 else 0
            said.put(fleet.FromDevice(hello=fleet.Hello(
                version=VERSION, server=self.server, job=self.job, partial=partial,
                sealing=self.sealing)))
            try:
                for told in call:
                    if told.HasField("welcome"):
                        self.take_welcome(told.welcome, said)
                    elif told.HasField("job") and self.welcomed:
                        self.take_job(told.job, said)
                    else:
                        raise Broken("a message is empty or came before the welcome")
            finally:
                said.put(None)
                call.cancel()

    def take_welcome(self, welcome: fleet.Welcome, said: queue.SimpleQueue) -> None:
        new = welcome.server != self.server
        if new:
            self.server, self.job, self.result = welcome.server, 0, b""
            self.incoming = Incoming()
        self.worker.welcome(welcome.settings, new)
        self.welcomed = True
        if self.job > welcome.result:
            self.send(said, welcome.partial)

    def take_job(self, frame: fleet.Frame, said: queue.SimpleQueue) -> None:
        whole = self.incoming.take(frame)
        if whole is not None:
            self.result = self.worker.perform(whole)
            self.job = frame.job
            self.send(said, 0)

    def send(self, said: queue.SimpleQueue, start: int) -> None:
        """The result, from the byte on that the server lacks."""
        size, digest = len(self.result), hashlib.sha256(self.result).digest()
        for offset in range(start if start < size else 0, size, PIECE):
            piece = self.result[offset : offset + PIECE]
            last = offset + len(piece) == size
            said.put(fleet.FromDevice(result=fleet.Frame(
                job=self.job, offset=offset, size=size, piece=piece, digest=digest if last else b"")))
