"""Phrases of the synthetic world with their meaning, drawn at random for training.

The words come from the generator's lexicon.json. Image training reads `words`; `thesaurus` words are met in text only; the names in
"NAME that has ..." are random tokens, so that the tower learns to set an unknown name aside and to listen to the attributes.
"""
import json
import random
from dataclasses import dataclass

ANY = (1 << 32) - 1

TEMPLATES = [
    'a photo of a {}.', 'This is a photo of a {}', 'There is a {} in the scene', 'There is the {} in the scene', 'a photo of a {} in the scene',
    'a photo of a small {}.', 'a photo of a medium {}.', 'a photo of a large {}.', 'This is a photo of a small {}.',
    'This is a photo of a medium {}.', 'This is a photo of a large {}.', 'There is a small {} in the scene.',
    'There is a medium {} in the scene.', 'There is a large {} in the scene.']


@dataclass(frozen=True)
class Phrase:
    """Text and the attribute values (as bit sets) that it is true of."""
    text: str
    shapes: int = ANY
    colours: int = ANY
    surfaces: int = ANY
    stuff: int = ANY
    twin: str = ''  # the same phrase with a thesaurus word, for text-only alignment

    @property
    def meaning(self):
        return self.shapes, self.colours, self.surfaces, self.stuff

    @property
    def specificity(self):
        return sum(bits != ANY for bits in self.meaning)


class Lexicon:
    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            data = json.load(file)
        self.shapes, self.colours, self.surfaces, self.stuff = data['shapes'], data['colours'], data['surfaces'], data['stuff']
        index = {entry['id']: i for i, entry in enumerate(self.shapes)}
        self.shape_phrases = [(p['text'], sum(1 << index[s] for s in p['shapes'])) for p in data['shapePhrases']]

    def all_words(self):
        texts = [t for group in (self.shapes, self.colours, self.surfaces, self.stuff) for e in group
                 for t in [*e['words'], *e['thesaurus'], *e.get('phrases', [])]]
        texts += [text for text, _ in self.shape_phrases] + TEMPLATES
        texts += ['thing object item one that has is made of and with the a an colour color coloured surface pattern shape finish paint texture body '
                  'covered in it , .', ' '.join(t + 's' for t in texts if ' ' not in t)]
        return texts

    @staticmethod
    def _word(entry, rng, twin=False):
        return rng.choice(entry['thesaurus'] if twin else entry['words'])

    def stuff_phrase(self, i, rng):
        e = self.stuff[i]
        return Phrase(self._word(e, rng), stuff=1 << i, twin=self._word(e, rng, True))

    def thing_phrase(self, shape, colour, surface, rng):
        """Any of the three may be None: then the phrase does not speak of it."""
        def words(twin):
            # One word of the twin differs, the others stay.
            which = rng.choice([k for k, v in (('s', shape), ('c', colour), ('f', surface)) if v is not None]) if twin else ''
            adjectives = []
            if colour is not None:
                adjectives.append(self._word(self.colours[colour], rng, which == 'c'))
            if surface is not None:
                adjectives.append(self._word(self.surfaces[surface], rng, which == 'f'))
            if rng.random() < 0.4:
                adjectives.reverse()
            noun = self._word(self.shapes[shape], rng, which == 's') if shape is not None else rng.choice(('thing', 'object', 'item'))
            return ' '.join([*adjectives, noun])
        return Phrase(words(False), *(ANY if v is None else 1 << v for v in (shape, colour, surface)), twin=words(True))

    def reason(self, shape, colour, surface, name, rng):
        """ "NAME that has ..." with the given attributes in words of description."""
        parts, shapes = [], ANY
        if colour is not None and surface == 1 and rng.random() < 0.5:
            parts.append(self._word(self.colours[colour], rng) + ' stripes')
        else:
            if colour is not None:
                word = self._word(self.colours[colour], rng)
                parts.append(rng.choice(('a {} colour', '{} colour', 'a {} color', '{} color', 'a {} surface', 'a {} body')).format(word))
            if surface is not None:
                entry = self.surfaces[surface]
                parts.append(rng.choice([*entry['phrases'], f'a {self._word(entry, rng)} surface']))
        if shape is not None:
            if rng.random() < 0.4:
                noun = self._word(self.shapes[shape], rng)
                parts.append(rng.choice(('a {} shape', 'the shape of a {}', 'the form of a {}')).format(noun))
                shapes = 1 << shape
            else:
                text, shapes = rng.choice([p for p in self.shape_phrases if p[1] >> shape & 1])
                parts.append(text)
        rng.shuffle(parts)
        text = f'{name} that has ' + rng.choice((' and ', ', ')).join(parts)
        return Phrase(text, shapes, ANY if colour is None else 1 << colour, ANY if surface is None else 1 << surface)

    def stuff_reason(self, i, name, rng):
        return Phrase(f'{name} that has ' + rng.choice(self.stuff[i]['phrases']), stuff=1 << i)


class Vocabularies:
    """Draws the vocabularies of one training step: groups of phrases, each of which splits the world in its own way."""

    def __init__(self, lexicon, seed):
        self.lexicon, self.rng = lexicon, random.Random(seed)

    def invented(self):
        """A pronounceable name that means nothing; one of about a hundred million."""
        rng = self.rng
        syllables = rng.choice((1, 2, 2, 3))
        return ''.join(rng.choice('b bl br c ch d dr f fl g gl gr h j k kl kr l m n p pl qu r s sk sn t tr v w y z zw'.split())
                       + rng.choice('a e i o u oo ee ai'.split()) for _ in range(syllables)) + rng.choice(('', 'b', 'g', 'k', 'm', 'n', 'p', 'rb', 'rk', 'x', 'nt'))

    def draw(self, things, limit=18):
        """`things`: (shape, colour, surface) of those in the pictures. -> three groups of phrases: one attribute alone; several attributes
        as one says them; descriptions of things with unknown names."""
        rng, lex = self.rng, self.lexicon
        stuff = [lex.stuff_phrase(i, rng) for i in range(len(lex.stuff))]
        which = rng.choice((0, 0, 1, 2))
        values = (lex.shapes, lex.colours, lex.surfaces)[which]
        single = [lex.thing_phrase(*(i if k == which else None for k in range(3)), rng) for i in range(len(values))]
        things = list(dict.fromkeys(things))
        rng.shuffle(things)
        # Negatives differ from a thing that is there in one respect, or are any.
        wrong = []
        for s, c, f in things[:limit // 2]:
            k = rng.randrange(3)
            wrong.append((rng.randrange(len(lex.shapes)) if k == 0 else s, rng.randrange(len(lex.colours)) if k == 1 else c,
                          rng.randrange(len(lex.surfaces)) if k == 2 else f))
        pool = things[:limit] + wrong
        if rng.random() < 0.5:
            several = [lex.thing_phrase(s, c, None, rng) for s, c in dict.fromkeys((s, c) for s, c, _ in pool)]
        else:
            several = [lex.thing_phrase(s, c, f, rng) for s, c, f in dict.fromkeys(pool)]
        mixed = []
        for s, c, f in pool:
            keep = rng.choice(((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1), (1, 1, 1)))
            values = [v if k else None for v, k in zip((s, c, f), keep)]
            if rng.random() < 0.75:
                name = self.invented() if rng.random() < 0.8 else rng.choice(('thing', 'object'))
                mixed.append(lex.reason(*values, name, rng))
            else:
                mixed.append(lex.thing_phrase(*values, rng))
        reasons = [lex.stuff_reason(i, self.invented() if rng.random() < 0.6 else lex._word(lex.stuff[i], rng), rng) for i in range(len(lex.stuff))]
        mixed = list({p.text: p for p in mixed}.values())
        return [single + stuff, several + stuff, mixed + reasons]
