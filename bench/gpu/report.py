#!/usr/bin/env python3
"""Turns what bench/gpu/run.sh measured into a Markdown table: python3 bench/gpu/report.py FOLDER > table.md"""
import json
import subprocess
import sys
from datetime import date
from pathlib import Path


FORMS = ('eager fp32', 'eager fp16', 'torch.compile fp16')


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
    frames = read(folder / 'frames.json')
    if frames:
        print('\nThe way of a 1080p frame but for the network: up, prepared, labelled, down; copies and the host included.\n')
        print('| labels | ms alone | ms a frame with two in flight |\n|---|---:|---:|')
        for row in frames:
            print(f"| {row['name']} | {row['alone_ms']:.3f} | {row['in_flight_ms']:.3f} |")
    references = {path.stem[len('reference-'):]: read(path) for path in sorted(folder.glob('reference-*.json'))}
    if references:
        print('\nPyTorch, the network alone.\n\n| network | ' + ' | '.join(f'{form} ms' for form in FORMS) + ' |\n|---|---:|---:|---:|')
        for name, times in references.items():
            print(f'| {name} | ' + ' | '.join(number(times.get(form)) for form in FORMS) + ' |')
    reports = {path.parent.name[len('engine-'):]: read(path) for path in sorted(folder.glob('engine-*/bench.json'))}
    if reports:
        print('\nThe engine on 1080p frames, end to end: frames a second of the pipeline, and how many times as fast as the network alone in PyTorch.\n')
        print('| engine | precision | size | FPS | ' + ' | '.join(f'x {form}' for form in FORMS) + ' |\n|---|---|---|---:|---:|---:|---:|')
    for name, report in reports.items():
        letter = name[-1]
        for result in report['results']:
            # BenchCase.Name: model, provider, precision, size, mode.
            _, _, precision, size, _ = result['name'].split(' ')
            fps = (result.get('fps') or {}).get('median')
            times = references.get(f"{letter}-{size.split('x')[0]}", {})
            print(f'| {name[:-2]} MAFT+-{letter.upper()} | {precision} | {size} | {number(fps, 1)} | '
                  + ' | '.join(ratio(times.get(form), fps and 1e3 / fps) for form in FORMS) + ' |')
    for name, report in reports.items():
        for line in report['missing']:
            print(f'\n{name}: {line}')


if __name__ == '__main__':
    main()
