"""What a device does in one run: trains, reports, swaps and examines itself."""

import sys

import torch

import table
from identity import Identity, Peer
from learning import Change, Model, Personal
from sealing import KINDS, Sealer
from swaps import UNKNOWN, Receiver, Said, Source, refused
from wire import Broken, Stop, messages, numbers, settings, tensor

SERVERS = ("kula:orchestrator", "kula:monitor")
SERVERS_ALONE = {"global_model", "examine", "profile_request", "fleet_labels", "ordered", "revoked",
                 "close_swaps"}
SKETCH = 8


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def refuse_unknown(told: settings.FleetSettings) -> None:
    """This device makes no noise, and takes part in no run that counts on what it cannot do."""
    devices, target = told.devices, told.target.partition(":")[0]
    personal = settings.Personalization.Name(devices.personalization)
    protection = settings.Protection.Name(devices.privacy.protection)
    for holds, what, rule in [
        (told.WhichOneof("data") == "own", "a rehearsal", "of devices with data of their own"),
        (protection == "PROTECTION_NONE", f"with {protection}",
         "with PROTECTION_NONE: this device makes no noise"),
        (devices.privacy.update.WhichOneof("kind") != "in_sum", "of masked updates", "of bare ones"),
        (told.task.HasField("classification"), "a regression", "a classification"),
        (target in ("local", "mixture"), f"for target '{told.target}'", "for local or mixture:W"),
        (personal in ("PERSONALIZATION_NONE", "PERSONALIZATION_FINE_TUNE"), f"with {personal}",
         "with none or fine-tune"),
        (devices.broadcast.models == 1 and not devices.broadcast.has_control,
         "of several models or with a control variate", "of one model"),
        (devices.update_bits in (0, 32), f"of updates in {devices.update_bits} bits", "of those in 32"),
    ]:
        if not holds:
            raise Stop(f"the server's run is {what}, must be {rule}; ask its operator for another")


class Runner:
    """This device's part in one run."""

    def __init__(self, told: settings.FleetSettings, identity: Identity, sealer: Sealer, data: str):
        refuse_unknown(told)
        self.told, self.identity, self.sealer = told, identity, sealer
        classes = told.task.classification.classes
        self.model = Model(told.model, len(told.own.schema.features), classes)
        self.parts = table.divide(table.read(data, told), told, identity.seed("split"))
        self.personal = Personal(self.model, self.parts.train, self.parts.fold, self.parts.target,
                                 told.devices.fine_tune_plan)
        self.source = Source(told, identity, self.model, self.parts.train)
        self.receiver = Receiver(told, identity, self.personal)
        self.global_model: torch.Tensor | None = None
        self.earlier: dict[int, torch.Tensor] = {}
        self.fleet_shares: torch.Tensor | None = None
        self.keys: dict = {}
        self.bare: set[str] = set()  # kinds of releases so far, all without noise
        self.personal_model: torch.Tensor | None = None

    def perform(self, job: messages.Job) -> messages.Result:
        what = job.WhichOneof("what")
        try:
            if what == "train":
                return self.train(job.train)
            if what == "deliver":
                return self.deliver(job.deliver)
        except ArithmeticError as failure:  # told the owner; to the server it would say something
            tell(str(failure))
            return messages.Result(trained={}) if what == "train" else messages.Result(said={})
        return messages.Result(done={})

    def train(self, job: messages.Train) -> messages.Result:
        start = self.earlier.get(job.group, self.global_model)
        if job.HasField("model"):
            start = numbers(job.model)
        if start is None or len(start) != self.model.size:
            raise Broken("this device has no such model yet, must be sent one before it trains")
        random = torch.Generator().manual_seed(self.identity.seed("train", job.round))
        trained, loss, steps = self.model.train(start, self.parts.train, job.plan, random)
        self.bare.add("updates")
        update = messages.Update(delta=tensor(trained - start), weight=len(self.parts.train),
                                 training_loss=loss, steps=max(1, steps))
        return messages.Result(trained=messages.Trained(update=update))

    def deliver(self, job: messages.Deliver) -> messages.Result:
        """All messages in their order, and then what offers there were among them."""
        for introduction in job.introductions:
            self.meet(introduction)
        said: Said = []
        offers: Said = []
        for envelope in job.inbox:
            sender = getattr(envelope, "from")
            try:
                kind, message = self.opened(envelope.message, sender)
            except Broken as unheard:
                tell(f"{unheard}; it is let lie")
                continue
            if kind == "offered":
                offers.append((sender, message))
            elif sender in SERVERS or kind not in SERVERS_ALONE:
                said += self.answer(kind, message, sender, job.now)
        said += self.receiver.resolve(offers, self.keys, self.global_model)
        return messages.Result(said=messages.Said(envelopes=[
            messages.Envelope(**{"from": self.identity.peer.name}, to=to, message=message)
            for to, message in self.sealed(said)]))

    def opened(self, message: messages.Message, sender: str) -> tuple[str, object]:
        """What servers say is not sealed; what devices say to each other is."""
        kind = message.WhichOneof("kind")
        if sender not in SERVERS or kind in KINDS:
            message = self.sealer.opened(self.told.own.run, sender, message)
            kind = message.WhichOneof("kind")
        return kind, getattr(message, kind)

    def sealed(self, said: Said) -> Said:
        """As the orchestrator is to carry it; nothing to a device that has shown no key."""
        sealed = [(to, self.sealer.sealed(self.told.own.run, to, message)
                   if message.WhichOneof("kind") in KINDS else message) for to, message in said]
        for to in (to for to, message in sealed if message is None):
            tell(f"nothing is said to '{to}', which has shown no usable sealing key")
        return [(to, message) for to, message in sealed if message is not None]

    def answer(self, kind: str, message, sender: str, now) -> Said:
        """What this device says to one message; nothing to what it does not take part in."""
        if kind == "global_model":
            self.take(message)
        elif kind == "earlier_model":
            self.earlier[message.group] = numbers(message.parameters)
        elif kind == "fleet_labels":
            shares = torch.tensor(message.shares)
            if len(shares) == len(self.parts.target) and (shares > 0).all():
                self.fleet_shares = shares
        elif kind in ("fetch", "summarise"):
            return [(sender, refused(message.order, UNKNOWN))]
        elif kind == "refused":
            self.receiver.refused(message, sender)
        elif kind == "visited":
            self.receiver.visited(message, sender)
        elif kind == "revoked":
            self.source.revoke(message.order)
            self.receiver.revoke(message.order)
            return [(sender, messages.Message(revoked=message))]
        elif self.global_model is None:
            return []
        elif kind == "examine":
            return [("kula:evaluator", self.examine(message))]
        elif kind == "profile_request":
            return [(sender, self.profile(message.round))]
        elif kind == "ordered":
            return self.ordered(message.order, now)
        elif kind == "visit":
            self.bare.add("visits")
            return [(sender, each) for each in self.source.visit(message, sender, self.global_model, now)]
        elif kind == "close_swaps":
            closed = self.receiver.close(message.round, self.start())
            self.bare.update(["outcomes"] if closed else [])
            return closed
        return []

    def take(self, sent: messages.GlobalModel) -> None:
        model = numbers(sent.parameters)
        if len(model) == self.model.size and torch.isfinite(model).all():
            self.global_model, self.earlier = model, {}

    def ordered(self, order: messages.SwapOrder, now) -> Said:
        if order.receiver == self.identity.peer.name:
            self.receiver.expect(order)
        elif order.source == self.identity.peer.name:
            return [(order.receiver, self.source.offer(order, now))]
        return []

    def meet(self, introduction: messages.Introduction) -> None:
        try:
            peer = Peer.of(introduction.chain[0], self.identity.authority)
            if peer.role == "device" and peer.key:
                self.keys[peer.name] = peer.key
                if introduction.HasField("sealing"):
                    self.sealer.meet(peer.name, introduction.sealing, peer.key)
        except (ValueError, IndexError) as stranger:
            tell(f"an introduction: {stranger}")

    def start(self) -> torch.Tensor:
        """The global model, as if it had learnt from as many of each label as this device serves."""
        start = self.global_model.clone()
        if self.fleet_shares is not None:
            held = len(self.parts.train) + len(self.parts.fold)
            served = self.parts.target * held + 0.5
            start[-len(served) :] += torch.log(served / served.sum() / self.fleet_shares)
        return start

    def make(self, changes: list[Change], round_: int) -> torch.Tensor:
        if self.told.devices.personalization == settings.PERSONALIZATION_NONE:
            return self.global_model
        return self.personal.make(self.start(), changes, self.identity.seed("personal", round_))

    def examine(self, asked: messages.Examine) -> messages.Message:
        self.personal_model = self.make(self.receiver.changes, asked.round)
        personal = self.model.evaluate(self.personal_model, self.parts.exam)
        self.bare.add("examinations")
        examined = messages.Examined(round=asked.round, personal=personal, without_noise=sorted(self.bare))
        if asked.occasion == messages.OCCASION_FINAL:
            without = self.model.evaluate(self.make([], asked.round), self.parts.exam)
            examined.without_swaps = without.correct_sum / without.weight
            tell(f"Own exam: {personal.correct_sum / personal.weight:.1%} right")
        return messages.Message(examined=examined)

    def profile(self, round_: int) -> messages.Message:
        """Without noise. Sketches of features are those of zeros: see the README."""
        own = self.parts.train.plus(self.parts.fold)
        counts = torch.bincount(own.y, minlength=len(self.parts.target)).tolist()
        losses = self.model.losses(self.global_model, own)
        self.bare.add("profiles")
        profile = messages.Profile(
            device=self.identity.peer.name, round=round_, label_counts=counts,
            class_sums=[each for count in counts for each in [0] * (SKETCH - 1) + [count]],
            correct=self.model.evaluate(self.global_model, own).correct_sum,
            loss_fraction=float((losses.nan_to_num(5).clamp(max=5) / 5).sum()), noise=messages.Noise())
        return messages.Message(profile_report=messages.ProfileReport(profile=profile))

    def state(self) -> dict:
        """What has to survive a round; the model comes with the job to go back."""
        return {"changes": [change.delta for change in self.receiver.changes],
                "given": dict(self.source.given), "fleet_shares": self.fleet_shares}

    def go_back(self, state: dict, restore: messages.Restore) -> None:
        self.receiver.changes = [Change(delta) for delta in state["changes"]]
        self.source.given.update(state["given"])
        self.fleet_shares = state["fleet_shares"]
        self.take(messages.GlobalModel(parameters=restore.model))
