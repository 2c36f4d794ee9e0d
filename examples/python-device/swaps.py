"""Swaps by visit: this device as the source that a model visits, and as the receiver that decides."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import torch

from identity import Identity, signed_text
from learning import Change, Model, Personal, Samples
from wire import messages, numbers, settings, tensor

VISITS = {messages.EXCHANGE_VISIT: "VISIT", messages.EXCHANGE_WHOLE_VISIT: "WHOLE_VISIT"}
UNKNOWN = "this device swaps by visits alone"
Said = list[tuple[str, messages.Message]]


def time_text(at) -> str:
    """ISO 8601, with as few digits after the seconds as are exact: 0, 3, 6 or 9."""
    digits = f"{at.nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    text = (datetime(1970, 1, 1) + timedelta(seconds=at.seconds)).isoformat()
    return f"{text}.{digits}Z" if digits else f"{text}Z"


def visiting_size(model: Model, exchange: int) -> int:
    return model.size - model.head if exchange == messages.EXCHANGE_VISIT else model.size


def refused(order: int, reason: str) -> messages.Message:
    return messages.Message(refused=messages.Refused(order=order, reason=reason))


class Source:
    """Points to samples, grants leases, and trains what comes with one."""

    def __init__(self, told: settings.FleetSettings, identity: Identity, model: Model, train: Samples):
        self.told, self.identity, self.model, self.train = told, identity, model, train
        self.given: dict[str, set[int]] = defaultdict(set)  # rows that a receiver was pointed to
        self.granted: dict[int, tuple[messages.Lease, list[int]]] = {}
        self.uses: dict[int, int] = {}
        self.leased: dict[int, int] = {}  # the lease of each order
        self.next_lease = time.time_ns() // 1000  # above those of a process before this one

    def pick(self, order: messages.SwapOrder) -> list[int]:
        """By chance among what is new to the receiver, of the wanted labels in turn."""
        fresh = [row for row in range(len(self.train)) if row not in self.given[order.receiver]]
        Random(self.identity.seed("pick", order.number)).shuffle(fresh)
        wanted = order.labels or range(self.told.task.classification.classes)
        turns: dict[int, int] = defaultdict(int)
        ranked = []
        for row in fresh:
            label = int(self.train.y[row])
            if label in wanted:
                ranked.append((turns[label] if order.labels else 0, len(ranked), row))
                turns[label] += 1
        return [row for _, _, row in sorted(ranked)[: order.samples]]

    def offer(self, order: messages.SwapOrder, now) -> messages.Message:
        if order.exchange not in VISITS:
            return refused(order.number, UNKNOWN)
        rows = self.pick(order)
        if not rows:
            return refused(order.number, "the source has nothing to offer")
        self.given[order.receiver].update(rows)
        seen = torch.cat([self.train.x[rows], self.train.y[rows, None].float()], 1)
        block = self.identity.digest("names of blocks", seen.numpy().astype(">f4").tobytes())
        exchange = VISITS[order.exchange]
        pointer = messages.DataPointer(
            block=block, source=order.source, schema=self.told.schema, size=order.samples,
            labels=order.labels, exchange=order.exchange, purpose="swap")
        pointer.signature = self.identity.sign(
            block.hex(), pointer.source, pointer.schema, pointer.size, list(pointer.labels), exchange, "swap")
        lease = messages.Lease(number=self.next_lease, block=block, source=order.source,
                               holder=order.receiver, uses=order.uses, exchange=order.exchange)
        ends = now.ToNanoseconds() + order.lease.ToNanoseconds()
        lease.expires.FromNanoseconds(ends)
        lease.signature = self.identity.sign(
            lease.number, block.hex(), lease.source, lease.holder, time_text(lease.expires), lease.uses,
            exchange)
        self.granted[lease.number] = lease, rows
        self.uses[lease.number] = lease.uses
        self.leased[order.number] = lease.number
        self.next_lease += 1
        return messages.Message(offered=messages.Offered(order=order.number, pointer=pointer, lease=lease))

    def revoke(self, order: int) -> None:
        """Answers no more what it leased for an order."""
        if order in self.leased:
            self.uses[self.leased[order]] = 0

    def visit(self, visit: messages.Visit, sender: str, global_model: torch.Tensor, now
              ) -> list[messages.Message]:
        return [self.train_visitor(each.order, each.lease, visit, sender, global_model, now)
                for each in visit.leases]

    def train_visitor(self, order: int, lease: messages.Lease, visit: messages.Visit, sender: str,
                      global_model: torch.Tensor, now) -> messages.Message:
        granted, rows = self.granted.get(lease.number, (None, []))
        if granted != lease or sender != lease.holder:
            return refused(order, f"lease {lease.number} is not one that this device granted to '{sender}'")
        if now.ToNanoseconds() > lease.expires.ToNanoseconds() or self.uses[lease.number] < 1:
            return refused(order, f"lease {lease.number} has expired, is used up or was revoked")
        self.uses[lease.number] -= 1
        visitor, size = numbers(visit.parameters), visiting_size(self.model, lease.exchange)
        if len(visitor) != size or not torch.isfinite(visitor).all():
            return refused(order, f"what visits must be {size} finite numbers")
        start = torch.cat([global_model[: self.model.size - size], visitor])
        scope = messages.SCOPE_HEAD if size < self.model.size else messages.SCOPE_ALL
        random = torch.Generator().manual_seed(self.identity.seed("visit", order))
        plan = self.told.devices.visit_plan
        try:
            trained, _, _ = self.model.train(start, self.train.at(rows), plan, random, scope)
        except ArithmeticError:
            trained = start  # to refuse would say something of the samples
        delta = (trained - start)[-size:]
        return messages.Message(visited=messages.Visited(order=order, block=lease.block, delta=tensor(delta)))


@dataclass
class Pending:
    """An order that this device receives on, and how far it has come."""

    order: messages.SwapOrder
    refusal: str = ""
    offered: messages.Offered | None = None
    delta: torch.Tensor | None = None
    bytes: int = 0


@dataclass
class Tally:
    """What there is to say of one source."""

    asked: int = 0
    answered: int = 0
    verdicts: list[int] = field(default_factory=lambda: [0, 0, 0])


class Receiver:
    """Visits sources, and lets in what makes its own model better by cross-validation."""

    def __init__(self, told: settings.FleetSettings, identity: Identity, personal: Personal):
        self.told, self.name, self.personal = told, identity.peer.name, personal
        self.pending: dict[int, Pending] = {}
        self.changes: list[Change] = []
        self.orders: list[int] = []  # which brought each of them

    def expect(self, order: messages.SwapOrder) -> None:
        refusal = "" if order.exchange in VISITS else UNKNOWN
        self.pending.setdefault(order.number, Pending(order, refusal))

    def is_genuine(self, offer: messages.Offered, sender: str, keys: dict) -> bool:
        pointer, swap = offer.pointer, self.pending.get(offer.order)
        if not swap or swap.refusal or swap.offered or sender not in keys:
            return False
        order = swap.order
        text = signed_text(pointer.block.hex(), pointer.source, pointer.schema, pointer.size,
                           list(pointer.labels), VISITS.get(pointer.exchange), pointer.purpose)
        try:
            keys[sender].verify(pointer.signature, text)
        except Exception:
            return False
        return (sender == order.source == pointer.source and pointer.size <= order.samples
                and list(pointer.labels) == list(order.labels) and pointer.exchange == order.exchange
                and offer.lease.holder == self.name and offer.lease.block == pointer.block)

    def resolve(self, offers: Said, keys: dict, global_model: torch.Tensor | None) -> Said:
        """One visit of a kind to a source, however many pointers it gave."""
        visits: dict[tuple[str, int], list[Pending]] = defaultdict(list)
        for sender, offer in sorted(offers, key=lambda said: said[1].order):
            if global_model is not None and self.is_genuine(offer, sender, keys):
                swap = self.pending[offer.order]
                swap.offered = offer
                visits[sender, offer.pointer.exchange].append(swap)
        said = []
        for (source, exchange), swaps in visits.items():
            visitor = global_model[-visiting_size(self.personal.model, exchange) :]
            leases = [messages.OrderLease(order=s.order.number, lease=s.offered.lease) for s in swaps]
            visit = messages.Visit(leases=leases, round=swaps[0].order.round, parameters=tensor(visitor))
            for swap in swaps:
                swap.bytes += swap.offered.ByteSize() + visit.ByteSize() // len(swaps)
            said.append((source, messages.Message(visit=visit)))
        return said

    def refused(self, refusal: messages.Refused, sender: str) -> None:
        swap = self.pending.get(refusal.order)
        if swap and swap.order.source == sender:
            swap.refusal = refusal.reason or "no reason given"

    def revoke(self, order: int) -> None:
        """Uses no more what came in under an order."""
        if order in self.pending:
            self.pending[order].refusal, self.pending[order].delta = "its lease was revoked", None
        if order in self.orders:
            at = self.orders.index(order)
            del self.orders[at], self.changes[at]

    def visited(self, visited: messages.Visited, sender: str) -> None:
        swap = self.pending.get(visited.order)
        if not swap or swap.order.source != sender or not swap.offered:
            return
        if swap.refusal or swap.delta is not None:
            return  # the first answer counts
        swap.bytes += visited.ByteSize()
        delta = numbers(visited.delta)
        size = visiting_size(self.personal.model, swap.order.exchange)
        if len(delta) == size and torch.isfinite(delta).all():
            swap.delta = delta
        else:
            swap.refusal = "what the source sent back is no change of what visited it"

    def close(self, round_: int, start: torch.Tensor) -> Said:
        """Decides on all that was ordered. What earlier visits changed belongs to an older model."""
        if not self.pending:
            return []
        self.changes, self.orders = [], []
        losses: list[torch.Tensor] = []
        tallies: dict[str, Tally] = defaultdict(Tally)
        said: Said = []
        for _, swap in sorted(self.pending.items()):
            settlement = self.settle(swap, start, losses, tallies[swap.order.source])
            said.append(("kula:evaluator", messages.Message(settled=messages.Settled(settlement=settlement))))
        self.pending = {}
        ratings = [messages.Rating(source=source, useful=t.verdicts[0], neutral=t.verdicts[1],
                                   harmful=t.verdicts[2], judged=any(t.verdicts), answered=t.answered,
                                   asked=t.asked)
                   for source, t in sorted(tallies.items())]
        outcomes = messages.Outcomes(round=round_, ratings=ratings)
        return said + [("kula:orchestrator", messages.Message(outcomes=outcomes))]

    def settle(self, swap: Pending, start: torch.Tensor, losses: list[torch.Tensor], tally: Tally
               ) -> messages.Settlement:
        tally.asked += 1
        order = swap.order
        settlement = messages.Settlement(order=order, exchange=order.exchange, bytes=swap.bytes)
        if swap.delta is None:
            tally.answered += bool(swap.refusal)
            settlement.ending = messages.ENDING_REJECTED if swap.refusal else messages.ENDING_EXPIRED
            settlement.reason = f"refused: {swap.refusal}" if swap.refusal else "no answer in time"
            return settlement
        tally.answered += 1
        size = swap.offered.pointer.size
        settlement.as_copy_bytes = size * 4 * (self.personal.train.x.shape[1] + 1)
        candidate = [*self.changes, Change(swap.delta)]
        if order.admission == messages.ADMISSION_UNGATED_BOTH:
            accepted, settlement.reason = True, "admitted without a gate"
        else:
            accepted = self.judge(order, candidate, start, losses, tally, settlement)
        settlement.ending = messages.ENDING_ACCEPTED if accepted else messages.ENDING_REJECTED
        if accepted:
            self.changes = candidate
            self.orders.append(order.number)
            settlement.samples = size
            settlement.labels.extend(self.asked(order, size))
        return settlement

    def judge(self, order: messages.SwapOrder, candidate: list[Change], start: torch.Tensor,
              losses: list[torch.Tensor], tally: Tally, settlement: messages.Settlement) -> bool:
        """The gate: the loss must fall by more than the tolerance, and by more than by luck."""
        gate = self.told.devices.gate
        if not losses:
            losses.append(self.personal.cross_validate(start, self.changes, gate.folds))
        try:
            now = self.personal.cross_validate(start, candidate, gate.folds)
        except ArithmeticError:
            tally.verdicts[2] += 1
            settlement.reason = "training on it diverges: harmful"
            return False
        gains = losses[-1] - now
        gain, base = float(gains.mean()), float(losses[-1].mean())
        error = float(gains.std()) / len(gains) ** 0.5 if len(gains) > 1 else float("inf")
        needed = base * (gate.trusted_tolerance if order.trusted else gate.tolerance)
        useful = gain > needed + gate.standard_errors * error
        harmful = gain < -gate.tolerance * base - gate.standard_errors * error
        verdict = 0 if useful else 2 if harmful else 1
        tally.verdicts[verdict] += 1
        settlement.loss_without, settlement.loss_with = base, float(now.mean())
        settlement.reason = f"cross-validated: {['useful', 'not useful', 'harmful'][verdict]}"
        if useful:
            losses.append(now)
        return useful

    def asked(self, order: messages.SwapOrder, size: int) -> list[int]:
        """Of a visit, only what was asked for is known: a count a label."""
        wanted = list(order.labels)
        counts = [0] * self.told.task.classification.classes
        for place, label in enumerate(wanted):
            counts[label] = size // len(wanted) + (place < size % len(wanted))
        return counts
