#!/usr/bin/env python3
"""Writes the TorchScript files in src/test/resources/dev/kula/torch, and that of the example.

Weights are zero unless a test needs others, and files are packed, so that they are small; the tests
bring parameters of their own. Run it again to change them: /usr/bin/python3 modules.py
"""
import collections
import pathlib
import subprocess
import sys
import zipfile

import torch
from torch import nn

TESTS = pathlib.Path(__file__).resolve().parent.parent
RESOURCES = TESTS / "resources/dev/kula/torch"
EXAMPLES = TESTS.parent.parent.parent / "examples/torchscript"


def write(name, module, zero=True):
    if zero:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.zero_()
    path = RESOURCES / (name + ".pt")
    if not isinstance(module, torch.jit.ScriptModule):
        module = torch.jit.script(module)
    torch.jit.save(module, str(path))
    repack(path)


def repack(path):
    """Compresses the file and leaves out where on this machine the sources of its code are."""
    with zipfile.ZipFile(path) as source:
        files = {i.filename: source.read(i) for i in source.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in files.items():
            if not name.endswith(".debug_pkl"):
                packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)


def named(*layers):
    return nn.Sequential(collections.OrderedDict(layers))


def mlp(*widths, flatten=False):
    """The built-in engine's MLP, with its names; of two widths, its softmax regression."""
    layers = [("flatten", nn.Flatten())] if flatten else []
    for i in range(len(widths) - 2):
        layers.append((f"hidden{i + 1}", nn.Linear(widths[i], widths[i + 1])))
        layers.append((f"rectifier{i + 1}", nn.ReLU()))
    return named(*layers, ("output", nn.Linear(widths[-2], widths[-1])))


class Convolution(nn.Module):
    """Of a kernel [height, width, in, out], as the built-in engine lays it out."""

    def __init__(self, channels, filters):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(5, 5, channels, filters))
        self.bias = nn.Parameter(torch.zeros(filters))

    def forward(self, x):
        return nn.functional.conv2d(x, self.weight.permute(3, 2, 0, 1), self.bias, padding=2)


class ChannelsLast(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def torch_cnn(outputs):
    """The built-in engine's CNN for images of 1x28x28, with PyTorch's own convolutions."""
    return named(
        ("conv1", nn.Conv2d(1, 32, 5, padding=2)),
        ("rectifier1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(32, 64, 5, padding=2)),
        ("rectifier2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("flatten", nn.Flatten()),
        ("hidden1", nn.Linear(64 * 7 * 7, 512)),
        ("rectifier3", nn.ReLU()),
        ("output", nn.Linear(512, outputs)),
    )


def cnn(channels, height, width, outputs):
    """The built-in engine's CNN, with its names and its order of numbers."""
    return named(
        ("conv1", Convolution(channels, 32)),
        ("rectifier1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", Convolution(32, 64)),
        ("rectifier2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("last", ChannelsLast()),
        ("flatten", nn.Flatten()),
        ("hidden1", nn.Linear(64 * (height // 4) * (width // 4), 512)),
        ("rectifier3", nn.ReLU()),
        ("output", nn.Linear(512, outputs)),
    )


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(6, 6)
        self.two = nn.Linear(6, 6)
        self.two.weight = self.one.weight
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        return self.output(torch.relu(self.two(self.one(x))))


class Residual(nn.Module):
    """Adds something to what the output layer makes."""

    def __init__(self):
        super().__init__()
        self.shortcut = nn.Linear(6, 3)
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        return self.output(torch.relu(x)) + self.shortcut(x)


class OutputFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(6, 3)
        self.hidden = nn.Linear(6, 6)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        return self.output(x), x


class Unused(nn.Module):
    """A layer that does nothing, a constant buffer, and one parameter that is not trained."""

    def __init__(self):
        super().__init__()
        self.idle = nn.Linear(2, 2)
        self.register_buffer("scale", torch.full((6,), 2.0))
        self.fixed = nn.Parameter(torch.full((6,), 0.5), requires_grad=False)
        self.hidden = nn.Linear(6, 6)
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x * self.scale * self.fixed)))


def strided():
    module = mlp(6, 6, 3)
    module.hidden1.weight = nn.Parameter(torch.randn(6, 6).t())
    return module


def main():
    torch.manual_seed(1)
    for path in RESOURCES.glob("*.pt"):
        path.unlink()
    for task, outputs in (("classification", 3), ("regression", 1)):
        write("softmax-" + task, mlp(6, outputs))
        write("mlp-7-" + task, mlp(6, 7, outputs))
        write("mlp-6-5-" + task, mlp(6, 6, 5, outputs))
        write("cnn-" + task, cnn(2, 7, 9, outputs))
    write("mlp-200-images", mlp(784, 200, 10, flatten=True))
    write("cnn-images", torch_cnn(10))

    write("trained", mlp(6, 7, 3), zero=False)
    write("retrained", mlp(6, 7, 3), zero=False)
    write("dropout", named(("hidden", nn.Linear(6, 32)), ("rectifier", nn.ReLU()),
                           ("dropout", nn.Dropout(0.5)), ("output", nn.Linear(32, 3))), zero=False)
    write("unused", Unused(), zero=False)

    write("tied", Tied(), zero=False)
    write("residual", Residual(), zero=False)
    write("output-first", OutputFirst(), zero=False)
    write("pair", Pair())
    write("batch-norm", named(("hidden", nn.Linear(6, 7)), ("norm", nn.BatchNorm1d(7)),
                              ("output", nn.Linear(7, 3))), zero=False)
    write("softmax-twice", named(("output", nn.Linear(6, 3)), ("softmax", nn.Softmax(1))))
    write("no-bias", named(("hidden", nn.Linear(6, 7)), ("output", nn.Linear(7, 3, bias=False))))
    write("double", mlp(6, 7, 3).double())
    write("strided", strided(), zero=False)
    write("frozen", torch.jit.freeze(torch.jit.script(mlp(6, 7, 3)).eval()))
    torch.save(mlp(6, 7, 3).state_dict(), str(RESOURCES / "state-dict.pt"))
    repack(RESOURCES / "state-dict.pt")

    subprocess.run([sys.executable, str(EXAMPLES / "small_cnn.py")], check=True)
    repack(EXAMPLES / "small-cnn.pt")


main()
