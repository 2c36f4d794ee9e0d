#!/usr/bin/env python3
"""Writes a made-up table of many devices with 20 rows each, for big simulations.

usage: devices.py DEVICES FILE

Ten classes, 32 features: the class's centre and noise of standard deviation 2. Each device has its
own shares of the classes, by Dirichlet at 0.3. The seed is fixed. Needs NumPy.
"""
import sys

import numpy as np

ROWS, FEATURES, CLASSES, AT_ONCE = 20, 32, 10, 1000


def main(devices, file):
    random = np.random.default_rng(7)
    centres = random.normal(size=(CLASSES, FEATURES)).astype(np.float32)
    with open(file, "w") as out:
        out.write("device,label," + ",".join(f"f{i}" for i in range(FEATURES)) + "\n")
        for first in range(0, devices, AT_ONCE):
            some = min(AT_ONCE, devices - first)
            shares = random.dirichlet(np.full(CLASSES, 0.3), size=some)
            labels = np.stack([random.choice(CLASSES, size=ROWS, p=own) for own in shares]).ravel()
            owners = np.repeat(np.arange(first, first + some), ROWS)
            rows = centres[labels] + random.normal(scale=2.0, size=(some * ROWS, FEATURES))
            for owner, label, row in zip(owners, labels, rows):
                numbers = ",".join("%.2f" % number for number in row)
                out.write("d%06d,c%d,%s\n" % (owner, label, numbers))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2])
