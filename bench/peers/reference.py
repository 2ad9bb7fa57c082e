#!/usr/bin/env python3
"""The PyTorch reference as a peer of `segr bench`: the same weights, the same picture, the same words, measured in turns with ours.

    python3 bench/peers/reference.py --weights model/weights.safetensors --inputs inputs.safetensors [--threads N]

Reads commands from standard input, one JSON object a line, and answers each with one line:

    {"do": "run", "frames": 3, "seconds": 20}     -> {"network_ms": [...], "whole_ms": [...], "cpu_ms": 123.4, "rss_mb": 900.0}
    {"do": "save", "path": "out.safetensors"}     -> {"saved": "out.safetensors"}: mask_logits [Q, h, w], mask_classes [Q, classes + 1]
    {"do": "export", "path": "naive.onnx"}        -> {"exported": "naive.onnx"}: torch.onnx.export, opset 16, GridSample

"network" is what the engine's inference stage does: normalised picture and text rows in, mask logits and class logits out. "whole" adds
what the reference does next for a label map: masks at the picture's size, weighed by class, and the best class of each pixel.
Needs numpy and torch. The architecture is models/demo/recipe/maft_plus.py with standard operators only.
"""
import argparse
import json
import os
import resource
import struct
import sys
import time
import warnings
from pathlib import Path

RECIPE = Path(__file__).resolve().parents[2] / 'models' / 'demo' / 'recipe'


def save_safetensors(path, tensors):
    """Writes float32 tensors."""
    header, data = {}, b''
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def resident_mb():
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--weights', required=True)
    parser.add_argument('--inputs', required=True)
    parser.add_argument('--panoptic', action='store_true', help='the model was trained for panoptic output (its transfer layer differs)')
    parser.add_argument('--small-masks', action='store_true', help='masks without a cell centre are pooled by how much of each cell they cover')
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.environ['OMP_NUM_THREADS'] = str(options.threads)

    sys.path.insert(0, str(RECIPE))
    import torch

    import deformable
    import maft_plus
    import safetensors_io

    warnings.filterwarnings('ignore')
    torch.set_num_threads(options.threads)
    # The reference on a CPU samples with grid_sample; the recipe's own kernels are for training.
    deformable.load = lambda: None

    state = {name: torch.from_numpy(value) for name, value in safetensors_io.load(options.weights).items()}
    sizes = maft_plus.Sizes.of(state)
    sizes.panoptic, sizes.small_masks = options.panoptic, options.small_masks
    model = maft_plus.MaftPlus(sizes).eval()
    model.load_state_dict({name: value.float() for name, value in state.items()})
    del state
    inputs = safetensors_io.load(options.inputs)
    image = torch.from_numpy(inputs['image'])
    text = torch.from_numpy(inputs['text_classifier'])
    templates = [int(n) for n in inputs['num_templates']]

    def network():
        return model(image, text, templates)

    def whole(mask_cls, masks):
        enlarged = torch.nn.functional.interpolate(masks, size=image.shape[-2:], mode='bilinear', align_corners=False)
        return torch.einsum('bqc,bqhw->bchw', mask_cls.softmax(-1)[..., :-1], enlarged.sigmoid()).argmax(1)

    def run(command):
        network_ms, whole_ms = [], []
        begin, cpu = time.perf_counter(), time.process_time()
        while len(network_ms) < command['frames'] and (not network_ms or time.perf_counter() - begin < command['seconds']):
            start = time.perf_counter()
            outputs = network()
            middle = time.perf_counter()
            whole(*outputs)
            network_ms.append((middle - start) * 1e3)
            whole_ms.append((time.perf_counter() - start) * 1e3)
        return {'network_ms': network_ms, 'whole_ms': whole_ms, 'cpu_ms': (time.process_time() - cpu) * 1e3 / len(network_ms),
                'rss_mb': resident_mb(), 'peak_rss_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}

    def save(command):
        mask_cls, masks = network()
        save_safetensors(command['path'], {'mask_logits': masks[0], 'mask_classes': mask_cls[0]})
        return {'saved': command['path']}

    def export(command):
        class Network(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, image, text):
                return self.model(image, text, templates)

        # Two gaps of this release's exporter: "&=" on truth values, and arithmetic on sizes, which it turns into doubles. The sizes are
        # fixed here, so they may as well be numbers.
        sizes_of = torch._C._TensorBase.shape.__get__
        torch.Tensor.__iand__ = torch.Tensor.__and__
        torch.Tensor.shape = property(lambda tensor: torch.Size(int(side) for side in sizes_of(tensor)))
        try:
            torch.onnx.export(Network(), (image, text), command['path'], opset_version=16, input_names=['image', 'text'],
                              output_names=['mask_classes', 'mask_logits'])
        finally:
            del torch.Tensor.shape, torch.Tensor.__iand__  # what they hid is there again
        return {'exported': command['path']}

    actions = {'run': run, 'save': save, 'export': export}
    # Warnings of the exporter go to standard output; answers must not mix with them.
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({'ready': f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads'}), file=answers, flush=True)
    with torch.no_grad():
        for line in sys.stdin:
            command = json.loads(line)
            try:
                answer = actions[command['do']](command)
            except Exception as error:  # told to the one who asked, who goes on without this peer
                answer = {'error': f'{type(error).__name__}: {error}'.splitlines()[0][:400]}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == '__main__':
    main()
