#!/usr/bin/env python3
"""Writes small-cnn.pt, a model for kula simulate --model torchscript:FILE.

Needs PyTorch (Debian: apt install python3-torch). The rules for a model of your own are in the
README, "A model of your own".
"""
import pathlib

import torch
from torch import nn


class SmallCnn(nn.Module):
    """Two convolutions and a hidden layer, for images of 1x28x28 and 10 classes."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.GroupNorm(2, 8),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(16 * 7 * 7, 32),
            nn.ReLU(),
        )
        # The output layer comes last, here and in forward. No softmax: Kula adds it.
        self.output = nn.Linear(32, 10)

    def forward(self, images):
        return self.output(self.body(images))


torch.manual_seed(1)
torch.jit.script(SmallCnn()).save(str(pathlib.Path(__file__).with_name("small-cnn.pt")))
