#!/usr/bin/env python3
"""Times the PyTorch reference on the GPU: eager fp32, eager fp16, torch.compile fp16.

    python3 bench/gpu/reference.py --model b|l --size 640 --out reference.json [--weights weights.safetensors]

The architecture is models/demo/recipe/maft_plus.py, with grid_sample for deformable attention, as the reference runs without its extension.
The network alone: a normalised picture on the GPU in, mask logits and class logits on the GPU out; the median of 30 runs, synchronised.
Without --weights they are random, which costs the same.
"""
import argparse
import json
import statistics
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'models' / 'demo' / 'recipe'))
import deformable  # noqa: E402
import maft_plus  # noqa: E402
import safetensors_io  # noqa: E402

WARM_UP, RUNS, CLASSES = 5, 30, 20


def measure(model, image, text):
    with torch.no_grad():
        for _ in range(WARM_UP):
            model(image, text, [1] * CLASSES)
        times = []
        for _ in range(RUNS):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            model(image, text, [1] * CLASSES)
            end.record()
            end.synchronize()
            times.append(begin.elapsed_time(end))
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', choices='bl', required=True)
    parser.add_argument('--size', type=int, required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--weights')
    options = parser.parse_args()
    deformable.load = lambda: None  # the recipe's own kernels are for training on a CPU
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.set_default_device('cuda')
    torch.manual_seed(0)
    if options.weights:
        state = {name: torch.from_numpy(value).float().cuda() for name, value in safetensors_io.load(options.weights).items()}
        model = maft_plus.MaftPlus(maft_plus.Sizes.of(state)).eval()
        model.load_state_dict(state)
    else:
        model = maft_plus.MaftPlus(maft_plus.Sizes.base() if options.model == 'b' else maft_plus.Sizes.large()).eval()
    image = torch.randn(1, 3, options.size, options.size)
    text = torch.nn.functional.normalize(torch.randn(CLASSES, 640 if options.model == 'b' else 768), dim=-1)
    result = {}

    def attempt(name, make):
        # One form that this PyTorch cannot run must not cost the others.
        try:
            result[name] = measure(*make())
            print(f'{options.model} {options.size} {name}: {result[name]:.2f} ms', flush=True)
        except Exception as error:
            result[name] = f'{type(error).__name__}: {error}'.splitlines()[0][:200]
            print(f'{options.model} {options.size} {name}: {result[name]}', flush=True)

    def half(inner):
        def run(*inputs):
            with torch.autocast('cuda', torch.float16):
                return inner(*inputs)
        return run

    attempt('eager fp32', lambda: (model, image, text))
    attempt('eager fp16', lambda: (half(model), image, text))
    attempt('torch.compile fp16', lambda: (half(torch.compile(model)), image, text))
    with open(options.out, 'w', encoding='utf-8') as file:
        json.dump(result, file, indent=1)


if __name__ == '__main__':
    main()
