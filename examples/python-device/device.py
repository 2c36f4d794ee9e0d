"""A device of a live fleet with a table of its own, for fleets without noise."""

import argparse
import os
import sys
from pathlib import Path

import torch

from identity import Identity
from runner import Runner, tell
from sealing import Sealer
from session import Session
from wire import Broken, Stop, decode, messages, settings

PORT = 7443


class Worker:
    """Makes a runner for each run, has it do its jobs, and keeps its state where it is told to."""

    def __init__(self, identity: Identity, sealer: Sealer, data: str, out: Path):
        self.identity, self.sealer, self.data, self.out = identity, sealer, data, out
        self.settings, self.runner = b"", None
        self.first = self.used = False  # whether no job of this server has come; whether any has

    def welcome(self, sent: bytes, new_server: bool) -> None:
        if self.runner is None or sent != self.settings:
            self.begin(sent)
        self.first = self.first or new_server

    def begin(self, sent: bytes) -> None:
        try:
            told = decode(settings.FleetSettings, sent)
            self.runner = Runner(told, self.identity, self.sealer, self.data)
        except ValueError as unknown:
            raise Stop(f"the server's settings: {unknown}; ask its operator for another run") from unknown
        self.settings, self.used = sent, False

    def perform(self, data: bytes) -> bytes:
        try:
            result = self.work(decode(messages.Job, data))
        except Broken as broken:
            result = messages.Result(failed=messages.Failed(reason=str(broken)))
        except (ValueError, LookupError, RuntimeError) as defect:
            tell(f"a job could not be done: {defect}")
            result = messages.Result(failed=messages.Failed(reason="this device could not do the job"))
        self.first, self.used = False, True
        return result.SerializeToString()

    def work(self, job: messages.Job) -> messages.Result:
        what = job.WhichOneof("what")
        if self.first and self.used and what != "restore":
            self.begin(self.settings)  # the server begins anew
        if what == "keep":
            self.keep(job.keep.round)
        elif what == "restore":
            self.restore(job.restore)
        else:
            return self.runner.perform(job)
        return messages.Result(done=messages.Done())

    def kept(self, round_: int) -> Path:
        return self.out / f"kept-{round_}.pt"

    def keep(self, round_: int) -> None:
        """Written whole or not at all, and on the disk when this returns."""
        half = self.out / "kept.half"
        with open(half, "wb") as file:
            torch.save({"run": self.runner.told.own.run, **self.runner.state()}, file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.kept(round_))
        for old in sorted(self.out.glob("kept-*.pt"), key=os.path.getmtime)[:-2]:
            old.unlink()  # a server goes back to its last checkpoint, or to the one before

    def restore(self, restore: messages.Restore) -> None:
        path = self.kept(restore.round)
        state = torch.load(path) if path.exists() else {"run": None}
        if state["run"] != self.runner.told.own.run:
            raise Broken(f"nothing is kept of round {restore.round}")
        self.begin(self.settings)
        self.runner.go_back(state, restore)

    def close(self) -> None:
        """The owner's: the personal model that it ends with."""
        if self.runner and self.runner.personal_model is not None:
            path = self.out / "personal.pt"
            torch.save(self.runner.model.layers(self.runner.personal_model), path)
            tell(f"Personal model: {path}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, metavar="HOST[:PORT]",
                        help=f"the port is {PORT} if left out")
    parser.add_argument("--identity", required=True, metavar="PATH",
                        help="certificate and keys, PATH.pem and PATH.key")
    parser.add_argument("--authority", default="authority/authority.pem", metavar="FILE",
                        help="the authority's certificate")
    parser.add_argument("--data", required=True, metavar="FILE", help="a CSV table of this device's own")
    parser.add_argument("--out", metavar="DIR", help="where it keeps its state; runs/NAME if left out")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    torch.set_num_threads(1)  # models of this size gain nothing from more
    try:
        identity = Identity(given.identity, given.authority)
        host, _, port = given.server.partition(":")
        if port and not port.isdigit():
            raise Stop(f"--server is '{given.server}', must be HOST or HOST:PORT; try 127.0.0.1:{PORT}")
        out = Path(given.out or f"runs/{identity.peer.name}")
        out.mkdir(parents=True, exist_ok=True)
        sealer = Sealer(identity)
        worker = Worker(identity, sealer, given.data, out)
        Session(host, int(port or PORT), identity, sealer.shown, worker, tell).run()
        worker.close()
        return 0
    except Stop as stop:
        tell(f"kula-python: {stop}")
        return stop.code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
