"""Deformable attention for training: deformable.cpp through ctypes, compiled at first use; where there is no compiler, PyTorch alone."""
import ctypes
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import torch

_library = None


def load():
    """Compiles and loads the kernels; None where that is not possible."""
    global _library
    if _library is None:
        source = Path(__file__).with_name('deformable.cpp')
        name = 'segr-deformable-' + hashlib.sha256(source.read_bytes()).hexdigest()[:16] + '.so'
        target = Path(tempfile.gettempdir()) / name
        try:
            if not target.exists():
                part = f'{target}.{os.getpid()}'
                subprocess.run(['g++', '-O3', '-march=native', '-ffast-math', '-shared', '-fPIC', str(source), '-o', part], check=True, capture_output=True)
                os.replace(part, target)
            _library = ctypes.CDLL(str(target))
        except (OSError, subprocess.CalledProcessError):
            _library = False
    return _library or None


def _pointers(*tensors):
    return [ctypes.c_void_p(t.data_ptr()) for t in tensors]


class DeformableAttentionFunction(torch.autograd.Function):
    """value [B, S, M, D], shapes [L, 2] int64 (h, w), locations [B, Q, M, L, P, 2], weights [B, Q, M, L, P] -> [B, Q, M * D]."""

    @staticmethod
    def forward(ctx, value, shapes, locations, weights):
        value, locations, weights = value.contiguous(), locations.contiguous(), weights.contiguous()
        ctx.save_for_backward(value, shapes, locations, weights)
        b, s, m, d = value.shape
        _, q, _, levels, points, _ = locations.shape
        ctx.sizes = [ctypes.c_int64(n) for n in (b, s, m, d, q, levels, points)]
        out = torch.empty(b, q, m * d)
        load().forward(*_pointers(value, shapes, locations, weights, out), *ctx.sizes)
        return out

    @staticmethod
    def backward(ctx, grad):
        value, shapes, locations, weights = ctx.saved_tensors
        grad = grad.contiguous()
        grads = torch.zeros_like(value), torch.empty_like(locations), torch.empty_like(weights)
        load().backward(*_pointers(value, shapes, locations, weights, grad, *grads), *ctx.sizes)
        return grads[0], None, grads[1], grads[2]
