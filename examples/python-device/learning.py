"""Models as the fleet lays them out, and how this device trains them."""

from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from wire import Stop, messages, numbers


@dataclass(frozen=True)
class Samples:
    x: torch.Tensor
    y: torch.Tensor
    weight: torch.Tensor

    def __len__(self) -> int:
        return len(self.y)

    def at(self, rows) -> "Samples":
        return Samples(self.x[rows], self.y[rows], self.weight[rows])

    def plus(self, more: "Samples") -> "Samples":
        return Samples(*(torch.cat(each) for each in
                         [(self.x, more.x), (self.y, more.y), (self.weight, more.weight)]))

    def towards(self, target: torch.Tensor) -> "Samples":
        """Weighted so that the labels follow the target; no weight is extreme, their mean is 1."""
        if not len(self):
            return self
        counts = torch.bincount(self.y, minlength=len(target))
        ratio = target[self.y] * len(self) / counts[self.y]
        weight = ratio.clamp(0.02, 10)
        return Samples(self.x, self.y, weight / weight.mean())


class Model:
    """A softmax classifier or a multi-layer perceptron, as one row of numbers.

    Layer by layer: the weights, [out, in] row by row, then the biases. The last layer is the head.
    """

    def __init__(self, notation: str, inputs: int, classes: int):
        name, _, widths = notation.partition(":")
        if notation != "softmax" and name != "mlp":
            raise Stop(f"the server's run is of '{notation}', must be softmax or mlp:WIDTHS; ask its"
                       " operator for one")
        hidden = [int(width) for width in widths.split(",")] if name == "mlp" else []
        outputs = [*hidden, classes]
        self.shapes = list(zip(outputs, [inputs, *hidden]))
        sizes = [out * (into + 1) for out, into in self.shapes]
        self.size = sum(sizes)
        self.head = self.size - sizes[-1]

    def layers(self, parameters: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        layers, at = [], 0
        for out, into in self.shapes:
            weight = parameters[at : at + out * into].view(out, into)
            at += out * into
            layers.append((weight, parameters[at : at + out]))
            at += out
        return layers

    def logits(self, parameters: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        *hidden, (weight, bias) = self.layers(parameters)
        for into, shift in hidden:
            x = torch.relu(x @ into.T + shift)
        return x @ weight.T + bias

    def losses(self, parameters: torch.Tensor, samples: Samples) -> torch.Tensor:
        return cross_entropy(self.logits(parameters, samples.x), samples.y, reduction="none")

    def evaluate(self, parameters: torch.Tensor, samples: Samples) -> messages.Evaluation:
        right = self.logits(parameters, samples.x).argmax(1) == samples.y
        return messages.Evaluation(
            weight=float(samples.weight.sum()),
            loss_sum=float((samples.weight * self.losses(parameters, samples)).sum()),
            correct_sum=float((samples.weight * right).sum()),
        )

    def train(self, parameters: torch.Tensor, samples: Samples, plan: messages.TrainingPlan,
              random: torch.Generator, scope: int | None = None, epochs: int | None = None,
              ) -> tuple[torch.Tensor, float, int]:
        """Mini-batch SGD: the parameters that come of it, the mean loss in the last epoch, steps."""
        scope = scope or plan.scope
        begin = self.head if scope == messages.SCOPE_HEAD else 0
        end = self.head if scope == messages.SCOPE_BODY else self.size
        anchor = numbers(plan.anchor) if plan.HasField("anchor") else parameters
        changing = parameters[begin:end].clone().requires_grad_()
        optimizer = torch.optim.SGD([changing], lr=plan.learning_rate, momentum=plan.momentum,
                                    weight_decay=plan.weight_decay)
        loss_sum, steps = 0.0, 0
        for _ in range(plan.epochs if epochs is None else epochs):
            loss_sum = 0.0
            for rows in torch.randperm(len(samples), generator=random).split(plan.batch_size):
                batch = samples.at(rows)
                whole = torch.cat([parameters[:begin], changing, parameters[end:]])
                loss = (batch.weight * self.losses(whole, batch)).sum()
                pull = ((changing - anchor[begin:end]) ** 2).sum()
                optimizer.zero_grad()
                (loss / batch.weight.sum() + plan.proximal_mu / 2 * pull).backward()
                optimizer.step()
                loss_sum, steps = loss_sum + float(loss), steps + 1
        trained = torch.cat([parameters[:begin], changing.detach(), parameters[end:]])
        if not torch.isfinite(trained).all():
            raise ArithmeticError("training left the finite numbers; ask the operator for a lower --lr")
        return trained, loss_sum / float(samples.weight.sum()), steps

    def fine_tune(self, start: torch.Tensor, samples: Samples, fold: Samples,
                  plan: messages.TrainingPlan, seed: int) -> torch.Tensor:
        """Of the start and each epoch, what does best on the fold; the last where there is none."""
        random = torch.Generator().manual_seed(seed)
        current = best = start
        lowest = float(self.evaluate(start, fold).loss_sum) if len(fold) else float("inf")
        for epoch in range(plan.epochs):
            current, _, _ = self.train(current, samples, plan, random, epochs=1)
            loss = float(self.evaluate(current, fold).loss_sum) if len(fold) else -epoch
            if loss < lowest:
                best, lowest = current, loss
        return best


@dataclass(frozen=True)
class Change:
    """What an accepted visit brought: of the head, added after fine-tuning, or of all, before it."""

    delta: torch.Tensor

    def add_to(self, parameters: torch.Tensor) -> torch.Tensor:
        changed = parameters.clone()
        changed[len(parameters) - len(self.delta) :] += self.delta
        return changed


@dataclass(frozen=True)
class Personal:
    """How a personal model comes about: samples to tune on, a fold to choose by, what is served."""

    model: Model
    train: Samples
    fold: Samples
    target: torch.Tensor
    plan: messages.TrainingPlan

    def make(self, start: torch.Tensor, changes: list[Change], seed: int,
             rows: torch.Tensor | None = None) -> torch.Tensor:
        tuned_on = self.train if rows is None else self.train.at(rows)
        for change in changes:
            if len(change.delta) > self.model.size - self.model.head:
                start = change.add_to(start)
        tuned = self.model.fine_tune(start, tuned_on.towards(self.target),
                                     self.fold.towards(self.target), self.plan, seed)
        for change in changes:
            if len(change.delta) == self.model.size - self.model.head:
                tuned = change.add_to(tuned)
        return tuned

    def cross_validate(self, start: torch.Tensor, changes: list[Change], folds: int) -> torch.Tensor:
        """Weighted loss of each training sample by models that were tuned without it."""
        by_label = torch.argsort(self.train.y, stable=True)
        fold = torch.empty(len(self.train), dtype=torch.long)
        fold[by_label] = torch.arange(len(self.train)) % folds
        judged = self.train.towards(self.target)
        losses = torch.zeros(len(self.train))
        for part in range(folds):
            out = fold == part
            if out.any() and not out.all():
                model = self.make(start, changes, part, torch.nonzero(~out).flatten())
                losses[out] = judged.weight[out] * self.model.losses(model, judged.at(out))
        return losses
