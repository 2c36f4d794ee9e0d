"""Alternates the contestants, checks that they did the same work, prints the tables."""

import argparse
import array
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "target"
TORCH = HERE.parent.parent / "kula-torch" / "target"
SAMPLES = 100
BATCH = 10
RATE = 0.05

# How far apart models may be that saw the same samples. With one batch a device only rounding differs;
# else the order of samples does too, which shows the less, the more devices are averaged.
PARAMETER_TOLERANCE = 1e-3  # of the largest change of a parameter in a round of one batch a device
LOSS_TOLERANCE = 0.05  # of the training loss in the last round, with 100 devices
ACCURACY_TOLERANCE = 0.05  # of the images of the exam, with 100 devices

# Multiply-adds of one image in each layer that has weights.
LAYERS = {
    "mlp:200": [784 * 200, 200 * 10],
    "cnn": [28 * 28 * 32 * 25, 14 * 14 * 64 * 25 * 32, 3136 * 512, 512 * 10],
}
ROUNDS = {"mlp:200": 5, "cnn": 1}
EXPECTED = {"mlp:200": 2.0, "cnn": 1.4}


class Contestant:
    """A process that does rounds when told to; between them it waits for a line and uses no core."""

    def __init__(self, name, cores, command):
        self.name = name
        self.cores = cores
        self.is_kula = name == "Kula"
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: pin(cores),
        )
        self.seconds = []
        self.outside = []
        self.loss = math.nan

    def ask(self, *words):
        try:
            print(*words, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # it has ended, which the missing answer says too
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare: {self} ended while asked to {' '.join(map(str, words))}, see above")
        return json.loads(line)

    def rounds(self, count, batch=BATCH):
        answer = self.ask("rounds", count, batch, RATE)
        self.loss = answer["loss"]
        return answer

    def take_turn(self, count):
        self.rounds(1)  # not timed: brings back to the caches what the others pushed out
        answer = self.rounds(count)
        self.seconds += answer["seconds"]
        if "outside" in answer:
            self.outside.append(answer["outside"])

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def __str__(self):
        return f"{self.name}, {self.cores} core{'s' if self.cores > 1 else ''}"


def pin(cores):
    """Keeps a process to as many cores, its garbage collector too; Linux only."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def kula(model, devices, cores, more_jars=""):
    """How to start Kula's side."""
    jars = f"{TARGET}/kula-benchmarks.jar:{TARGET}/lib/*{more_jars}"
    options = ["--enable-native-access=ALL-UNNAMED", *"-XX:+UseParallelGC -XX:MaxRAMPercentage=60 -Xmn192m".split()]
    main = "dev.kula.benchmarks.PeerRound"
    return [os.environ["PEER_JAVA"], *options, "-cp", jars, main, model, str(devices), str(cores)]


def pytorch(model, devices, cores, work):
    loop = str(HERE / "pytorch_loop.py")
    return [os.environ["PEER_PYTORCH"], loop, model, str(devices), str(cores), *work]


def contestants(model, devices, libtorch):
    """All that can run here, Kula first: it writes what the others read."""
    started = []
    work = []
    core_counts = [cores for cores in (2, 1) if cores <= min(devices, os.cpu_count())]
    if os.environ["PEER_JAVA"]:
        for cores in core_counts:
            started.append(Contestant("Kula", cores, kula(model, devices, cores)))
        directory = TARGET / "peer" / model.replace(":", "-")
        started[0].ask("write", directory)
        work = [str(directory)]
    if os.environ["PEER_PYTORCH"]:
        for cores in core_counts:
            command = pytorch(model, devices, cores, work)
            started.append(Contestant("PyTorch", cores, command))
    if libtorch and work and os.environ["PEER_PYTORCH"]:
        loop = str(HERE / "pytorch_loop.py")
        subprocess.run([os.environ["PEER_PYTORCH"], loop, "script", model, *work], check=True)
        script = f"torchscript:{work[0]}/model.pt"
        for cores in core_counts:
            command = kula(script, devices, cores, f":{TORCH}/kula-torch.jar:{TORCH}/lib/*")
            started.append(Contestant("libtorch", cores, command))
    return started


def parameters(contestant, file):
    contestant.ask("save", file)
    return array.array("f", file.read_bytes())


def largest(differences):
    return max(map(abs, differences))


def differing_models(all_of_them, model):
    """With one batch a device the order of samples does not matter, so models must agree closely."""
    file = TARGET / "peer" / "model"
    first = all_of_them[0]
    start = parameters(first, file)
    results = []
    # libtorch has the order of parameters of its file, which for the CNN is not Kula's.
    in_order = [each for each in all_of_them if each.name != "libtorch" or model != "cnn"]
    for contestant in in_order:
        contestant.rounds(1, SAMPLES)
        results.append(parameters(contestant, file))
        contestant.ask("start")
    change = largest(a - b for a, b in zip(start, results[0]))
    problems = []
    for contestant, result in zip(in_order[1:], results[1:]):
        apart = largest(a - b for a, b in zip(result, results[0])) / change
        if not apart <= PARAMETER_TOLERANCE:
            problems.append(
                f"{model}: after a round of whole batches a parameter of {contestant} is apart from"
                f" {first} by {apart:.2g} of the largest change, must be at most {PARAMETER_TOLERANCE}"
            )
    return problems


def differing_results(rows, model, devices):
    problems = []
    noise = math.sqrt(100 / devices)
    most_loss, most_accuracy = LOSS_TOLERANCE * noise, ACCURACY_TOLERANCE * noise
    first = rows[0]
    for row in rows[1:]:
        loss = abs(row["loss"] - first["loss"]) / first["loss"]
        accuracy = abs(row["accuracy"] - first["accuracy"])
        if not (loss <= most_loss and accuracy <= most_accuracy):
            problems.append(
                f"{model}: training loss and accuracy of {row['name']} ({row['cores']}) are"
                f" {row['loss']:.3f} and {row['accuracy']:.3f}, of {first['name']} ({first['cores']})"
                f" {first['loss']:.3f} and {first['accuracy']:.3f}; must be within"
                f" {most_loss:.0%} and {most_accuracy:.0%}"
            )
    return problems


def flops(model, devices):
    """Of a round: two a multiply-add, forward, weights' gradient, and inputs' but for the first layer."""
    layers = LAYERS[model]
    return 2 * (3 * sum(layers) - layers[0]) * SAMPLES * devices


def compare(model, options):
    """Returns rows, versions and problems of one model."""
    all_of_them = contestants(model, options.devices, options.libtorch)
    comparable = all_of_them[0].is_kula
    problems = differing_models(all_of_them, model) if comparable else []
    for turn in range(options.passes):
        for contestant in all_of_them:
            progress(f"{model}: pass {turn + 1} of {options.passes}, {contestant}")
            contestant.take_turn(options.rounds or ROUNDS[model])
    progress("")
    rows = []
    versions = {}
    for contestant in all_of_them:
        seconds = statistics.median(contestant.seconds)
        rows.append({
            "name": contestant.name,
            "cores": contestant.cores,
            "seconds": seconds,
            "fastest": min(contestant.seconds),
            "slowest": max(contestant.seconds),
            "speed": flops(model, options.devices) / seconds / 1e9,
            "peak": contestant.ask("peak")["gflops"],
            "outside": statistics.median(contestant.outside) if contestant.outside else None,
            "loss": contestant.loss,
            "accuracy": contestant.ask("exam")["accuracy"],
        })
        versions[contestant.name] = contestant.ask("about")["about"]
        contestant.end()
    if comparable:
        problems += differing_results(rows, model, options.devices)
    return rows, versions, problems


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def ratios(rows):
    """Seconds of a peer over those of Kula at equal cores, by place in the table."""
    own = {row["cores"]: row["seconds"] for row in rows if row["name"] == "Kula"}
    return [
        row["seconds"] / own[row["cores"]] if row["name"] != "Kula" and row["cores"] in own else None
        for row in rows
    ]


HEAD = ["", "cores", "s a round", "from", "to", "GFLOP/s", "of peak", "peak a core", "outside engine",
        "training loss", "accuracy", "times Kula's"]


def table(rows):
    cells = []
    for row, ratio in zip(rows, ratios(rows)):
        cells.append([
            row["name"],
            str(row["cores"]),
            *(f"{row[key]:.3f}" for key in ("seconds", "fastest", "slowest")),
            f"{row['speed']:.0f}",
            f"{row['speed'] / row['peak'] / row['cores']:.0%}" if row["peak"] else "",
            f"{row['peak']:.0f}" if row["peak"] else "",
            "" if row["outside"] is None else f"{row['outside']:.1%}",
            f"{row['loss']:.3f}",
            f"{row['accuracy']:.3f}",
            f"{ratio:.2f}" if ratio else "",
        ])
    return cells


def aligned(cells):
    widths = [max(len(row[i]) for row in [HEAD, *cells]) for i in range(len(HEAD))]
    return [
        "  ".join(text.ljust(w) if i == 0 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths)))
        for row in [HEAD, *cells]
    ]


def markdown(cells):
    rule = [":--"] + ["--:"] * (len(HEAD) - 1)
    return ["| " + " | ".join(row) + " |" for row in [HEAD, rule, *cells]]


def machine():
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        name = found.group(1) if found else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def load():
    return f"{os.getloadavg()[0]:.1f}"


def write(file, text):
    """Between the marks of a document, or as a file of its own."""
    begin, end = "<!-- peers -->\n", "<!-- end of peers -->"
    if file.exists() and begin in (old := file.read_text()):
        before, rest = old.split(begin, 1)
        text = before + begin + text + end + rest.split(end, 1)[1]
    file.write_text(text)


def arguments():
    parser = argparse.ArgumentParser(
        prog="compare", description="Times Kula's rounds against a plain PyTorch loop on the same work."
    )
    parser.add_argument("--models", default=",".join(LAYERS), help="which of them, default %(default)s")
    parser.add_argument("--devices", type=int, default=100, help="from 1 to 100, default %(default)s")
    parser.add_argument("--passes", type=int, default=5,
                        help="how often the contestants take turns, default %(default)s")
    parser.add_argument("--rounds", type=int, help="timed rounds a turn, after one that is not; "
                        "default " + ", ".join(f"{n} for {model}" for model, n in ROUNDS.items()))
    parser.add_argument("--libtorch", action="store_true",
                        help="also time libtorch through DJL, a download of 112 MB the first time")
    parser.add_argument("--expect", action="store_true", help="exit 1 unless peers take at least "
                        + ", ".join(f"{least} times as long on {model}" for model, least in EXPECTED.items()))
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="also write the tables there, between <!-- peers --> marks if it has them")
    options = parser.parse_args()
    options.models = options.models.split(",")
    for model in options.models:
        if model not in LAYERS:
            parser.error(f"model is '{model}', must be one of {', '.join(LAYERS)}")
    for name in ("devices", "passes", "rounds"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            parser.error(f"{name} is {getattr(options, name)}, must be at least 1")
    return options


def shortfalls(model, rows):
    found = [(row, ratio) for row, ratio in zip(rows, ratios(rows)) if ratio]
    if not found:
        return [f"{model}: nothing to compare, see what is missing above"]
    return [
        f"{model}: {row['name']} on {row['cores']} takes {ratio:.2f} times as long as Kula,"
        f" must be at least {EXPECTED[model]}"
        for row, ratio in found
        if ratio < EXPECTED[model]
    ]


def main():
    options = arguments()
    if not os.environ["PEER_JAVA"] and not os.environ["PEER_PYTORCH"]:
        sys.exit("compare: nothing can run, see above")
    (TARGET / "peer").mkdir(parents=True, exist_ok=True)
    before = load()
    problems, document, versions = [], [], {}
    for model in options.models:
        rows, about, found = compare(model, options)
        versions |= about
        problems += found
        if options.expect:
            problems += shortfalls(model, rows)
        cells = table(rows)
        print("\n".join([model, *aligned(cells), ""]))
        document += [f"**`{model}`**", "", *markdown(cells), ""]
    notes = [
        f"{options.devices} devices × {SAMPLES} images, 1 local epoch, batch {BATCH}, SGD {RATE}; medians of"
        f" {options.passes} passes.",
        f"{machine()}; load before and after: {before}, {load()}.",
        *(f"{name}: {about}." for name, about in versions.items()),
    ]
    print("\n".join(notes))
    if options.markdown:
        write(options.markdown, "\n".join([*document, *(f"- {note}" for note in notes), ""]))
    if problems:
        sys.exit("\n".join(f"compare: {problem}" for problem in problems))


main()
