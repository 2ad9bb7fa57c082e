"""Mean IoU on packed pictures, in the ways that the model is meant to be used."""
import random

import numpy as np
import torch
import torch.nn.functional as F

from lexicon import ANY, TEMPLATES, Phrase
from maft_plus import normalise


def embed(model, tokens, sentences):
    """One row per sentence: the 14 templates, averaged as inference does."""
    rows = []
    for start in range(0, len(sentences), 16):
        part = [t.format(s) for s in sentences[start:start + 16] for t in TEMPLATES]
        features = F.normalize(model.clip.encode_text(tokens.encode(part), tokens.embed), dim=-1)
        rows.append(F.normalize(features.view(-1, len(TEMPLATES), features.shape[-1]).mean(1), dim=-1))
    return torch.cat(rows)


def vocabularies(lexicon, kind, segments, rng):
    """-> phrases (one a class) for a picture with these segments, and the class of each segment."""
    stuff = [Phrase(e['words'][0], stuff=1 << i) for i, e in enumerate(lexicon.stuff)]
    things = [s[1:] for s in segments if s[0] == 'thing']
    if kind == 'shape':
        phrases = [Phrase(e['words'][0], shapes=1 << i) for i, e in enumerate(lexicon.shapes)]
        key = lambda s: s[1]
    elif kind == 'colour':
        phrases = [Phrase(e['words'][0] + ' thing', colours=1 << i) for i, e in enumerate(lexicon.colours)]
        key = lambda s: s[2]
    else:
        # Classes: what is in the picture, and as many distractors.
        wanted = list(dict.fromkeys(things))
        other = [(rng.randrange(len(lexicon.shapes)), rng.randrange(len(lexicon.colours)), rng.randrange(len(lexicon.surfaces))) for _ in range(len(wanted) + 3)]
        if kind in ('pair', 'synonym'):
            wanted, other = [(s, c, None) for s, c, _ in wanted], [(s, c, None) for s, c, _ in other]
        combos = list(dict.fromkeys(wanted + other))
        word = lambda entries, i, n: rng.choice(entries[i]['thesaurus']) if kind == 'synonym' else entries[i]['words'][0]
        phrases = []
        for n, (s, c, f) in enumerate(combos):
            if kind in ('reason', 'names'):
                name = rng.choice(('zorb', 'blick', 'dax', 'wug', 'toma', 'fep', 'gorp', 'kiki')) + rng.choice(('', 'le', 'ix', 'ar'))
                phrase = lexicon.reason(s, c, f, name, rng)
                text = phrase.text if kind == 'reason' else name
            else:
                parts = [word(lexicon.colours, c, n), None if f is None or f == 0 else lexicon.surfaces[f]['words'][0], word(lexicon.shapes, s, n)]
                text = ' '.join(p for p in parts if p)
            phrases.append(Phrase(text, 1 << s, 1 << c, ANY if f is None else 1 << f))
        where = {c: i for i, c in enumerate(combos)}
        key = lambda s: where[s[1:] if kind not in ('pair', 'synonym') else (s[1], s[2], None)]
    classes = [len(phrases) + s[1] if s[0] == 'stuff' else key(s) for s in segments]
    return phrases + stuff, classes


@torch.no_grad()
def evaluate(model, records, lexicon, tokens, count, kinds=('shape', 'colour', 'pair', 'full', 'synonym', 'reason', 'names')):
    """mIoU of each kind over the classes that are present; and of the masks alone (best query of each segment)."""
    model.eval()
    result = {}
    for kind in kinds:
        rng = random.Random(5)
        scores, thing_scores, best = [], [], []
        for i in range(0, min(count, len(records))):
            image, labels, segments = records.batch([i])
            phrases, classes = vocabularies(lexicon, kind, segments[0], rng)
            text = embed(model, tokens, [p.text for p in phrases])
            mask_cls, masks = model(normalise(torch.from_numpy(image)), text)
            full = F.interpolate(masks, size=labels.shape[1:], mode='bilinear', align_corners=False).sigmoid()
            predicted = torch.einsum('qc,qhw->chw', mask_cls[0].softmax(-1)[:, :-1], full[0]).argmax(0).numpy()
            lookup = np.full(256, 255)
            lookup[:len(classes)] = classes
            truth = lookup[labels[0]]
            for c in set(classes):
                t, p = truth == c, (predicted == c) & (truth != 255)
                value = (t & p).sum() / max((t | p).sum(), 1)
                scores.append(value)
                if c < len(phrases) - len(lexicon.stuff):
                    thing_scores.append(value)
            if kind == 'shape':
                hard = (full[0] > 0.5).numpy()
                for s in range(len(segments[0])):
                    t = labels[0] == s
                    best.append(max((m & t).sum() / (m | t).sum() for m in hard))
        result[kind] = round(float(np.mean(scores)), 3)
        result[kind + '_things'] = round(float(np.mean(thing_scores)), 3)
        if best:
            result['best_mask'] = round(float(np.mean(best)), 3)
    model.train()
    return result
