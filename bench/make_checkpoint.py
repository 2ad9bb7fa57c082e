#!/usr/bin/env python3
"""Writes a full-size MAFT+ checkpoint with deterministic random weights, for benchmarks and size tests.

    python3 bench/make_checkpoint.py {b,l} OUT.pth [--shapes SHAPES.json]

The file has the layout of a published checkpoint: torch.save({"model": state_dict, "iteration": 0}) with the frozen teacher
(backbone_t.*) and the loss weights beside what inference needs. The weights are scaled so that activations stay of order one; what the
model predicts means nothing. Needs numpy and torch; nothing else of the project needs Python.
"""
import argparse
import collections
import json
import math
import zlib

import numpy as np

# The published configurations: convnext_base_w_320 and convnext_large_d_320 of open_clip, Mask2Former's decoder.
SIZES = {
    "b": dict(depths=(3, 3, 27, 3), widths=(128, 256, 512, 1024), hidden=None, embed=640, text=640, layers=12),
    "l": dict(depths=(3, 3, 27, 3), widths=(192, 384, 768, 1536), hidden=1536, embed=768, text=768, layers=16),
}
WIDTH, ENCODER_LAYERS, DECODER_LAYERS, QUERIES, CLASSES = 256, 6, 9, 100, 171
ENCODER_HIDDEN, DECODER_HIDDEN, HEADS, LEVELS, POINTS = 1024, 2048, 8, 3, 4


def clip(depths, widths, hidden, embed, text, layers):
    """Yields names and shapes of the CLIP model."""
    yield "positional_embedding", (77, text)
    yield "text_projection", (text, embed)
    yield "logit_scale", ()
    yield from affine("visual.trunk.stem.0", widths[0], 3, 4, 4)
    yield from norm("visual.trunk.stem.1", widths[0])
    for stage, (depth, width) in enumerate(zip(depths, widths)):
        prefix = f"visual.trunk.stages.{stage}."
        if stage:
            yield from norm(prefix + "downsample.0", widths[stage - 1])
            yield from affine(prefix + "downsample.1", width, widths[stage - 1], 2, 2)
        for block in range(depth):
            name = f"{prefix}blocks.{block}."
            yield name + "gamma", (width,)
            yield from affine(name + "conv_dw", width, 1, 7, 7)
            yield from norm(name + "norm", width)
            yield from affine(name + "mlp.fc1", 4 * width, width)
            yield from affine(name + "mlp.fc2", width, 4 * width)
    yield from norm("visual.trunk.head.norm", widths[-1])
    if hidden:
        yield from affine("visual.head.mlp.fc1", hidden, widths[-1])
        yield "visual.head.mlp.fc2.weight", (embed, hidden)
    else:
        yield "visual.head.proj.weight", (embed, widths[-1])
    for layer in range(layers):
        name = f"transformer.resblocks.{layer}."
        yield from norm(name + "ln_1", text)
        yield from attention(name + "attn", text)
        yield from norm(name + "ln_2", text)
        yield from affine(name + "mlp.c_fc", 4 * text, text)
        yield from affine(name + "mlp.c_proj", text, 4 * text)
    yield "token_embedding.weight", (49408, text)
    yield from norm("ln_final", text)


def pixel_decoder(widths):
    for level in range(LEVELS):
        yield from affine(f"input_proj.{level}.0", WIDTH, widths[3 - level], 1, 1)
        yield from norm(f"input_proj.{level}.1", WIDTH)
    yield "transformer.level_embed", (LEVELS, WIDTH)
    for layer in range(ENCODER_LAYERS):
        name = f"transformer.encoder.layers.{layer}."
        yield from affine(name + "self_attn.sampling_offsets", HEADS * LEVELS * POINTS * 2, WIDTH)
        yield from affine(name + "self_attn.attention_weights", HEADS * LEVELS * POINTS, WIDTH)
        yield from affine(name + "self_attn.value_proj", WIDTH, WIDTH)
        yield from affine(name + "self_attn.output_proj", WIDTH, WIDTH)
        yield from norm(name + "norm1", WIDTH)
        yield from affine(name + "linear1", ENCODER_HIDDEN, WIDTH)
        yield from affine(name + "linear2", WIDTH, ENCODER_HIDDEN)
        yield from norm(name + "norm2", WIDTH)
    yield from affine("mask_features", WIDTH, WIDTH, 1, 1)
    for name, shape in (("adapter_1", (WIDTH, widths[0], 1, 1)), ("layer_1", (WIDTH, WIDTH, 3, 3))):
        yield name + ".weight", shape
        yield from norm(name + ".norm", WIDTH)


def predictor(embed):
    yield "logit_scale", ()
    for layer in range(DECODER_LAYERS):
        for part, inner in (("self", "self_attn"), ("cross", "multihead_attn")):
            name = f"transformer_{part}_attention_layers.{layer}."
            yield from attention(name + inner, WIDTH)
            yield from norm(name + "norm", WIDTH)
        name = f"transformer_ffn_layers.{layer}."
        yield from affine(name + "linear1", DECODER_HIDDEN, WIDTH)
        yield from affine(name + "linear2", WIDTH, DECODER_HIDDEN)
        yield from norm(name + "norm", WIDTH)
    yield from norm("decoder_norm", WIDTH)
    yield "query_feat.weight", (QUERIES, WIDTH)
    yield "query_embed.weight", (QUERIES, WIDTH)
    yield "level_embed.weight", (LEVELS, WIDTH)
    for head, output in (("mask_embed", WIDTH), ("class_embed", embed)):
        for layer, width in enumerate((WIDTH, WIDTH, output)):
            yield from affine(f"{head}.layers.{layer}", width, WIDTH)
    yield from norm("_mask_pooling_proj.0", WIDTH)
    yield from affine("_mask_pooling_proj.1", WIDTH, WIDTH)


def affine(prefix, *shape):
    yield prefix + ".weight", shape
    yield prefix + ".bias", shape[:1]


def norm(prefix, width):
    yield from affine(prefix, width)


def attention(prefix, width):
    yield prefix + ".in_proj_weight", (3 * width, width)
    yield prefix + ".in_proj_bias", (3 * width,)
    yield from affine(prefix + ".out_proj", width, width)


def shapes(size):
    """Returns every tensor of the checkpoint, name to shape, in the order of the model's modules."""
    config = SIZES[size]
    model = {"backbone.clip_model." + name: shape for name, shape in clip(**config)}
    model.update({"sem_seg_head.pixel_decoder." + name: shape for name, shape in pixel_decoder(config["widths"])})
    model.update({"sem_seg_head.predictor." + name: shape for name, shape in predictor(config["embed"])})
    model["criterion.empty_weight"] = (CLASSES + 1,)
    model["void_embedding.weight"] = (1, config["embed"])
    model.update(attention("cdt.cross_atten.multihead_attn", config["embed"]))
    model.update(norm("cdt.cross_atten.norm", config["embed"]))
    model.update(affine("cdt.cross_atten.MLP", config["embed"], config["embed"]))
    model.update({"backbone_t.clip_model." + name: shape for name, shape in clip(**config)})
    return model


def make(name, shape):
    """Returns the values of a tensor: a function of its name and shape alone."""
    noise = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(shape, dtype=np.float32)
    last = name.rsplit(".", 1)[-1]
    if last == "logit_scale":
        return np.float32(math.log(1 / 0.07))
    if name.endswith("sampling_offsets.bias"):
        return 2 * noise
    if "embed" in name and len(shape) == 2 and "layers" not in name or "query_feat" in name:
        return noise / 2
    if last == "gamma":
        return 0.1 + 0.02 * noise
    if len(shape) > 1:
        # What is added to a residual stream is kept small, so that 27 blocks in a row do not grow it.
        residual = name.endswith(("out_proj.weight", "c_proj.weight", "linear2.weight", "output_proj.weight"))
        return noise * np.float32((0.3 if residual else 1.0) / math.sqrt(shape[0] if last == "text_projection" else math.prod(shape[1:])))
    return 1 + 0.1 * noise if last == "weight" else 0.05 * noise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("out")
    parser.add_argument("--shapes", help="also write names and shapes as JSON")
    arguments = parser.parse_args()
    import torch

    names = shapes(arguments.size)
    if arguments.shapes:
        with open(arguments.shapes, "w", encoding="utf-8") as file:
            json.dump({name: list(shape) for name, shape in names.items()}, file, indent=0)
    state = collections.OrderedDict((name, torch.from_numpy(np.array(make(name, shape), dtype=np.float32))) for name, shape in names.items())
    torch.save({"model": state, "iteration": 0}, arguments.out)
    total = sum(math.prod(shape) for shape in names.values())
    print(f"{arguments.out}: {len(names)} tensors, {total / 1e6:.1f} million weights, teacher included")


if __name__ == "__main__":
    main()
