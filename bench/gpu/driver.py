"""Launches the kernels of native/cuda from Python: PTX through the driver API, tensors of PyTorch. No build against PyTorch is needed.

The structures below are the Params of native/cuda/src/kernels/*.h, field by field.
"""
import ctypes as c
from pathlib import Path

import torch

P, I64, I32, U32, F32 = c.c_void_p, c.c_int64, c.c_int32, c.c_uint32, c.c_float
MOST_LEVELS = 64
SHARED_LIMIT = 64 * 1024


def structure(name, *fields):
    return type(name, (c.Structure,), {'_fields_': [tuple(field) for field in fields]})


Level = structure('Level', ('height', I32), ('width', I32), ('start', I32))
Table = structure('Table', ('first', P), ('count', P), ('weights', P), ('taps', I32))
Geometry = structure('Geometry', ('source_width', I32), ('source_height', I32), ('resized_width', I32), ('resized_height', I32),
                     ('padded_width', I32), ('padded_height', I32), ('sampling', I32))
DeformAttn = structure('DeformAttn', ('value', P), ('pairs', P), ('single', P), ('references', P), ('output', P), ('pairs_row', I64),
                       ('single_row', I64), ('rows', U32), ('queries', U32), ('images', U32), ('heads', I32), ('channels', I32),
                       ('points', I32), ('levels', I32), ('level', Level * MOST_LEVELS))
DepthwiseNorm = structure('DepthwiseNorm', ('input', P), ('weight', P), ('bias', P), ('scale', P), ('shift', P), ('output', P),
                          ('epsilon', F32), ('images', I32), ('height', I32), ('width', I32), ('channels', I32), ('tile_rows', I32))
Preprocess = structure('Preprocess', ('pixels', P), ('chroma', P), ('pitch', I64), ('chroma_pitch', I64), ('output', P), ('horizontal', Table),
                       ('vertical', Table), ('layout', I32), ('resized_width', I32), ('resized_height', I32), ('padded_width', I32),
                       ('padded_height', I32), ('mean', F32 * 3), ('deviation', F32 * 3))
ClassScores = structure('ClassScores', ('logs', P), ('queries', I32), ('reasons', I32), ('classes', I32), ('weights', P), ('best_class', P),
                        ('best_score', P), ('threshold', F32))
SelectQueries = structure('SelectQueries', ('weights', P), ('best_class', P), ('limit', F32), ('groups', I32), ('queries', I32), ('list', P),
                          ('count', P))
SemanticLabels = structure('SemanticLabels', ('masks', P), ('weights', P), ('list', P), ('count', P), ('class_index', P), ('labels', P),
                           ('geometry', Geometry), ('queries', I32), ('classes', I32), ('min_score', F32), ('score_sums', P))


def type_name(dtype):
    return {torch.float32: 'f32', torch.float16: 'f16', torch.bfloat16: 'bf16'}[dtype]


class Driver:
    """The kernels on the GPU that PyTorch has made current; `library` is libcuda, or the tests' stand-in, which runs kernels on the CPU."""

    def __init__(self, ptx_folder, architecture, library='libcuda.so.1'):
        self._cuda = c.CDLL(library)
        self._folder, self._architecture = Path(ptx_folder), architecture
        self._modules, self._functions = {}, {}
        self._call('cuInit', 0)

    def launch(self, module, name, params, blocks, threads, shared=0, images=1, stream=None):
        function = self._function(module, name)
        arguments = (P * 1)(c.addressof(params))
        if stream is None and torch.cuda.is_available():
            stream = torch.cuda.current_stream().cuda_stream
        self._call('cuLaunchKernel', function, blocks, images, 1, threads, 1, 1, shared, P(stream), arguments, None)
        if not torch.cuda.is_available():
            self._call('cuStreamSynchronize', None)  # the stand-in does its work when it is waited for

    def _function(self, module, name):
        if name not in self._functions:
            if module not in self._modules:
                fitting = [a for a in self._built(module) if a <= self._architecture]
                if not fitting:
                    raise SystemExit(f'{self._folder} has no PTX of {module} for sm_{self._architecture}')
                text = (self._folder / f'{module}.sm_{max(fitting)}.ptx').read_bytes() + b'\0'
                handle = P()
                self._call('cuModuleLoadData', c.byref(handle), text)
                self._modules[module] = (handle, text)
            function = P()
            self._call('cuModuleGetFunction', c.byref(function), self._modules[module][0], name.encode())
            self._call('cuFuncSetAttribute', function, 8, SHARED_LIMIT)
            self._functions[name] = function
        return self._functions[name]

    def _built(self, module):
        return [int(path.name.split('.sm_')[1].split('.')[0]) for path in self._folder.glob(f'{module}.sm_*.ptx')]

    def _call(self, name, *arguments):
        result = getattr(self._cuda, name)(*arguments)
        if result != 0:
            text = c.c_char_p()
            self._cuda.cuGetErrorName(result, c.byref(text))
            raise RuntimeError(f'{name} failed with {(text.value or b"?").decode()} ({result})')
