#!/usr/bin/env python3
"""Turns what bench/gpu/run.sh measured into a Markdown table: python3 bench/gpu/report.py FOLDER > table.md"""
import json
import subprocess
import sys
from datetime import date
from pathlib import Path


def read(path):
    return json.loads(path.read_text(encoding='utf-8')) if path.exists() else None


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return 'unknown'


def number(value, digits=2):
    return f'{value:.{digits}f}' if isinstance(value, (int, float)) else '-'


def ratio(a, b):
    return f'{a / b:.2f}x' if isinstance(a, (int, float)) and isinstance(b, (int, float)) and b else '-'


def main():
    folder = Path(sys.argv[1])
    gpu = first_line('nvidia-smi', '--query-gpu=name,driver_version,clocks.max.sm,power.limit', '--format=csv,noheader')
    torch = first_line(sys.executable, '-c', 'import torch; print(torch.__version__, "CUDA", torch.version.cuda)')
    print(f'Measured on {date.today()}: {gpu}; PyTorch {torch}. Medians.\n')
    kernels = read(folder / 'kernels.json')
    if kernels:
        print('Checks against float64: ' + ('all passed.' if not kernels['failures'] else 'FAILED: ' + ', '.join(kernels['failures'])))
    if kernels and 'rows' in kernels:
        print(f"Memory: {kernels['bytes_per_second'] / 1e9:.0f} GB/s (device-to-device copy, read and write).\n")
        print('| kernel | us | floor us | of floor | PyTorch us | PyTorch / ours |\n|---|---:|---:|---:|---:|---:|')
        for row in kernels['rows']:
            theirs = row['pytorch_ms']
            print(f"| {row['name']} | {row['ms'] * 1e3:.1f} | {row['floor_ms'] * 1e3:.1f} | {ratio(row['ms'], row['floor_ms'])} "
                  f"| {number(theirs and theirs * 1e3, 1)} | {ratio(theirs, row['ms'])} |")
    cases = sorted(folder.glob('reference-*.json'))
    if cases:
        print('\n| network | eager fp32 ms | eager fp16 ms | torch.compile fp16 ms |\n|---|---:|---:|---:|')
        for path in cases:
            times = read(path)
            print(f"| {path.stem[len('reference-'):]} | " + ' | '.join(number(times.get(k)) for k in ('eager fp32', 'eager fp16', 'torch.compile fp16')) + ' |')
    for path in sorted(folder.glob('engine-*/bench.md')):
        print(f'\n{path.read_text(encoding="utf-8")}')


if __name__ == '__main__':
    main()
