"""Packs a data set written by `segr synth` into one file of fixed-size records for training: pack.py DIR OUT.raw"""
import json
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from data import FIRST_THING, MAX_THINGS
from lexicon import Lexicon


def pack(folder, out, lexicon):
    folder = Path(folder)
    places = {key: {e['id']: i for i, e in enumerate(entries)} for key, entries in
              (('shape', lexicon.shapes), ('colour', lexicon.colours), ('surface', lexicon.surfaces))}
    sizes = ('small', 'medium', 'large')
    attributes = json.loads((folder / 'attributes.json').read_text())
    with open(str(out) + '.tmp', 'wb') as file:
        for name in sorted(attributes):
            image = np.asarray(Image.open(folder / 'images' / name).convert('RGB'))
            labels = np.asarray(Image.open(folder / 'panoptic' / name))[..., 0] - 1
            things = np.zeros((MAX_THINGS, 4), np.uint8)
            for segment in attributes[name]:
                if 'shape' in segment:
                    things[segment['id'] - 1 - FIRST_THING] = (
                        places['shape'][segment['shape']] + 1, places['colour'][segment['colour']],
                        places['surface'][segment['surface']], sizes.index(segment['size']))
            for part in (image, labels, things):
                file.write(np.ascontiguousarray(part, np.uint8).tobytes())
    os.replace(str(out) + '.tmp', out)
    print(f'{len(attributes)} pictures of {image.shape[1]}x{image.shape[0]}')


if __name__ == '__main__':
    pack(sys.argv[1], sys.argv[2], Lexicon(Path(__file__).parents[3] / 'src/Capture/Synthetic/lexicon.json'))
