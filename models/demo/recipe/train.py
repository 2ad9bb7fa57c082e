"""Trains the embedded model on synthetic scenes. See ../README.md for the command; everything can be stopped and resumed at any time."""
import argparse
import csv
import json
import math
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F

import losses as L
from clip_tokenizer import ClipTokenizer
from data import Records
from evaluate import evaluate
from lexicon import TEMPLATES, Lexicon, Vocabularies
from maft_plus import MaftPlus, Sizes, normalise

WEIGHTS = {'cells': 1., 'regions': 1., 'pooled': 1., 'mask': 5., 'dice': 5., 'decoder': 1., 'twins': 0.5, 'attributes': 2., 'words': 0.5}


@dataclass
class Phase:
    """A part of the training with a learning-rate schedule of its own."""
    name: str
    what: str
    steps: int
    batch: int
    rate: float

    def chosen(self, options):
        """The phase as the command line has it, and its longest duration in seconds."""
        value = lambda key: getattr(options, f'{self.name}_{key}')
        return Phase(self.name, self.what, value('steps'), value('batch'), value('rate')), value('minutes') * 60


PHASES = (
    Phase('language', 'words and pictures learn attributes; the trunk alone, which makes a step cheap', 12000, 8, 1.2e-3),
    Phase('masks', 'everything, with pixel decoder and masked decoder', 20000, 4, 7e-4))


class Tokens:
    """Sentences to ids, and the token vectors while training.

    Only tokens of the lexicon learn. All others keep their first random values of two magnitudes: to the tower they are names that it
    has never read, and random names made of them teach it to set such names aside.
    """

    def __init__(self, model, tokenizer, lexicon):
        self.tokenizer = tokenizer
        self.table = model.clip.token_embedding
        used = sorted({i for text in lexicon.all_words() for i in tokenizer.encode(text, 10000)})
        self.used = torch.tensor(used)
        self.index = torch.full((self.table.num_embeddings,), -1, dtype=torch.long)
        self.index[self.used] = torch.arange(len(used))
        self.table.weight.requires_grad_(False)
        self.learned = torch.nn.Parameter(self.table.weight[self.used].clone())

    def embed(self, ids):
        index = self.index[ids]
        return torch.where((index >= 0)[..., None], self.learned[index.clamp(min=0)], self.table.weight[ids])

    def store(self):
        self.table.weight.data[self.used] = self.learned.data

    def encode(self, sentences):
        ids = [self.tokenizer.encode(s) for s in sentences]
        padded = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
        for row, values in enumerate(ids):
            padded[row, :len(values)] = torch.tensor(values)
        return padded


def text_rows(model, tokens, phrases, rng):
    ids = tokens.encode([rng.choice(TEMPLATES).format(p) if rng.random() < 0.85 else p for p in phrases])
    order = (ids != 0).sum(1).argsort()
    rows = torch.zeros(len(ids), model.sizes.embed)
    parts = []
    for part in order.chunk(3):  # short sentences need not wait for long ones
        length = int((ids[part] != 0).sum(1).max())
        parts.append(model.clip.encode_text(ids[part, :length], tokens.embed))
    rows = rows.index_copy(0, order, torch.cat(parts))
    return F.normalize(rows, dim=-1)


def new_model():
    model = MaftPlus(Sizes(small_masks=True))
    with torch.no_grad():
        # Few distinct values, so that what never learns compresses well.
        table = model.clip.token_embedding.weight
        table.copy_(torch.randint(0, 2, table.shape).float().mul(2).sub(1).mul(0.03))
        # The transfer's norm starts as (nearly) the identity for unit vectors.
        model.cdt.cross_atten.norm.weight.fill_(model.sizes.embed ** -0.5)
        model.cdt.cross_atten.MLP.weight.mul_(0.1)
        for module in (model.sem_seg_head.predictor.query_feat, model.sem_seg_head.predictor.query_embed):
            module.weight.normal_(0, 0.5)
    return model


def save(path, model, tokens, prototypes, optimizer, state):
    tokens.store()
    torch.save({'model': model.state_dict(), 'learned': tokens.learned.data, 'prototypes': prototypes.state_dict(), 'optimizer': optimizer.state_dict(), **state}, str(path) + '.tmp')
    os.replace(str(path) + '.tmp', path)


def export(model, path):
    """The checkpoint that is imported: MAFT+'s layout, half precision."""
    torch.save({'model': {name: value.half() for name, value in model.state_dict().items()}}, path)


class Team:
    """Processes that train together on different pictures: the first one decides, gradients are averaged."""

    def __init__(self, rank, size, meeting):
        self.rank, self.size = rank, size
        if size > 1:
            distributed.init_process_group('gloo', init_method=f'file://{meeting}', rank=rank, world_size=size)

    def agree(self, value):
        if self.size > 1:
            tensor = torch.tensor([value], dtype=torch.float64)
            distributed.broadcast(tensor, 0)
            value = tensor.item()
        return value

    def average(self, parameters):
        if self.size > 1:
            for p in parameters:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            flat = torch.cat([p.grad.view(-1) for p in parameters])
            distributed.all_reduce(flat)
            flat /= self.size
            for p, part in zip(parameters, flat.split([p.numel() for p in parameters])):
                p.grad.copy_(part.view_as(p))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True, help='packed training pictures (pack.py)')
    parser.add_argument('--validation', action='append', default=[], metavar='NAME=FILE', help='packed pictures to measure on, never trained on')
    parser.add_argument('--width', type=int, default=320)
    parser.add_argument('--height', type=int, default=192)
    parser.add_argument('--merges', required=True, help="CLIP's byte-pair merges")
    parser.add_argument('--lexicon', default=str(Path(__file__).parents[3] / 'src/Capture/Synthetic/lexicon.json'))
    parser.add_argument('--out', required=True, help='folder for state.pth (resumed where it exists), checkpoint.pth and loss.csv')
    parser.add_argument('--start', help='weights to start from (a checkpoint.pth)')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1, help='threads of each process')
    parser.add_argument('--processes', type=int, default=2, help='processes that share the work, each with its own batch')
    for phase in PHASES:
        group = parser.add_argument_group(f'phase "{phase.name}": {phase.what}')
        group.add_argument(f'--{phase.name}-steps', type=int, default=phase.steps, help='0 leaves it out')
        group.add_argument(f'--{phase.name}-minutes', type=float, default=1e9, help='ends it after this long, whatever its steps')
        group.add_argument(f'--{phase.name}-batch', type=int, default=phase.batch, help='of each process')
        group.add_argument(f'--{phase.name}-rate', type=float, default=phase.rate, help='highest learning rate; it falls to nearly zero by a cosine')
    options = parser.parse_args()
    Path(options.out).mkdir(parents=True, exist_ok=True)
    meeting = str(Path(options.out).absolute() / 'meeting')
    if os.path.exists(meeting):
        os.remove(meeting)
    if options.processes == 1:
        train(0, options, meeting)
    else:
        multiprocessing.spawn(train, (options, meeting), options.processes)


def train(rank, options, meeting):
    torch.set_num_threads(options.threads)
    team = Team(rank, options.processes, meeting)
    out = Path(options.out)

    torch.manual_seed(options.seed)
    lexicon = Lexicon(options.lexicon)
    model = new_model()
    if options.start:
        model.load_checkpoint(options.start)
    tokens = Tokens(model, ClipTokenizer(options.merges), lexicon)
    counts = [len(lexicon.shapes), len(lexicon.colours), len(lexicon.surfaces), len(lexicon.stuff)]
    prototypes = L.Prototypes(counts, model.sizes.embed)
    if options.start:
        # They are not in a checkpoint: begin where its words are.
        with torch.no_grad():
            words = [f'{e["words"][0]}{suffix}' for entries, suffix in ((lexicon.shapes, ''), (lexicon.colours, ' thing'), (lexicon.surfaces, ' thing'), (lexicon.stuff, ''))
                     for e in entries]
            prototypes.vectors.copy_(text_rows(model, tokens, words, random.Random(0)) * model.sizes.embed ** 0.5)
    quiet = lambda name: name.endswith(('bias', 'gamma', 'logit_scale', 'level_embed')) or 'norm' in name or 'embed.weight' in name
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([
        {'params': [p for n, p in named if not quiet(n)], 'weight_decay': 0.02},
        {'params': [p for n, p in named if quiet(n)] + [tokens.learned, *prototypes.parameters()], 'weight_decay': 0.}], lr=1e-3, betas=(0.9, 0.98))
    # Where training stands: step and seconds count all, the others the current phase.
    at = {'phase': 0, 'step': 0, 'seconds': 0., 'phase_step': 0, 'phase_seconds': 0.}
    if (out / 'state.pth').exists():
        state = torch.load(out / 'state.pth')
        model.load_state_dict(state['model'])
        tokens.learned.data.copy_(state['learned'])
        prototypes.load_state_dict(state['prototypes'])
        optimizer.load_state_dict(state['optimizer'])
        at = {key: state[key] for key in at}
        print(f'process {rank} resumed at step {at["step"]}', flush=True)

    records = Records(options.data, options.width, options.height)
    validation = {name: Records(file, options.width, options.height) for name, file in (v.split('=', 1) for v in options.validation)}
    clock = time.time()
    log = open(out / 'loss.csv' if rank == 0 else os.devnull, 'a', newline='')
    writer = csv.writer(log)
    names = ['cells', 'regions', 'pooled', 'mask', 'dice', 'decoder', 'twins', '_single', '_several', '_reason', 'attributes', 'words', '_shape', '_colour', '_surface', '_stuff']
    if log.tell() == 0:
        writer.writerow(['step', 'seconds', *names])
    sums, seen, last_save, last_eval = {n: 0. for n in names}, {n: 0 for n in names}, time.time(), time.time()
    parameters = [p for group in optimizer.param_groups for p in group['params']]
    while True:
        now = time.time()
        at['seconds'] += now - clock
        at['phase_seconds'] += now - clock
        clock = now
        phase, limit = PHASES[at['phase']].chosen(options)
        progress = team.agree(max(at['phase_step'] / phase.steps if phase.steps else 1., at['phase_seconds'] / limit))
        if progress >= 1:
            if at['phase'] == len(PHASES) - 1:
                break
            at.update(phase=at['phase'] + 1, phase_step=0, phase_seconds=0.)
            continue
        step, with_masks = at['step'], phase.name == 'masks'
        rng = np.random.default_rng((options.seed, step, rank))
        draw = (options.seed * 1000003 + step) * 64 + rank
        python_rng = random.Random(draw)
        torch.manual_seed(draw)
        images, labels, segments = records.batch(rng.integers(0, len(records), phase.batch), rng=rng)
        images, labels = normalise(torch.from_numpy(images)), torch.from_numpy(labels)
        vocabulary = Vocabularies(lexicon, draw)
        groups = vocabulary.draw([s[1:] for found in segments for s in found if s[0] == 'thing'])
        phrases = [p for group in groups for p in group]
        # The stuff phrases are shared by several groups: embed each sentence once.
        unique = {p.text: i for i, p in enumerate({p.text: p for p in phrases}.values())}
        rows = [unique[p.text] for p in phrases]
        pairs = sorted({(p.twin, unique[p.text]) for p in phrases if p.twin})
        twins = python_rng.sample(pairs, min(16, len(pairs)))
        rate = phase.rate * min(1., (at['phase_step'] + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group['lr'] = rate

        texts = text_rows(model, tokens, [*unique, *(t for t, _ in twins)], python_rng)
        text, twin_text = texts[:len(unique)], texts[len(unique):]
        values = L.compute(model, images, labels, segments, groups, text[rows], with_masks, prototypes)
        values['twins'] = L.twin_loss(text, torch.tensor([row for _, row in twins]), twin_text)
        total = sum(WEIGHTS[n] * v for n, v in values.items() if not n.startswith('_'))
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        team.average(parameters)
        norm = torch.nn.utils.clip_grad_norm_([p for p in parameters if p.grad is not None], 2.0)
        if torch.isfinite(norm):
            optimizer.step()
        for n, v in values.items():
            sums[n] += float(v)
            seen[n] += 1
        at['step'] += 1
        at['phase_step'] += 1
        if rank != 0:
            continue
        if at['step'] % 50 == 0:
            row = [f'{sums[n] / seen[n]:.4f}' if seen[n] else '' for n in names]
            writer.writerow([at['step'], f'{at["seconds"]:.0f}', *row])
            log.flush()
            print(at['step'], f'{at["seconds"]:.0f}s', f'rate {rate:.2e}', *(f'{n} {v}' for n, v in zip(names, row) if v), flush=True)
            sums, seen = {n: 0. for n in names}, {n: 0 for n in names}
        if time.time() - last_save > 120:
            save(out / 'state.pth', model, tokens, prototypes, optimizer, at)
            last_save = time.time()
        if validation and with_masks and time.time() - last_eval > 900:
            tokens.store()
            print('validation', json.dumps({n: evaluate(model, r, lexicon, tokens, 60) for n, r in validation.items()}), flush=True)
            last_eval = time.time()
    if rank != 0:
        return
    save(out / 'state.pth', model, tokens, prototypes, optimizer, at)
    tokens.store()
    export(model, out / 'checkpoint.pth')
    if validation:
        print('validation', json.dumps({n: evaluate(model, r, lexicon, tokens, 200) for n, r in validation.items()}), flush=True)


if __name__ == '__main__':
    main()
