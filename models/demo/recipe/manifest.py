"""Finishes model.json of an imported demo model with what a checkpoint does not say: manifest.py FOLDER PROVENANCE"""
import json
import os
import sys
from pathlib import Path


def finish(folder, provenance):
    path = Path(folder) / 'model.json'
    manifest = json.loads(path.read_text(encoding='utf-8'))
    manifest.update(name='demo', shortSide=192, maxSide=1024, provenance=provenance, licence='MIT')
    manifest['maftPlus']['poolsSmallMasks'] = True
    temporary = path.with_suffix('.tmp')
    temporary.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n', encoding='utf-8')
    os.replace(temporary, path)


if __name__ == '__main__':
    finish(*sys.argv[1:3])
