#!/usr/bin/env python3
"""Checks the GPU kernels against float64 and times them against PyTorch and against what memory allows.

    python3 bench/gpu/kernels.py --ptx FOLDER --out kernels.json [--check-only] [--cpu LIBCUDA]

A time is the median of 30 replays of a CUDA graph of 20 launches, over buffers that together exceed the GPU's cache. The floor is the bytes
that must move, each once, at the rate of a device-to-device copy measured in the same run.
"""
import argparse
import json
import math
import statistics

import torch
import torch.nn.functional as F

import driver as d

DEVICE = 'cuda'
TOLERANCE = {torch.float32: 2e-5, torch.float16: 2e-3, torch.bfloat16: 1.6e-2}
LAUNCHES, REPLAYS = 20, 30


class Attention:
    """MSDeformAttnFused, or the plain operator, on random numbers."""

    def __init__(self, sizes, heads, channels, points, value_type, sample_type, fused, images=1, seed=0):
        torch.manual_seed(seed)
        self.sizes, self.heads, self.channels, self.points, self.fused = sizes, heads, channels, points, fused
        self.rows = sum(h * w for h, w in sizes)
        self.samples = len(sizes) * points
        self.value = torch.randn(images, self.rows, heads, channels).to(value_type).to(DEVICE)
        count = heads * self.samples
        if fused:
            self.raw = torch.cat([torch.randn(images, self.rows, 2 * count) * 3, torch.randn(images, self.rows, count)], -1).to(sample_type).to(DEVICE)
        else:
            self.locations = (torch.rand(images, self.rows, heads, len(sizes), points, 2) * 1.2 - 0.1).to(DEVICE)
            self.weights = torch.rand(images, self.rows, heads, self.samples).softmax(-1).to(DEVICE)
        self.output = torch.full_like(self.value, math.nan)

    def launch(self, gpu):
        p = d.DeformAttn()
        size = self.value.element_size()
        lanes = self.channels * size // 16
        p.value, p.output, p.references = self.value.data_ptr(), self.output.data_ptr(), None
        count = self.heads * self.samples
        if self.fused:
            p.pairs, p.pairs_row, p.single_row = self.raw.data_ptr(), 3 * count, 3 * count
            p.single = self.raw.data_ptr() + 2 * count * self.raw.element_size()
            sample = self.raw.dtype
        else:
            p.pairs, p.single, p.pairs_row, p.single_row = self.locations.data_ptr(), self.weights.data_ptr(), 2 * count, count
            sample = torch.float32
        p.rows = p.queries = self.rows
        p.images, p.heads, p.channels, p.points, p.levels = self.value.shape[0], self.heads, self.channels, self.points, len(self.sizes)
        start = 0
        for l, (h, w) in enumerate(self.sizes):
            p.level[l] = d.Level(h, w, start)
            start += h * w
        name = f"segr_deform_{'fused' if self.fused else 'plain'}_{d.type_name(self.value.dtype)}_{d.type_name(sample)}_vector"
        threads = self.rows * self.heads * lanes
        gpu.launch('deform_attn', name, p, (threads + 255) // 256, 256, images=p.images)

    def locations_and_weights(self, dtype):
        """What the fused form works out, as tensors."""
        if not self.fused:
            return self.locations.to(dtype), self.weights.to(dtype)
        images, count = self.raw.shape[0], self.heads * self.samples
        offsets = self.raw[..., :2 * count].to(dtype).view(images, self.rows, self.heads, len(self.sizes), self.points, 2)
        weights = self.raw[..., 2 * count:].to(dtype).view(images, self.rows, self.heads, self.samples).softmax(-1)
        centres = torch.cat([torch.stack([((torch.arange(w, dtype=dtype, device=DEVICE) + 0.5) / w).repeat(h),
                                          ((torch.arange(h, dtype=dtype, device=DEVICE) + 0.5) / h).repeat_interleave(w)], -1)
                             for h, w in self.sizes])
        scale = torch.tensor([[w, h] for h, w in self.sizes], dtype=dtype, device=DEVICE)
        return centres[None, :, None, None, None] + offsets / scale[None, None, None, :, None], weights

    def reference(self, dtype):
        """The grid_sample form, as MAFT+'s own fallback computes it: [N, Lq, M * D]."""
        locations, weights = self.locations_and_weights(dtype)
        images = self.value.shape[0]
        grids = 2 * locations - 1
        parts = self.value.to(dtype).split([h * w for h, w in self.sizes], 1)
        sampled = []
        for l, (h, w) in enumerate(self.sizes):
            level = parts[l].permute(0, 2, 3, 1).reshape(images * self.heads, self.channels, h, w)
            grid = grids[:, :, :, l].transpose(1, 2).flatten(0, 1)
            sampled.append(F.grid_sample(level, grid, mode='bilinear', padding_mode='zeros', align_corners=False))
        weight = weights.transpose(1, 2).reshape(images * self.heads, 1, self.rows, self.samples)
        out = (torch.stack(sampled, -2).flatten(-2) * weight).sum(-1)
        return out.view(images, self.heads * self.channels, self.rows).transpose(1, 2)

    def bytes(self):
        moved = [self.value, self.output] + ([self.raw] if self.fused else [self.locations, self.weights])
        return sum(t.numel() * t.element_size() for t in moved)


class Depthwise:
    """DepthwiseConv7x7LayerNorm on random numbers."""

    def __init__(self, height, width, channels, dtype, seed=0):
        torch.manual_seed(seed)
        self.input = torch.randn(1, height, width, channels).to(dtype).to(DEVICE)
        self.weight = (torch.randn(channels, 1, 7, 7) * 0.1).to(DEVICE)
        self.bias, self.scale, self.shift = (torch.randn(3, channels) * 0.3 + 0.5).to(DEVICE).unbind(0)
        self.packed = self.weight.view(channels, 49).t().contiguous()
        self.scale, self.shift, self.bias = self.scale.contiguous(), self.shift.contiguous(), self.bias.contiguous()
        self.output = torch.full_like(self.input, math.nan)
        self.module = self.weight.to(dtype), self.bias.to(dtype), self.scale.to(dtype), self.shift.to(dtype)

    def launch(self, gpu):
        _, height, width, channels = self.input.shape
        shared = {rows: (rows * 8 * (channels + 4) + 256) * 4 for rows in (4, 2, 1)}
        rows = next(r for r in (4, 2, 1) if shared[r] <= d.SHARED_LIMIT)
        p = d.DepthwiseNorm(*(t.data_ptr() for t in (self.input, self.packed, self.bias, self.scale, self.shift, self.output)), 1e-6, 1,
                            height, width, channels, rows)
        gpu.launch('depthwise_norm', f'segr_depthwise_norm_{d.type_name(self.input.dtype)}_vector', p, -(-width // 8) * -(-height // rows), 128,
                   shared=shared[rows])

    def reference(self, dtype):
        weight, bias, scale, shift = (t.to(dtype) for t in (self.weight, self.bias, self.scale, self.shift))
        return self.layers(self.input.to(dtype), weight, bias, scale, shift)

    def eager(self):
        return self.layers(self.input, *self.module)

    @staticmethod
    def layers(x, weight, bias, scale, shift):
        convolved = F.conv2d(x.permute(0, 3, 1, 2), weight, bias, padding=3, groups=weight.shape[0])
        return F.layer_norm(convolved.permute(0, 2, 3, 1), weight.shape[:1], scale, shift, 1e-6)

    def bytes(self):
        return 2 * self.input.numel() * self.input.element_size() + 4 * self.packed.numel()


class Frame:
    """Pre-processing of a 1080p frame to 640 x 640 and semantic labels at stride 4 or at the frame's size."""

    def __init__(self, frame_size_labels, queries=100, classes=20):
        self.width, self.height, self.resized, self.padded = 1920, 1080, (640, 360), (640, 640)
        self.frame = torch.randint(0, 256, (self.height, self.width, 3), dtype=torch.uint8).to(DEVICE)
        self.input = torch.full((3, *reversed(self.padded)), math.nan).half().to(DEVICE)
        self.tables = [self.table(self.width, self.resized[0]), self.table(self.height, self.resized[1])]
        self.masks = (torch.randn(queries, 160, 160) * 4).half().to(DEVICE)
        # As a trained model's: most queries are void everywhere.
        logs = torch.full((queries, 1, classes + 1), -18.0)
        logs[:, :, -1] = 0
        logs[::5] = torch.randn(len(logs[::5]), 1, classes + 1) * 2
        self.logs = logs.log_softmax(-1).to(DEVICE)
        self.queries, self.classes, self.groups = queries, classes, -(-classes // 8)
        self.weights = torch.zeros(self.groups * queries * 8).to(DEVICE)
        self.list, self.count = torch.zeros(queries, dtype=torch.int32).to(DEVICE), torch.zeros(1, dtype=torch.int32).to(DEVICE)
        self.index = torch.arange(classes, dtype=torch.int32).to(DEVICE)
        self.geometry = d.Geometry(self.width, self.height, *self.resized, *self.padded, 3 if frame_size_labels else 0)
        self.size = (self.width, self.height) if frame_size_labels else (160, 90)
        self.labels = torch.zeros(self.size[1], self.size[0], dtype=torch.int16).to(DEVICE)

    @staticmethod
    def table(length, wanted):
        """Pillow's bilinear filter, as native/cuda/src/host/resample_axis.cpp."""
        scale = length / wanted
        support = max(scale, 1.0)
        taps = math.ceil(support) * 2 + 1
        first, count, weights = [], [], torch.zeros(wanted, taps, dtype=torch.int32)
        for i in range(wanted):
            centre = (i + 0.5) * scale
            begin, end = max(0, int(centre - support + 0.5)), min(length, int(centre + support + 0.5))
            shares = [max(0.0, 1 - abs((x - centre + 0.5) / support)) for x in range(begin, end)]
            first.append(begin)
            count.append(end - begin)
            for k, share in enumerate(shares):
                weights[i, k] = int(share / sum(shares) * (1 << 22) + 0.5)
        return [torch.tensor(first, dtype=torch.int32).to(DEVICE), torch.tensor(count, dtype=torch.int32).to(DEVICE), weights.to(DEVICE), taps]

    def preprocess(self, gpu):
        tables = [d.Table(*(t.data_ptr() for t in table[:3]), table[3]) for table in self.tables]
        p = d.Preprocess(self.frame.data_ptr(), None, 3 * self.width, 0, self.input.data_ptr(), *tables, 0, *self.resized, *self.padded,
                         (d.F32 * 3)(122.77, 116.75, 104.09), (d.F32 * 3)(68.5, 66.63, 70.32))
        gpu.launch('preprocess', 'segr_preprocess_f16_planar', p, -(-self.padded[0] * self.padded[1] // 128), 128)

    def postprocess(self, gpu):
        scores = d.ClassScores(self.logs.data_ptr(), self.queries, 1, self.classes, self.weights.data_ptr(), None, None, 0)
        gpu.launch('labels', 'segr_semantic_weights_f32', scores, self.queries, 32, shared=34 * 4)
        select = d.SelectQueries(self.weights.data_ptr(), None, 1e-5, self.groups, self.queries, self.list.data_ptr(), self.count.data_ptr())
        gpu.launch('labels', 'segr_select_queries', select, 1, 128, shared=self.queries * 4)
        labels = d.SemanticLabels(self.masks.data_ptr(), self.weights.data_ptr(), self.list.data_ptr(), self.count.data_ptr(),
                                  self.index.data_ptr(), self.labels.data_ptr(), self.geometry, self.queries, self.classes, 0)
        gpu.launch('labels', 'segr_semantic_labels_f16', labels, -(-self.size[0] * self.size[1] // 32), 256,
                   shared=(self.queries * 32 + 512) * 4)

    def launch(self, gpu):
        self.preprocess(gpu)
        self.postprocess(gpu)

    def expected_scores(self):
        """[classes, height, width] in float64."""
        maps = self.masks.double()[None]
        if self.size == (160, 90):
            maps = maps[:, :, :90].sigmoid()
        else:
            maps = F.interpolate(maps, size=self.padded[::-1], mode='bilinear', align_corners=False)[:, :, :self.resized[1], :self.resized[0]].sigmoid()
            maps = F.interpolate(maps, size=self.size[::-1], mode='bilinear', align_corners=False)
        return torch.einsum('qc,qhw->chw', self.logs.double().mean(1).softmax(-1)[:, :-1], maps[0])


def time_of(make, launch, budget=512 << 20):
    """Median milliseconds of one launch, over as many copies of the work as exceed the cache."""
    works = [make()]
    size = sum(t.numel() * t.element_size() for t in vars(works[0]).values() if isinstance(t, torch.Tensor))
    while len(works) < min(LAUNCHES, budget // max(size, 1) + 1):
        works.append(make())
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for work in works:
            launch(work)
    side.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for i in range(LAUNCHES):
            launch(works[i % len(works)])
    times = []
    for _ in range(REPLAYS):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        graph.replay()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end) / LAUNCHES)
    return statistics.median(times)


def check(name, actual, expected, tolerance, failures):
    error = (actual.double() - expected).abs().max().item() / max(1.0, expected.abs().max().item())
    good = error <= tolerance
    print(f"{'ok    ' if good else 'FAILED'} {name}: largest error {error:.2e}, allowed {tolerance:.0e}", flush=True)
    if not good:
        failures.append(name)


def check_all(gpu):
    failures = []
    sizes = [(9, 7), (18, 13), (5, 21)]
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        for channels in (8, 32, 64):
            for fused, sample in ((False, torch.float32), (True, torch.float32), (True, dtype)):
                work = Attention(sizes, 8, channels, 4, dtype, sample, fused, images=2)
                work.launch(gpu)
                name = f"deformable attention {'fused' if fused else 'plain'} {d.type_name(dtype)} {d.type_name(sample)} D={channels}"
                check(name, work.output.flatten(2), work.reference(torch.float64), TOLERANCE[dtype], failures)
        for channels in (32, 192, 1536):
            work = Depthwise(11, 19, channels, dtype)
            work.launch(gpu)
            check(f'depthwise + norm {d.type_name(dtype)} C={channels}', work.output, work.reference(torch.float64), TOLERANCE[dtype], failures)
    for frame_size in (False, True):
        work = Frame(frame_size)
        work.launch(gpu)
        scores = work.expected_scores()
        chosen = scores.gather(0, work.labels.long()[None])[0]
        check(f"labels at {'the frame' if frame_size else 'stride 4'}", chosen, scores.max(0).values, 1e-4, failures)
        from PIL import Image
        picture = Image.fromarray(work.frame.flip(-1).cpu().numpy()).resize(work.resized, Image.BILINEAR)
        pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).view(work.resized[1], work.resized[0], 3).permute(2, 0, 1)
        normalised = (pixels - torch.tensor([122.77, 116.75, 104.09]).view(3, 1, 1)) / torch.tensor([68.5, 66.63, 70.32]).view(3, 1, 1)
        padded = torch.zeros(3, *reversed(work.padded))
        padded[:, :work.resized[1], :work.resized[0]] = normalised
        check('pre-processing against Pillow', work.input.cpu(), padded.half().double(), 0, failures)
    return failures


def time_all(gpu):
    half = torch.float16
    data = [torch.empty(256 << 20, dtype=torch.uint8, device=DEVICE) for _ in range(2)]
    copy = statistics.median(time_of(lambda: Copy(data), lambda w: w.run()) for _ in range(3))
    rate = 2 * (256 << 20) / (copy * 1e-3)
    rows = []

    def row(name, make, launch, peer, moved):
        ours, theirs = time_of(make, launch), time_of(make, peer) if peer else None
        floor = moved / rate * 1e3
        rows.append({'name': name, 'ms': ours, 'pytorch_ms': theirs, 'floor_ms': floor})
        print(f'{name}: {ours * 1e3:.1f} us, floor {floor * 1e3:.1f} us' + (f', PyTorch {theirs * 1e3:.1f} us' if theirs else ''), flush=True)

    for size in (640, 1024):
        levels = [(size // s, size // s) for s in (32, 16, 8)]
        for dtype in (torch.float32, half):
            def make():
                return Attention(levels, 8, 32, 4, dtype, dtype, True)
            row(f'MSDeformAttnFused {size}x{size} {d.type_name(dtype)}', make, lambda w: w.launch(gpu), lambda w: w.reference(dtype), make().bytes())
    for side, channels in ((160, 192), (80, 384), (40, 768), (20, 1536)):
        def make():
            return Depthwise(side, side, channels, half)
        row(f'DepthwiseConv7x7LayerNorm {side}x{side}x{channels} f16', make, lambda w: w.launch(gpu), lambda w: w.eager(), make().bytes())
    frame = Frame(True)
    moved = frame.frame.numel() + 2 * frame.input.numel()
    row('pre-process 1080p to 640x640 f16', lambda: Frame(False), lambda w: w.preprocess(gpu), None, moved)
    row('labels at stride 4', lambda: Frame(False), lambda w: w.postprocess(gpu), None, 2 * frame.masks.numel())
    row('labels at 1080p', lambda: Frame(True), lambda w: w.postprocess(gpu), None, 2 * frame.masks.numel() + 2 * frame.labels.numel())
    return rate, rows


class Copy:
    """A device-to-device copy, for the rate of memory."""

    def __init__(self, data):
        self.data = data

    def run(self):
        self.data[1].copy_(self.data[0])


def main():
    global DEVICE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--ptx', required=True, help='folder of MODULE.sm_NN.ptx')
    parser.add_argument('--out', help='JSON file for the report')
    parser.add_argument('--check-only', action='store_true')
    parser.add_argument('--cpu', metavar='LIBRARY', help="check this program itself on the CPU, over the tests' stand-in for the driver")
    options = parser.parse_args()
    if options.cpu:
        DEVICE = 'cpu'
        gpu = d.Driver(options.ptx, 90, options.cpu)
        gpu._call('cuCtxPushCurrent_v2', None)
    else:
        major, minor = torch.cuda.get_device_capability()
        torch.zeros(1, device=DEVICE)  # makes PyTorch's context, which the driver's is, current
        gpu = d.Driver(options.ptx, 10 * major + minor)
    failures = check_all(gpu)
    result = {'failures': failures}
    if not options.cpu:
        torch.cuda.synchronize()
        if not options.check_only:
            result['bytes_per_second'], result['rows'] = time_all(gpu)
    if options.out:
        with open(options.out, 'w', encoding='utf-8') as file:
            json.dump(result, file, indent=1)
    raise SystemExit(1 if failures else 0)


if __name__ == '__main__':
    main()
