"""Losses: language alignment of cells and regions, mask classification with assignment, point-sampled masks."""
import math

import torch
import torch.nn.functional as F

from matching import assign
from maft_plus import classify, mask_pool

POINTS = 512


def truth_table(groups, segments, most):
    """Target distributions over the phrases of all groups: [B, most, K], one row sum per group of 1, or 0 where no phrase is true.

    Where phrases of several precisions are true of a segment, the most precise ones share the target.
    """
    phrases = [p for group in groups for p in group]
    meaning = torch.tensor([p.meaning for p in phrases], dtype=torch.int64)  # [K, 4]
    specificity = torch.tensor([p.specificity for p in phrases])
    any_bits = meaning == (1 << 32) - 1
    table = torch.zeros(len(segments), most, len(phrases))
    for b, found in enumerate(segments):
        for s, segment in enumerate(found):
            if segment[0] == 'thing':
                true = any_bits[:, 3].clone()
                for k in range(3):
                    true &= (meaning[:, k] >> segment[1 + k] & 1) == 1
            else:
                true = ~any_bits[:, 3] & ((meaning[:, 3] >> segment[1] & 1) == 1)
            start = 0
            for group in groups:
                part = slice(start, start + len(group))
                start += len(group)
                if true[part].any():
                    best = specificity[part] * true[part]
                    chosen = (best == best.max()).float()
                    table[b, s, part] = chosen / chosen.sum()
    return table


def language_loss(logits, targets, sizes, weights):
    """Cross entropy within each group. logits, targets [N, K]; weights [N]. -> loss of each group."""
    losses = []
    for part, target in zip(logits.split(sizes, -1), targets.split(sizes, -1)):
        known = weights * target.sum(-1)
        losses.append(-(target * part.log_softmax(-1)).sum(-1).mul(known).sum() / known.sum().clamp(min=1))
    return torch.stack(losses)


def segment_maps(labels, most):
    """labels [B, H, W] with 255 for none -> one-hot float [B, most, H, W]."""
    return (labels[:, None] == torch.arange(most).view(1, -1, 1, 1)).float()


def dice(logits, targets):
    p = logits.sigmoid()
    return 1 - (2 * (p * targets).sum(-1) + 1) / (p.sum(-1) + targets.sum(-1) + 1)


def anchors(queries, stuff):
    """Places on a grid, [queries - stuff, 2] in [0, 1] as (x, y), for the queries that find things."""
    count = queries - stuff
    columns = max(1, round(math.sqrt(count * 1.5)))
    rows = -(-count // columns)
    return torch.tensor([((i % columns + 0.5) / columns, (i // columns + 0.5) / rows) for i in range(count)])


def match(masks, class_cost, small, segments, stuff):
    """masks [B, Q, h, w], class_cost [B, Q, S], small [B, S, h, w] truth -> per picture (queries, segments).

    Hungarian matching, with two preferences that make a short training enough: each kind of stuff has a query of its own, and the other
    queries prefer things near their place on a grid.
    """
    pairs = []
    with torch.no_grad():
        grid = anchors(masks.shape[1], stuff)
        h, w = small.shape[-2:]
        for b, found in enumerate(segments):
            things = [s for s, segment in enumerate(found) if segment[0] == 'thing'][:len(grid)]
            queries = [segment[1] for segment in found if segment[0] == 'stuff']
            rows = [s for s, segment in enumerate(found) if segment[0] == 'stuff']
            if things:
                x, t = masks[b, stuff:].flatten(1), small[b, things].flatten(1)
                bce = (F.softplus(x).sum(1)[:, None] - x @ t.T) / x.shape[1]
                p = x.sigmoid()
                overlap = 1 - (2 * p @ t.T + 1) / (p.sum(1)[:, None] + t.sum(1)[None] + 1)
                area = t.sum(1).clamp(min=1)
                column = (t.view(-1, h, w).sum(1) @ (torch.arange(w) + 0.5)) / area / w
                row = (t.view(-1, h, w).sum(2) @ (torch.arange(h) + 0.5)) / area / h
                distance = (grid[:, None] - torch.stack((column, row), -1)[None]).square().sum(-1)
                cost = 5 * bce + 5 * overlap + 2 * class_cost[b, stuff:, things] + 25 * distance
                queries += (assign(cost.T.double().numpy()) + stuff).tolist()
            pairs.append((torch.tensor(queries, dtype=torch.long), torch.tensor(rows + things, dtype=torch.long)))
    return pairs


def sample(maps, points):
    """maps [N, H, W] at points [N, P, 2] in [0, 1] -> [N, P]."""
    return F.grid_sample(maps[:, None], points[:, :, None] * 2 - 1, align_corners=False)[:, 0, :, 0]


def thing_points(labels, things, count):
    """Places [N, count, 2] on things. labels [N, H, W]; things [N, S] says which labels are things; anywhere where there are none."""
    small = labels[:, 2::4, 2::4]
    h, w = small.shape[1:]
    known = F.pad(things, (0, 256 - things.shape[1]))
    weight = known.gather(1, small.flatten(1).long()) + 1e-6
    place = torch.multinomial(weight, count, replacement=True)
    return (torch.stack((place % w, place // w), -1) + torch.rand(len(labels), count, 2)) / torch.tensor([w, h])


def mask_loss(logits, labels, pictures, segments, things):
    """Point-sampled cross entropy and dice of mask logits [N, h, w]; mask i belongs to one segment of one picture of labels [B, H, W].

    Points lie where the mask is least certain (PointRend, CVPR 2020), on things, and anywhere. Those on things keep apart things that look
    alike and touch: their common border is short, and a mask that flows over it is certain and wrong.
    """
    n, (height, width) = len(logits), labels.shape[1:]
    with torch.no_grad():
        candidates = torch.rand(n, 3 * POINTS, 2)
        doubt = sample(logits.detach(), candidates).abs()
        index = doubt.topk(POINTS // 2, dim=1, largest=False, sorted=False).indices
        on_things = thing_points(labels, things, POINTS // 4)[pictures]
        points = torch.cat((candidates.gather(1, index[..., None].expand(-1, -1, 2)), on_things, candidates[:, :POINTS // 4]), 1)
        place = (points[..., 1] * height).long().clamp(max=height - 1) * width + (points[..., 0] * width).long().clamp(max=width - 1)
        target = (labels.flatten(1)[pictures].gather(1, place) == segments[:, None]).float()
    value = sample(logits, points)
    return F.binary_cross_entropy_with_logits(value, target), dice(value, target).mean()


def region_logits(model, pooled, text):
    """Pooled CLIP features [B, N, C] against adapted text [B, K, C] -> [B, N, K]."""
    return model.clip.logit_scale.exp().clamp(max=100) * F.normalize(pooled, dim=-1) @ text.transpose(1, 2)


class Prototypes(torch.nn.Module):
    """One vector for each shape, colour, surface and kind of stuff, in the space that pictures and words share; thrown away after training.

    Words and pictures start without knowing of each other, and what neither can tell apart yet (shapes above all) gives no gradient to
    either. Both are classified against the same vectors, so that each learns the attributes by itself and they meet at the same places.
    """

    def __init__(self, counts, width):
        super().__init__()
        self.counts = counts
        self.vectors = torch.nn.Parameter(torch.randn(sum(counts), width))
        self.scale = torch.nn.Parameter(torch.tensor(math.log(10.)))

    def logits(self, x):
        """x [..., C] -> logits of shape, colour, surface and stuff [..., count]."""
        return (self.scale.exp().clamp(max=50) * F.normalize(x, dim=-1) @ F.normalize(self.vectors, dim=-1).T).split(self.counts, -1)

    def picture_loss(self, pooled, segments):
        """pooled [B, S, C] of every segment -> cross entropy of shape, colour, surface and stuff."""
        truth = torch.full((*pooled.shape[:2], 4), -1)
        for b, found in enumerate(segments):
            for s, segment in enumerate(found):
                truth[b, s] = torch.tensor([*segment[1:], -1] if segment[0] == 'thing' else [-1, -1, -1, segment[1]])
        return torch.stack([
            F.cross_entropy(part.flatten(0, 1), truth[..., k].flatten(), ignore_index=-1, reduction='sum') / (truth[..., k] >= 0).sum().clamp(min=1)
            for k, part in enumerate(self.logits(pooled))])

    def text_loss(self, text, phrases):
        """text [K, C] of phrases -> cross entropy with what each one speaks of; values that a phrase leaves open share the target."""
        losses = []
        for k, part in enumerate(self.logits(text)):
            bits = torch.tensor([p.meaning[k] for p in phrases])
            allowed = (bits[:, None] >> torch.arange(part.shape[-1]) & 1).float()
            speaks = (bits != (1 << 32) - 1).float()
            value = -(allowed / allowed.sum(-1, keepdim=True).clamp(min=1) * part.log_softmax(-1)).sum(-1)
            losses.append((value * speaks).sum() / speaks.sum().clamp(min=1))
        return torch.stack(losses)


def compute(model, images, labels, segments, groups, text, with_masks, prototypes):
    """All losses of a batch. text [K, C]: normalised rows of the phrases of all groups. -> dict of scalars."""
    stuff = prototypes.counts[3]
    sizes = [len(group) for group in groups]
    most = max(len(found) for found in segments)
    batch = len(images)
    table = truth_table(groups, segments, most)  # [B, S, K]
    clip = model.clip
    if with_masks:
        features, outputs, _ = model.features(images)
    else:
        features, outputs = clip.visual.trunk(images), []
    res5 = features['res5']
    h, w = res5.shape[-2:]
    adapted = model.transfer(res5, model.with_void(text))[:, :-1]
    scale = labels.shape[1] // h
    centres = labels[:, scale // 2::scale, scale // 2::scale].long()  # what stands at the centre of each coarse cell
    losses = {}

    # Cells: every coarse cell names what stands at its centre.
    cells = clip.project(res5.flatten(2).transpose(1, 2))
    known = (centres.flatten(1) < most).float()
    target = table.gather(1, centres.flatten(1).clamp(max=most - 1)[..., None].expand(-1, -1, table.shape[-1]))
    flat = lambda x: x.flatten(0, 1)
    cell_loss = language_loss(flat(region_logits(model, cells, adapted)), flat(target), sizes, flat(known))
    losses['cells'] = cell_loss.mean()

    # Regions: the true mask, pooled as inference pools.
    cover = F.avg_pool2d(segment_maps(labels, most), scale)
    pooled = clip.project(mask_pool(res5, segment_maps(centres, most), cover))
    present = (cover.flatten(2).amax(-1) > 0).float()
    regions = language_loss(flat(region_logits(model, pooled, adapted)), flat(table), sizes, flat(present))
    losses['regions'] = regions.mean()
    # Attributes from all of a segment, not from cell centres alone: small things count too.
    cover = cover.flatten(2) / cover.flatten(2).sum(-1, keepdim=True).clamp(min=1e-6)
    plain = prototypes.picture_loss(clip.project(cover @ res5.flatten(2).transpose(1, 2)), segments)
    # Shapes are the slowest to learn and need the strongest pull.
    losses['attributes'] = (plain * torch.tensor([3., 1., 1., 1.])).mean()
    losses['words'] = prototypes.text_loss(text, [p for group in groups for p in group]).mean()
    for name, value in zip(('shape', 'colour', 'surface', 'stuff'), plain.detach()):
        losses['_' + name] = value
    for name, value in zip(('single', 'several', 'reason'), regions.detach()):
        losses['_' + name] = value
    if not with_masks:
        return losses

    small = segment_maps(labels[:, 2::4, 2::4], most)
    decoder = model.sem_seg_head.predictor
    with_void = model.with_void(text)
    starts = [sum(sizes[:g]) for g in range(len(sizes))]
    embeddings, masks = outputs[-1]
    probabilities = classify(embeddings.detach(), with_void[list(range(sizes[0])) + [-1]], decoder.logit_scale, [1] * sizes[0]).softmax(-1)
    pairs = match(masks, -probabilities[..., :-1] @ table[..., :sizes[0]].transpose(1, 2), small, segments, stuff)
    batch_index = torch.cat([torch.full((len(q),), b) for b, (q, _) in enumerate(pairs)])
    query_index = torch.cat([q for q, _ in pairs])
    segment_index = torch.cat([s for _, s in pairs])
    losses['mask'], losses['dice'], losses['decoder'] = 0., 0., 0.
    things = torch.tensor([[float(s < len(found) and found[s][0] == 'thing') for s in range(most)] for found in segments])
    for embeddings, masks in outputs:
        bce, overlap = mask_loss(masks[batch_index, query_index], labels, batch_index, segment_index, things)
        losses['mask'] = losses['mask'] + bce / len(outputs)
        losses['dice'] = losses['dice'] + overlap / len(outputs)
        for g in range(len(sizes)):
            part = slice(starts[g], starts[g] + sizes[g])
            logits = classify(embeddings, torch.cat((with_void[part], with_void[-1:])), decoder.logit_scale, [1] * sizes[g])
            target = torch.zeros_like(logits)
            target[..., -1] = 1
            weight = torch.full(logits.shape[:2], 0.15)
            rows = table[batch_index, segment_index, part]
            target[batch_index, query_index] = F.pad(rows, (0, 1))
            weight[batch_index, query_index] = rows.sum(-1)
            value = -(target * logits.log_softmax(-1)).sum(-1) * weight
            losses['decoder'] = losses['decoder'] + value.sum() / weight.sum() / len(outputs) / len(sizes)

    # The predicted masks, pooled as inference does, must name the same classes.
    masks = outputs[-1][1]
    pooled = model.pool(res5, masks)
    found = torch.zeros(batch, masks.shape[1])
    found[batch_index, query_index] = (masks.detach() > 0).flatten(2).any(-1).float()[batch_index, query_index]
    target = torch.zeros(batch, masks.shape[1], table.shape[-1])
    target[batch_index, query_index] = table[batch_index, segment_index]
    losses['pooled'] = language_loss(flat(region_logits(model, pooled, adapted)), flat(target), sizes, flat(found)).mean()
    return losses


def twin_loss(text, twin_rows, twins):
    """Thesaurus phrases must lie where their plain twins lie, nearer than to the other phrases. text [K, C]; twins [N, C]."""
    logits = 20 * twins @ text.detach().T
    return F.cross_entropy(logits, twin_rows) + (1 - (twins * text.detach()[twin_rows]).sum(-1)).mean()
