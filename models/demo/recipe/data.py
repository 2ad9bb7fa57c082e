"""Training pictures: fixed-size records in one file, written by `pack` from an exported data set and read through a memory map."""
import numpy as np

MAX_THINGS = 32
FIRST_THING = 32


class Records:
    """Record: RGB picture, label of each pixel (stuff kind, or 32 + thing), 32 x (shape + 1, colour, surface, size)."""

    def __init__(self, path, width, height):
        self.width, self.height = width, height
        self.data = np.memmap(path, np.uint8, 'r').reshape(-1, width * height * 4 + MAX_THINGS * 4)

    def __len__(self):
        return len(self.data)

    def batch(self, indices, max_segments=12, min_area=24, flip=None):
        """-> images [B, H, W, 3] uint8, labels [B, H, W] (segment number or 255), segments: per picture a list of
        ('thing', shape, colour, surface) or ('stuff', kind), largest first."""
        n = self.width * self.height
        images, labels, segments = [], [], []
        for k, i in enumerate(indices):
            record = np.asarray(self.data[i])
            image = record[:3 * n].reshape(self.height, self.width, 3)
            label = record[3 * n:4 * n].reshape(self.height, self.width)
            things = record[4 * n:].reshape(MAX_THINGS, 4)
            if flip is not None and flip[k]:
                image, label = image[:, ::-1], label[:, ::-1]
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
