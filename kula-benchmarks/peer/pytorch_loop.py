"""The peer: federated averaging in a plain PyTorch loop.

Arguments: MODEL DEVICES PROCESSES [DIR]. Reads commands from its standard input and answers each
with one line of JSON, as dev.kula.benchmarks.PeerRound does and documents. DIR is what its command
`write` wrote; without it, images are noise of the same shape, which takes as long to train on.

It is the fastest loop that stays plain: all images of all devices are tensors in memory, no
DataLoader; a device's model is loaded from the global one in place; gradients are dropped rather
than zeroed; one process, or one for each core with a share of the devices and the models in shared
memory. One thread a process.
"""

import json
import sys
import time
from pathlib import Path

import torch
import torch.multiprocessing as processes
from torch import nn
from torch.nn.functional import cross_entropy

SAMPLES = 100
CLASSES = 10
SIDE = 1024
PRODUCTS = 20


def create_model(name):
    if name == "cnn":
        return nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 32, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(3136, 512),
            nn.ReLU(),
            nn.Linear(512, CLASSES),
        )
    width = int(name.removeprefix("mlp:"))
    return nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, CLASSES))


def from_kula(name, flat):
    """Kula's parameters in the order of this model: Kula has the channels of images last."""
    if name != "cnn":
        return flat
    first, first_bias, second, second_bias, hidden, rest = cnn_pieces(flat)
    return torch.cat(
        [
            first.view(25, 32).t().flatten(),
            first_bias,
            second.view(25, 32, 64).permute(2, 1, 0).flatten(),
            second_bias,
            hidden.view(512, 49, 64).transpose(1, 2).flatten(),
            rest,
        ]
    )


def to_kula(name, flat):
    if name != "cnn":
        return flat
    first, first_bias, second, second_bias, hidden, rest = cnn_pieces(flat)
    return torch.cat(
        [
            first.view(32, 25).t().flatten(),
            first_bias,
            second.view(64, 32, 25).permute(2, 1, 0).flatten(),
            second_bias,
            hidden.view(512, 64, 49).transpose(1, 2).flatten(),
            rest,
        ]
    )


def cnn_pieces(flat):
    return flat.split([25 * 32, 32, 25 * 32 * 64, 64, 512 * 3136, 512 + 512 * 10 + 10])


def views(model, flat):
    """The parameters of a model as pieces of one flat tensor."""
    parameters = list(model.parameters())
    pieces = flat.split([p.numel() for p in parameters])
    return [piece.view_as(p) for piece, p in zip(pieces, parameters)]


def train_devices(model, samples, labels, start, sums, batch, rate):
    """Trains all devices given and adds up their models, weighted; returns the sum of losses."""
    parameters = list(model.parameters())
    optimizer = torch.optim.SGD(parameters, lr=rate)
    for total in sums:
        total.zero_()
    losses = 0.0
    for device_samples, device_labels in zip(samples, labels):
        with torch.no_grad():
            for parameter, value in zip(parameters, start):
                parameter.copy_(value)
        order = torch.randperm(SAMPLES)
        batches = zip(device_samples[order].split(batch), device_labels[order].split(batch))
        for features, targets in batches:
            optimizer.zero_grad(set_to_none=True)
            loss = cross_entropy(model(features), targets)
            loss.backward()
            optimizer.step()
            losses += loss.item() * len(targets)
        with torch.no_grad():
            for total, parameter in zip(sums, parameters):
                total.add_(parameter, alpha=SAMPLES)
    return losses


def work(name, samples, labels, flat_start, flat_sum, pipe, seed):
    """A worker process: trains its devices whenever told to."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = create_model(name)
    start, sums = views(model, flat_start), views(model, flat_sum)
    while (task := pipe.recv()) is not None:
        pipe.send(train_devices(model, samples, labels, start, sums, *task))


class Peer:
    def __init__(self, name, devices, workers, directory):
        self.name = name
        self.model = create_model(name)
        if directory:
            self.samples = read(directory / "samples").view(devices, SAMPLES, -1)
            self.labels = read(directory / "labels").long().view(devices, SAMPLES)
            self.exam_samples = read(directory / "exam-samples").view(-1, self.samples.shape[2])
            self.exam_labels = read(directory / "exam-labels").long()
            self.start = from_kula(name, read(directory / "start"))
        else:
            self.samples = torch.randn(devices, SAMPLES, 784)
            self.labels = torch.randint(CLASSES, (devices, SAMPLES))
            self.exam_samples, self.exam_labels = self.samples[0], self.labels[0]
            self.start = nn.utils.parameters_to_vector(self.model.parameters()).detach()
        self.total = devices * SAMPLES
        self.current = self.start.clone().share_memory_()
        self.sums = [torch.zeros_like(self.start).share_memory_() for _ in range(workers)]
        self.pipes = []
        if workers > 1:
            self.begin_workers(workers)

    def begin_workers(self, workers):
        for tensor in (self.samples, self.labels):
            tensor.share_memory_()
        for worker, flat_sum in enumerate(self.sums):
            here, there = processes.Pipe()
            share = slice(worker, None, workers)
            arguments = (self.name, self.samples[share], self.labels[share], self.current, flat_sum)
            processes.Process(
                target=work, args=(*arguments, there, worker + 1), daemon=True
            ).start()
            self.pipes.append(here)

    def round(self, batch, rate):
        if self.pipes:
            for pipe in self.pipes:
                pipe.send((batch, rate))
            losses = sum(pipe.recv() for pipe in self.pipes)
        else:
            start, sums = views(self.model, self.current), views(self.model, self.sums[0])
            losses = train_devices(
                self.model, self.samples, self.labels, start, sums, batch, rate
            )
        torch.div(sum(self.sums), self.total, out=self.current)
        return losses / self.total

    def rounds(self, count, batch, rate):
        seconds = []
        for _ in range(int(count)):
            begin = time.perf_counter()
            loss = self.round(int(batch), float(rate))
            seconds.append(time.perf_counter() - begin)
        return {"seconds": seconds, "loss": loss}

    def about(self):
        python = ".".join(str(part) for part in sys.version_info[:2])
        return {"about": f"PyTorch {torch.__version__}, Python {python}"}

    def restart(self):
        self.current.copy_(self.start)
        return {}

    def save(self, file):
        Path(file).write_bytes(to_kula(self.name, self.current).numpy().astype("<f4").tobytes())
        return {}

    @torch.no_grad()
    def exam(self):
        for parameter, value in zip(self.model.parameters(), views(self.model, self.current)):
            parameter.copy_(value)
        outputs = self.model(self.exam_samples)
        right = (outputs.argmax(1) == self.exam_labels).float().mean().item()
        return {"accuracy": right, "loss": cross_entropy(outputs, self.exam_labels).item()}

    def peak(self):
        left, right = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
        product = torch.empty(SIDE, SIDE)
        fastest = float("inf")
        for _ in range(PRODUCTS):
            begin = time.perf_counter()
            torch.mm(left, right, out=product)
            fastest = min(fastest, time.perf_counter() - begin)
        return {"gflops": 2 * SIDE**3 / fastest / 1e9}


def read(file):
    return torch.frombuffer(bytearray(file.read_bytes()), dtype=torch.float32)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    name, devices, workers, *directory = sys.argv[1:]
    peer = Peer(name, int(devices), int(workers), Path(directory[0]) if directory else None)
    commands = {
        "about": peer.about,
        "peak": peer.peak,
        "start": peer.restart,
        "rounds": peer.rounds,
        "save": peer.save,
        "exam": peer.exam,
    }
    for line in sys.stdin:
        command, *arguments = line.split()
        print(json.dumps(commands[command](*arguments)), flush=True)


if __name__ == "__main__":
    main()
