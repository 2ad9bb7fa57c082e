"""Compares this implementation with reference tensors of MAFT+ (a folder with checkpoint.pth, case-1.json and case-1.safetensors)."""
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

import safetensors_io
from maft_plus import MaftPlus, Sizes, classify, normalise


def check(folder, panoptic):
    folder = Path(folder)
    case = {k: torch.from_numpy(v) for k, v in safetensors_io.load(folder / 'case-1.safetensors').items()}
    state = torch.load(folder / 'checkpoint.pth', map_location='cpu')['model']
    sizes = Sizes.of(state)
    sizes.panoptic = panoptic
    model = MaftPlus(sizes).load_checkpoint(folder / 'checkpoint.pth').eval()
    counts = case['num_templates'].tolist()
    failed = 0

    def compare(name, actual, tolerance):
        nonlocal failed
        error = (actual.float() - case[name].float()).abs().max().item()
        failed += not error <= tolerance
        print(f'{"ok  " if error <= tolerance else "FAIL"} {name}: {error:.1e} (limit {tolerance:.0e})')

    with torch.no_grad():
        features_text = torch.cat([model.clip.encode_text(part) for part in case['token_ids'].split(64)])
        compare('text_features', features_text, 5e-5)
        text = F.normalize(F.normalize(features_text, dim=-1).view(-1, 14, features_text.shape[1]).mean(1), dim=-1)
        compare('text_classifier', text, 5e-6)
        features, outputs, (mask_features, levels) = model.features(case['input'])
        for name in ('stem', 'res2', 'res3', 'res4', 'res5'):
            compare(name, features[name], 5e-5)
        for i, level in enumerate(levels):
            compare(f'multi_scale.{i}', level, 1e-4)
        compare('mask_features', mask_features, 1e-4)
        compare('pred_masks', outputs[-1][1], 5e-4)
        with_void = model.with_void(text)
        compare('pred_logits', classify(outputs[-1][0], with_void, model.sem_seg_head.predictor.logit_scale, counts), 1e-4)
        compare('img_feat', model.dense_features(features['res5']), 5e-5)
        compare('cdt_out', model.transfer(features['res5'], with_void), 5e-6)
        mask_cls, _ = model(case['input'], text, counts)
        compare('mask_cls', mask_cls[0], 3e-4)
        if not panoptic:
            height, width = case['image'].shape[:2]
            scores = model.semantic(case['input'], text, counts)[..., :height, :width]
            compare('sem_seg', scores[0], 5e-4)
    return failed


if __name__ == '__main__':
    sys.exit(min(1, sum(check(folder, 'pano' in folder) for folder in sys.argv[1:])))
