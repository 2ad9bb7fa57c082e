"""Training pictures: fixed-size records in one file, written by `pack` from an exported data set and read through a memory map."""
import numpy as np
from PIL import Image

MAX_THINGS = 32
FIRST_THING = 32


class Records:
    """Record: RGB picture, label of each pixel (stuff kind, or 32 + thing), 32 x (shape + 1, colour, surface, size)."""

    def __init__(self, path, width, height):
        self.width, self.height = width, height
        self.data = np.memmap(path, np.uint8, 'r').reshape(-1, width * height * 4 + MAX_THINGS * 4)

    def __len__(self):
        return len(self.data)

    def batch(self, indices, max_segments=12, min_area=24, rng=None):
        """-> images [B, H, W, 3] uint8, labels [B, H, W] (segment number or 255), segments: per picture a list of
        ('thing', shape, colour, surface) or ('stuff', kind), largest first. With `rng`, pictures are
        mirrored and enlarged at random."""
        n = self.width * self.height
        images, labels, segments = [], [], []
        for i in indices:
            record = np.asarray(self.data[i])
            image = record[:3 * n].reshape(self.height, self.width, 3)
            label = record[3 * n:4 * n].reshape(self.height, self.width)
            things = record[4 * n:].reshape(MAX_THINGS, 4)
            if rng is not None:
                image, label = self.varied(image, label, rng)
            area = np.bincount(label.ravel(), minlength=256)
            ids = [j for j in np.argsort(-area)[:max_segments] if area[j] >= min_area]
            lookup = np.full(256, 255, np.uint8)
            found = []
            for number, j in enumerate(ids):
                lookup[j] = number
                found.append(('stuff', int(j)) if j < FIRST_THING else ('thing', int(things[j - FIRST_THING, 0]) - 1, *map(int, things[j - FIRST_THING, 1:3])))
            images.append(image)
            labels.append(lookup[label])
            segments.append(found)
        return np.stack(images), np.stack(labels), segments

    def varied(self, image, label, rng):
        """Mirrored, and a window of it enlarged to the whole, at random; the picture is interpolated, labels are not."""
        if rng.random() < 0.5:
            image, label = image[:, ::-1], label[:, ::-1]
        if rng.random() < 0.5:
            scale = rng.uniform(0.6, 1)
            size = int(self.width * scale), int(self.height * scale)
            left, top = (int(rng.integers(0, whole - part + 1)) for whole, part in zip((self.width, self.height), size))
            box = left, top, left + size[0], top + size[1]
            image, label = (np.asarray(Image.fromarray(part).resize((self.width, self.height), method, box))
                            for part, method in ((image, Image.BILINEAR), (label, Image.NEAREST)))
        return image, label
