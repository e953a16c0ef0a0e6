"""One model of models.py, measured in a process of its own: JSON on standard output.

    measure.py NAME [--rival] [--device cpu]

Compares what landfall.torch.compile gives with PyTorch's own result at all
sizes of the row, counts, and times the first size. --rival: also Inductor.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
import zlib
from pathlib import Path

import torch
import torch._inductor.config

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tools")]

import frameworks  # noqa: E402
from models import rows  # noqa: E402

import landfall.torch  # noqa: E402

SECONDS = 0.5  # For which each way is timed.
TOLERANCE = 2e-4  # Of the largest element: sums of f32 are added in another order.


def settle(module):
    """Statistics and scales of normalizations as after training: none is 0 or 1. Nor are all
    weights of a layer 0, as some heads begin: any results would be equal after it."""
    with torch.no_grad():
        for weight in module.parameters():
            if weight.dim() > 1 and not weight.any():
                weight.normal_(std=weight.shape[-1] ** -0.5)
        for part in module.modules():
            if getattr(part, "num_batches_tracked", None):
                continue  # It has its own.
            for name, low, high in (("running_mean", -0.2, 0.2), ("running_var", 0.5, 1.5)):
                if torch.is_tensor(tensor := getattr(part, name, None)):
                    tensor.uniform_(low, high)
            if "Norm" in type(part).__name__:
                for name, low, high in (("weight", 0.7, 1.3), ("bias", -0.2, 0.2)):
                    if torch.is_tensor(tensor := getattr(part, name, None)) and tensor.is_floating_point():
                        tensor.uniform_(low, high)
    return module.eval()


def flat(value):
    """The tensors of a result, in order."""
    if torch.is_tensor(value):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for part in value for tensor in flat(part)]
    return []


def used(row, module, inputs):
    torch.manual_seed(0)  # Some models draw numbers.
    if row.call:
        return row.call(module, inputs)
    return module(**inputs) if isinstance(inputs, dict) else module(*inputs)


def difference(found, expected):
    """The largest, of each tensor as a part of its largest element; inf: other shapes."""
    found, expected = flat(found), flat(expected)
    if len(found) != len(expected) or not expected:
        return float("inf")
    worst = 0.0
    for a, b in zip(found, expected):
        if a.shape != b.shape or a.dtype != b.dtype:
            return float("inf")
        if not b.numel():
            continue
        if not b.is_floating_point():
            worst = max(worst, float(not torch.equal(a, b)))
            continue
        a, b = a.double(), b.double()
        if not torch.equal(torch.isfinite(a), torch.isfinite(b)):
            return float("inf")
        a, b = torch.nan_to_num(a, 0, 0, 0), torch.nan_to_num(b, 0, 0, 0)
        worst = max(worst, ((a - b).abs().max() / b.abs().max().clamp(min=1e-6)).item())
    return worst


def seconds():
    """Processor time of this process and of the compilers that it has called."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def milliseconds(ways):
    """{name: the fastest of many runs} in processor time; the ways take turns. One thread
    each: then it is the time of a machine that is not busy."""
    best = dict.fromkeys(ways, float("inf"))
    for run in ways.values():
        run()
    end, rounds = time.process_time() + SECONDS * len(ways), 0
    while rounds < 3 or time.process_time() < end:
        rounds += 1
        for name, run in ways.items():
            start = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - start) * 1e3)
    return best


def first_result(row, module, inputs):
    start = seconds()
    result = used(row, module, inputs)
    return result, seconds() - start


def measured(row, options):
    torch.set_num_threads(1)
    torch._inductor.config.compile_threads = 1
    landfall.torch.statistics.clock = time.process_time
    torch.manual_seed(zlib.crc32(row.name.encode()))
    module = settle(row.build())
    all_inputs = [row.inputs(size) for size in row.sizes]
    statistics, counters = landfall.torch.statistics, torch._dynamo.utils.counters
    with torch.no_grad():
        expected = [used(row, module, inputs) for inputs in all_inputs]
        compiled = landfall.torch.compile(module, options.device, threads=1, cache=False)
        result, first_s = first_result(row, compiled, all_inputs[0])
        graphs, before, seconds_of = statistics.graphs, statistics.compilations, dict(statistics.seconds)
        differences = [difference(result, expected[0])]
        differences += [difference(used(row, compiled, inputs), answer)
                        for inputs, answer in zip(all_inputs[1:], expected[1:])]
        more = statistics.compilations - before
        breaks = {text.split("\n")[0][:100]: count for text, count in counters["graph_break"].items()}
        answer = {"name": row.name, "family": row.family, "differences": differences, "graphs": graphs,
                  "compilations": before, "more": more, "breaks": breaks,
                  "in_pytorch": dict(statistics.in_pytorch), "first_s": first_s,
                  "seconds": seconds_of}
        ways = {"eager_ms": lambda: used(row, module, all_inputs[0]),
                "landfall_ms": lambda: used(row, compiled, all_inputs[0])}
        if options.rival:
            answer |= rival(row, module, all_inputs[0], ways)
        answer |= milliseconds(ways)
    answer["right"] = max(differences) <= TOLERANCE
    return answer


@contextlib.contextmanager
def new_to_inductor():
    """It has no code in its cache, but its headers are compiled and its modules imported."""
    headers = frameworks.ROOT / "build" / "torch" / "precompiled_headers"
    headers.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / headers.name).symlink_to(headers)
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        torch.compile(lambda x: x + 1, dynamic=True)(torch.ones(3))
        yield


def rival(row, module, inputs, ways):
    """Seconds to Inductor's first result, and adds it to the ways."""
    try:
        with new_to_inductor():
            compiled = torch.compile(module, dynamic=True)
            _, first_s = first_result(row, compiled, inputs)
    except Exception as error:  # Its failures are not judged here.
        return {"inductor_error": str(error)[:300]}
    ways["inductor_ms"] = lambda: used(row, compiled, inputs)
    return {"inductor_first_s": first_s}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--rival", action="store_true")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    row = next(row for row in rows() if row.name == options.name)
    print(json.dumps(measured(row, options)))


if __name__ == "__main__":
    main()
