"""Reads and writes safetensors files with numpy alone."""
import json
import struct

import numpy as np

TYPES = {'F32': np.float32, 'F16': np.float16, 'I64': np.int64, 'I32': np.int32, 'U8': np.uint8, 'BOOL': np.bool_}


def load(path):
    with open(path, 'rb') as file:
        length, = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != '__metadata__':
            begin, end = entry['data_offsets']
            tensors[name] = np.frombuffer(data[begin:end], TYPES[entry['dtype']]).reshape(entry['shape']).copy()
    return tensors
