"""The second opinion on accuracy: FedAvg, FedProx and Ditto in plain NumPy, with PFLlib's settings.

    python3 anchors.py run MNIST_DIR         # trains, prints accuracies
    python3 anchors.py deal MNIST_DIR DIR    # the same samples, dealt, and the same start, for Kula
    python3 anchors.py cut MNIST_DIR DIR     # the same 10,000 digits as IDX files, for Kula to deal
    python3 anchors.py weigh RUN_DIR...      # accuracy by sample of Kula's runs of one seed each

MNIST_DIR is what scripts/fetch-data writes to data/mnist; of its files, only those of the 10,000
test digits are read. They are dealt by PFLlib's rules, written anew from a description, or by
Kula's with --rules kula; the other options undo one difference each between the two.

`deal` needs PyTorch. It writes devices.csv, which has the rows of a device in order of time, the
first three quarters to train on (`--partition natural --split time:0.75`), and model.pt.
"""

import argparse
import json
import os
import struct
import sys
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np

CLASSES = 10
WIDTH = 100
TRAIN_SHARE = 0.75
KULA_MEAN, KULA_DEVIATION = 0.2860, 0.3530
KULA_FEWEST = 10
FEWEST = 40  # ten test samples; one version of PFLlib says 1


def read_digits(directory):
    """The 10,000 images of the test file, as bytes, and their labels."""
    images = (directory / "t10k-images-idx3-ubyte").read_bytes()
    labels = (directory / "t10k-labels-idx1-ubyte").read_bytes()
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784)
    return pixels, np.frombuffer(labels, np.uint8, offset=8).astype(int)


def cut(pixels, labels, target):
    """Two sets of IDX files, as Kula wants them and joins them again."""
    target.mkdir(parents=True, exist_ok=True)
    half = len(labels) // 2
    for name, rows in (("train", slice(0, half)), ("t10k", slice(half, None))):
        count = len(labels[rows])
        images = struct.pack(">4i", 0x803, count, 28, 28) + pixels[rows].tobytes()
        (target / f"{name}-images-idx3-ubyte").write_bytes(images)
        answers = struct.pack(">2i", 0x801, count) + labels[rows].astype(np.uint8).tobytes()
        (target / f"{name}-labels-idx1-ubyte").write_bytes(answers)


def dirichlet(labels, devices, alpha, rules, random):
    """Shares drawn for each label. By PFLlib's rules, who has an even share gets no more."""
    fewest = FEWEST if rules == "pfllib" else KULA_FEWEST
    while True:
        dealt = [[] for _ in range(devices)]
        for label in range(CLASSES):
            rows = random.permutation(np.flatnonzero(labels == label))
            shares = random.dirichlet([alpha] * devices)
            if rules == "pfllib":
                shares *= [len(rows) < len(labels) / devices for rows in dealt]
                shares /= shares.sum()
            cuts = (np.cumsum(shares)[:-1] * len(rows)).astype(int)
            for device, part in enumerate(np.split(rows, cuts)):
                dealt[device].extend(part)
        if min(len(rows) for rows in dealt) >= fewest:
            return dealt


def pairs(labels, devices, rules, random):
    """Two labels a device.

    By PFLlib's rules labels 0 and 1 go to the first fifth of the devices, 2 and 3 to the next, and
    so on, each cut at random. By Kula's, any two labels meet, and holders of a label have as much.
    """
    holders = [[] for _ in range(CLASSES)]
    a_label = 2 * devices // CLASSES
    if rules == "pfllib":
        for label in range(CLASSES):
            first = label // 2 * a_label
            holders[label] = list(range(first, first + a_label))
    else:
        left = np.full(CLASSES, a_label)
        for device in random.permutation(devices):
            order = random.permutation(CLASSES)
            for label in order[np.argsort(-left[order], kind="stable")][:2]:
                left[label] -= 1
                holders[label].append(device)
    dealt = [[] for _ in range(devices)]
    for label in range(CLASSES):
        rows = random.permutation(np.flatnonzero(labels == label))
        even = len(rows) / a_label
        if rules == "pfllib":
            sizes = random.integers(int(max(even / 10, 1)), int(even), a_label - 1)
            cuts = np.cumsum(sizes)
        else:
            cuts = (np.arange(1, a_label) * even).astype(int)
        for device, part in zip(holders[label], np.split(rows, cuts)):
            dealt[device].extend(part)
    return dealt


def deal(labels, options, seed):
    """Rows of each device in random order; the first three quarters train."""
    random = np.random.default_rng([seed, 0])
    name, _, number = options.partition.partition(":")
    if name == "dirichlet":
        dealt = dirichlet(labels, options.devices, float(number), options.rules, random)
    elif (name, number) == ("classes", "2"):
        dealt = pairs(labels, options.devices, options.rules, random)
    else:
        sys.exit(f"partition is '{options.partition}', must be dirichlet:ALPHA or classes:2")
    return [random.permutation(np.array(rows)) for rows in dealt]


def train_count(rows):
    return int(TRAIN_SHARE * len(rows) + 0.5)


def inputs(pixels, how):
    values = pixels.astype(np.float32) / 255
    if how == "centred":
        return (values - 0.5) / 0.5
    if how == "kula":
        return (values - np.float32(KULA_MEAN)) / np.float32(KULA_DEVIATION)
    return values


def first_model(how, random):
    """PyTorch's start, uniform within 1/sqrt(inputs) and biases too; or Kula's, He-uniform."""
    model = []
    for fan_in, fan_out in ((784, WIDTH), (WIDTH, CLASSES)):
        bound = (6 if how == "kula" else 1) ** 0.5 / fan_in**0.5
        model.append(random.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32))
        biases = random.uniform(-bound, bound, fan_out).astype(np.float32)
        model.append(biases * 0 if how == "kula" else biases)
    return model


def forward(model, x):
    hidden = np.maximum(x @ model[0] + model[1], 0)
    return hidden, hidden @ model[2] + model[3]


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def epoch(model, x, y, options, random, anchor=None, pull=0.0):
    """One pass of SGD over the samples, in place. PFLlib drops an incomplete last batch."""
    order = random.permutation(len(y))
    ends = len(y) if options.last_batch == "use" else len(y) - len(y) % options.batch
    for begin in range(0, ends, options.batch):
        batch = order[begin : min(begin + options.batch, ends)]
        samples = x[batch]
        hidden, scores = forward(model, samples)
        error = softmax(scores)
        error[np.arange(len(batch)), y[batch]] -= 1
        error /= len(batch)
        back = error @ model[2].T
        back[hidden <= 0] = 0
        slopes = (samples.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
        for i, slope in enumerate(slopes):
            if pull:
                slope = slope + pull * (model[i] - anchor[i])
            model[i] -= np.float32(options.lr) * slope


def loss(model, x, y):
    shares = softmax(forward(model, x)[1])
    return -np.log(np.maximum(shares[np.arange(len(y)), y], 1e-12)).mean()


def right(model, x, y):
    return (forward(model, x)[1].argmax(axis=1) == y).sum()


def run(pixels, labels, options, seed, method):
    """Accuracy of each round: all test samples alike, as PFLlib has it, and all devices alike."""
    random = np.random.default_rng([seed, 1])
    name, _, number = method.partition(":")
    strength = float(number) if number else {"fedavg": 0.0, "fedprox": 0.01, "ditto": 0.1}[name]
    dealt = deal(labels, options, seed)
    values = inputs(pixels, options.inputs)
    devices = []
    for rows in dealt:
        count = train_count(rows)
        held = int(options.hold * count)
        kept = [rows[: count - held], rows[count - held : count], rows[count:]]
        devices.append([(values[part], labels[part]) for part in kept])
    model = first_model(options.start, random)
    personal = [[part.copy() for part in model] for _ in devices]
    total = sum(len(train[1]) for train, _, _ in devices)
    results = []
    for _ in range(options.rounds):
        after = [np.zeros_like(part) for part in model]
        for (train, held, _), own in zip(devices, personal):
            local = [part.copy() for part in model]
            if name == "ditto":
                before = [part.copy() for part in own]
                epoch(own, *train, options, random, model, strength)
                if options.hold and len(held[1]) and loss(own, *held) >= loss(before, *held):
                    own[:] = before
            epoch(local, *train, options, random, model, strength if name == "fedprox" else 0.0)
            for sum_of, part in zip(after, local):
                sum_of += part * np.float32(len(train[1]) / total)
        model = after
        hits = [
            right(own if name == "ditto" else model, *test)
            for (_, _, test), own in zip(devices, personal)
        ]
        sizes = [len(test[1]) for _, _, test in devices]
        results.append((sum(hits) / sum(sizes), np.mean(np.array(hits) / sizes)))
    return np.array(results) * 100


def write_deal(pixels, labels, options, directory):
    """What `run` would train on with the first seed, and what it would begin with, for Kula."""
    dealt = deal(labels, options, options.seed)
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "devices.csv", "w") as out:
        out.write(",".join(["device", "time", "label", *(f"p{i}" for i in range(784))]) + "\n")
        for device, rows in enumerate(dealt):
            for time, row in enumerate(rows):
                cells = ",".join(map(str, pixels[row].tolist()))
                out.write(f"device-{device:02d},{time},{labels[row]},{cells}\n")
    training = np.concatenate([rows[: train_count(rows)] for rows in dealt])
    start = first_model(options.start, np.random.default_rng([options.seed, 1]))
    write_model(pixels[training] / 255, start, directory / "model.pt")


def write_model(values, start, file):
    """A TorchScript model that undoes Kula's standardisation of a CSV and does PFLlib's instead."""
    try:
        import torch
        from torch import nn
    except ImportError:
        sys.exit("deal needs PyTorch; apt install python3-torch and use /usr/bin/python3")

    class Digits(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scale", torch.tensor(values.std(axis=0) / 0.5).float())
            self.register_buffer("offset", torch.tensor((values.mean(axis=0) - 0.5) / 0.5).float())
            self.hidden = nn.Linear(784, WIDTH)
            self.output = nn.Linear(WIDTH, CLASSES)

        def forward(self, samples):
            return self.output(torch.relu(self.hidden(samples * self.scale + self.offset)))

    module = Digits()
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), start):
            parameter.copy_(torch.tensor(value.T.copy()))
    torch.jit.script(module).save(str(file))


def weigh(runs):
    """Kula's mean counts every device alike; this counts every test sample alike, as PFLlib does."""
    found = {}
    for run in runs:
        for method in json.loads((run / "summary.json").read_text())["methods"]:
            rates = [device["accuracy"] for device in method["devices"]]
            # As many test samples as a third of the training samples, but for rounding.
            sizes = [device["trainSamples"] for device in method["devices"]]
            pair = (np.average(rates, weights=sizes), np.mean(rates))
            found.setdefault(method["name"], []).append(pair)
    print("method        by sample, %   by device, %   each run by sample")
    for name, pairs in found.items():
        show(name, np.array(pairs) * 100)


def show(name, accuracies, best=""):
    means = accuracies.mean(axis=0)
    spreads = accuracies.std(axis=0, ddof=1) if len(accuracies) > 1 else [0, 0]
    columns = "     ".join(f"{mean:5.1f} ± {spread:3.1f}" for mean, spread in zip(means, spreads))
    each = " ".join(f"{value:.1f}" for value in accuracies[:, 0])
    print(f"{name:12}  {columns}    {best} {each}", flush=True)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["run", "deal", "cut", "weigh"])
    parser.add_argument("directories", type=Path, nargs="+")
    parser.add_argument("--partition", default="dirichlet:0.1", help="or classes:2")
    parser.add_argument("--rules", default="pfllib", choices=["pfllib", "kula"])
    inputs_known = ["centred", "unit", "kula"]
    parser.add_argument("--inputs", default="centred", choices=inputs_known, help="scale of pixels")
    parser.add_argument("--start", default="pytorch", choices=["pytorch", "kula"])
    parser.add_argument("--last-batch", default="drop", choices=["drop", "use"])
    held = "share of the training samples that only tell whether Ditto keeps an epoch; Kula: 0.1"
    parser.add_argument("--hold", type=float, default=0.0, help=held)
    known = "with :MU or :LAMBDA if wanted"
    parser.add_argument("--methods", default="fedavg,fedprox,ditto", help=known)
    parser.add_argument("--devices", type=int, default=20, help="a multiple of 5")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.005)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    wanted = {"run": 1, "deal": 2, "cut": 2}.get(options.command)
    if wanted and len(options.directories) != wanted:
        parser.error(f"{options.command} takes {wanted} of the directories")
    return options


def main():
    options = parse()
    if options.command == "weigh":
        weigh(options.directories)
        return
    pixels, labels = read_digits(options.directories[0])
    if options.command == "cut":
        cut(pixels, labels, options.directories[1])
        return
    if options.command == "deal":
        write_deal(pixels, labels, options, options.directories[1])
        return
    print("method        by sample, %   by device, %   best   each seed by sample")
    for method in options.methods.split(","):
        seeds = range(options.seed, options.seed + options.seeds)
        results = [run(pixels, labels, options, seed, method) for seed in seeds]
        best = np.mean([result[:, 0].max() for result in results])
        show(method, np.array([result[-1] for result in results]), f"{best:5.1f}  ")


if __name__ == "__main__":
    main()
