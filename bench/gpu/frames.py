#!/usr/bin/env python3
"""Times the way of a frame over the GPU but for the network: up, prepared, labelled, down. python3 bench/gpu/frames.py --library libsegr_ops.so

1080p frames, a network input of 640x384, 100 queries, 20 classes. Milliseconds by the host's clock, copies included: of one frame at a time,
and of frames with two in flight. --check runs a few at stride 4, over whatever driver SEGR_CUDA_DRIVER names, and times nothing.
"""
import argparse
import ctypes as c
import json
import os
import random
import statistics
import struct
import time

I32, U64, F32, P = c.c_int32, c.c_uint64, c.c_float, c.c_void_p
VERSION = 1  # segr_ops_version of native/cpu/src/ops/register.cpp
WIDTH, HEIGHT, INPUT, QUERIES, CLASSES = 1920, 1080, (640, 384), 100, 20
WARM_UP, FRAMES = 20, 200


class Geometry(c.Structure):  # the structures of native/cuda/src/frame/segr_gpu.h
    _fields_ = [(name, I32) for name in ('source_width', 'source_height', 'resized_width', 'resized_height', 'padded_width', 'padded_height')]


class Picture(c.Structure):
    _fields_ = [('pixels', P), ('pitch', c.c_int64), ('is_rgb', I32), ('geometry', Geometry), ('mean', F32 * 3), ('deviation', F32 * 3)]


class Rules(c.Structure):
    _fields_ = [('is_panoptic', I32), ('sampling', I32), ('geometry', Geometry), ('queries', I32), ('reasons', I32), ('least', F32), ('min_score', F32),
                ('threshold', F32), ('overlap', F32)]


class Labels(c.Structure):
    _fields_ = [('width', I32), ('height', I32), ('labels', P), ('score_sums', P), ('segments', P), ('segment_count', I32)]


GEOMETRY = Geometry(WIDTH, HEIGHT, 640, 360, *INPUT)


class Library:
    def __init__(self, path):
        self._library = c.CDLL(path)
        # Structures of another version would be read past their ends.
        if not hasattr(self._library, 'segr_ops_version') or self._library.segr_ops_version() != VERSION:
            raise SystemExit(f'{path} is not of version {VERSION}: build it anew (./segr setup)')
        self._library.segr_gpu_error.restype = c.c_char_p

    def __call__(self, name, *arguments):
        if getattr(self._library, name)(*arguments) != 0:
            raise SystemExit(f'{name}: {self._library.segr_gpu_error().decode()}')


class Slot:
    """A frame in flight. The network's outputs are put there once: nothing overwrites them."""

    def __init__(self, library, gpu, cuda, rules):
        self.call, self.rules, self.handle, self.labels = library, rules, P(), Labels()
        library('segr_gpu_slot_create', gpu, c.byref(self.handle))
        area = INPUT[0] // 4 * (INPUT[1] // 4)
        for tensor, values in enumerate((3 * INPUT[0] * INPUT[1], QUERIES * area, QUERIES * (CLASSES + 1))):
            address = U64()
            library('segr_gpu_slot_reserve', self.handle, tensor, c.c_size_t(4 * values), c.byref(address))
            if tensor > 0:
                cuda.put(address, random_floats(values))
        indices, things = (I32 * CLASSES)(*range(CLASSES)), (I32 * CLASSES)(*(i % 2 for i in range(CLASSES)))
        library('segr_gpu_slot_classes', self.handle, indices, things, CLASSES)

    def submit(self, picture):
        self.call('segr_gpu_slot_preprocess', self.handle, c.byref(picture), None)
        self.call('segr_gpu_slot_begin_network', self.handle)
        self.call('segr_gpu_slot_end_network', self.handle)

    def finish(self):
        self.call('segr_gpu_slot_label', self.handle, c.byref(self.rules), None, c.byref(self.labels))


class Cuda:
    """The driver, in the context that the library uses too."""

    def __init__(self):
        self._driver = c.CDLL(os.environ.get('SEGR_CUDA_DRIVER') or 'libcuda.so.1')
        context = P()
        assert self._driver.cuInit(0) == 0 and self._driver.cuDevicePrimaryCtxRetain(c.byref(context), 0) == 0
        assert self._driver.cuCtxPushCurrent_v2(context) == 0

    def put(self, address, data):
        assert self._driver.cuMemcpyHtoD_v2(address, data, c.c_size_t(len(data))) == 0
        assert self._driver.cuStreamSynchronize(None) == 0


def random_floats(count):
    part = [random.gauss(0, 3) for _ in range(4093)]
    return (struct.pack(f'{len(part)}f', *part) * (count // len(part) + 1))[:4 * count]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--library', required=True, help='libsegr_ops.so')
    parser.add_argument('--out', help='JSON file for the report')
    parser.add_argument('--check', action='store_true')
    options = parser.parse_args()
    random.seed(0)
    library, gpu = Library(options.library), P()
    library('segr_gpu_open', 0, c.byref(gpu))
    cuda = Cuda()
    pixels = c.create_string_buffer(random.randbytes(3 * WIDTH * HEIGHT))
    picture = Picture(c.cast(pixels, P), 3 * WIDTH, 0, GEOMETRY, (F32 * 3)(122.77, 116.75, 104.09), (F32 * 3)(68.5, 66.63, 70.32))
    rows = []
    for name, panoptic, sampling in (('semantic at stride 4', 0, 0), ('semantic at 1080p', 0, 3), ('panoptic at stride 4', 1, 0), ('panoptic at 1080p', 1, 2)):
        if options.check and sampling:
            continue
        slots = [Slot(library, gpu, cuda, Rules(panoptic, sampling, GEOMETRY, QUERIES, 1, 1e-5, 0, 0.05, 0.3)) for _ in range(2)]
        single = []
        for i in range(2 if options.check else WARM_UP + FRAMES):
            begin = time.perf_counter()
            slots[0].submit(picture)
            slots[0].finish()
            single.append((time.perf_counter() - begin) * 1e3)
        labels = slots[0].labels
        assert (labels.width, labels.height) == ((WIDTH, HEIGHT) if sampling else (160, 90))
        if options.check:
            print(f'ok     {name}')
            continue
        slots[0].submit(picture)
        begin = time.perf_counter()
        for i in range(FRAMES):
            slots[(i + 1) % 2].submit(picture)
            slots[i % 2].finish()
        both = (time.perf_counter() - begin) / FRAMES * 1e3
        rows.append({'name': name, 'alone_ms': statistics.median(single[WARM_UP:]), 'in_flight_ms': both})
        print(f"{name}: {rows[-1]['alone_ms']:.3f} ms alone, {both:.3f} ms with two in flight", flush=True)
    if options.out:
        with open(options.out, 'w', encoding='utf-8') as file:
            json.dump(rows, file, indent=1)


if __name__ == '__main__':
    main()
