"""The device's table, read as the schema of all has it, and what of it is for what."""

import csv
from dataclasses import dataclass
from random import Random

import numpy
import torch

from learning import Samples
from wire import Stop, settings

FEWEST = 4
ASIDE = 0.25


def read(path: str, told: settings.FleetSettings) -> Samples:
    schema, names = told.own.schema, list(told.devices.labels.names)
    rows, labels = [], []
    try:
        with open(path, newline="", encoding="utf-8") as file:
            table = csv.DictReader(file)
            for column in [*schema.features, schema.label]:
                if column not in (table.fieldnames or []):
                    raise Stop(f"column '{column}' of the fleet's schema is not in '{path}'; add it")
            for row in table:
                where = f"'{path}', line {table.line_num}"
                try:
                    rows.append([float(row[column]) for column in schema.features])
                except (TypeError, ValueError) as wrong:
                    raise Stop(f"{where} has a feature that is no number ({wrong}); correct it") from wrong
                if row[schema.label] not in names:
                    raise Stop(f"{where}, column '{schema.label}' is '{row[schema.label]}', must be a label"
                               f" of the fleet ({', '.join(names)}); correct or remove it")
                labels.append(names.index(row[schema.label]))
    except OSError as missing:
        raise Stop(f"'{path}' cannot be read ({missing.strerror}); name another with --data") from missing
    if len(rows) < FEWEST:
        raise Stop(f"'{path}' has {len(rows)} rows, must have at least {FEWEST}; add some")
    deviations = numpy.array(schema.deviations)
    scale = numpy.divide(1, deviations, out=numpy.zeros_like(deviations), where=deviations > 0)
    x = torch.from_numpy(((numpy.array(rows) - schema.means) * scale).astype("float32"))
    if not torch.isfinite(x).all():
        raise Stop(f"'{path}' has a feature that is not finite, must be; correct it")
    return Samples(x, torch.tensor(labels), torch.ones(len(labels)))


@dataclass(frozen=True)
class Parts:
    """What trains, what chooses among epochs, and what only examines; the same after a restart."""

    train: Samples
    fold: Samples
    exam: Samples
    target: torch.Tensor


def divide(table: Samples, told: settings.FleetSettings, seed: int) -> Parts:
    """A quarter of the rows is put aside, by a coin each; of the others, a tenth chooses."""
    classes, coin = told.task.classification.classes, Random(seed)
    aside = torch.tensor([coin.random() < ASIDE for _ in range(len(table))])
    if not aside.any() or (~aside).sum() < 2:  # of a handful of rows
        aside = torch.arange(len(table)) % FEWEST == 0
    own, exam = table.at(~aside), table.at(aside)
    rows = coin.sample(range(len(own)), len(own))
    rows.sort(key=lambda row: int(own.y[row]))
    fold = rows[5::10]
    train = [row for row in rows if row not in fold]
    mine = float(told.target.partition(":")[2] or 1)  # of local 1, of mixture:W it is W
    target = mine * torch.bincount(own.y, minlength=classes) / len(own) + (1 - mine) / classes
    counts = torch.bincount(exam.y, minlength=classes)
    alike = 1 / (counts[exam.y] * (counts > 0).sum())  # each label that the exam has counts the same
    weighted = Samples(exam.x, exam.y, mine / len(exam) + (1 - mine) * alike)
    return Parts(own.at(train), own.at(fold), weighted, target)
