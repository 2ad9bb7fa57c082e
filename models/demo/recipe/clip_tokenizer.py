"""CLIP's byte-pair encoding for plain lower-case English (letters, digits, ASCII punctuation): the same ids as CLIP's own tokenizer."""
import gzip
import re

START, END = 49406, 49407
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")


class ClipTokenizer:
    def __init__(self, path):
        """`path`: the merges, one pair a line (a first line without a pair is skipped), plain or gzip."""
        opener = gzip.open if str(path).endswith('.gz') else open
        with opener(path, 'rt', encoding='utf-8') as file:
            lines = file.read().split('\n')
        merges = [tuple(line.split(' ')) for line in lines if '#version' not in line and line.count(' ') == 1][:49152 - 256 - 2]
        # Byte symbols in CLIP's order: printable Latin-1 first, then the rest as characters from 256 on.
        printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
        rest = [b for b in range(256) if b not in printable]
        symbols = [chr(b) for b in printable] + [chr(256 + i) for i in range(len(rest))]
        vocabulary = symbols + [s + '</w>' for s in symbols] + [''.join(pair) for pair in merges]
        self.ids = {token: i for i, token in enumerate(vocabulary)}
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        self.cache = {}

    def word(self, word):
        if word not in self.cache:
            parts = [*word[:-1], word[-1] + '</w>']
            while len(parts) > 1:
                pair = min(zip(parts, parts[1:]), key=lambda p: self.ranks.get(p, 1 << 30))
                if pair not in self.ranks:
                    break
                merged, i = [], 0
                while i < len(parts):
                    if tuple(parts[i:i + 2]) == pair:
                        merged.append(parts[i] + parts[i + 1])
                        i += 2
                    else:
                        merged.append(parts[i])
                        i += 1
                parts = merged
            self.cache[word] = [self.ids[part] for part in parts]
        return self.cache[word]

    def encode(self, text, context=77):
        """Ids with start and end, at most `context` of them, not padded."""
        ids = [START] + [i for word in WORDS.findall(text.lower()) for i in self.word(word)]
        return ids[:context - 1] + [END]
