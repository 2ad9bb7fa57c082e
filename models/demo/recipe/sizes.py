"""Every size of a MAFT+ model, chosen or read off its tensors."""
from dataclasses import dataclass


@dataclass
class Sizes:
    """Every size of a model. The defaults are those of the embedded one."""
    depths: tuple = (2, 2, 4, 2)
    widths: tuple = (32, 64, 128, 256)
    head_hidden: int = 0  # 0: linear CLIP head; otherwise the hidden width of its mlp
    embed: int = 128
    text_width: int = 128
    text_layers: int = 2
    text_vocabulary: int = 49408
    text_context: int = 77
    pixel_width: int = 64
    pixel_layers: int = 2
    pixel_points: int = 2
    pixel_ffn: int = 256
    decoder_width: int = 64
    decoder_layers: int = 3
    decoder_ffn: int = 256
    queries: int = 32
    panoptic: bool = False
    small_masks: bool = False  # a mask without a cell centre is pooled by how much of each cell it covers

    @property
    def text_heads(self):
        return max(2, self.text_width // 64)

    @staticmethod
    def base():
        return Sizes((3, 3, 27, 3), (128, 256, 512, 1024), 0, 640, 640, 12, 49408, 77, 256, 6, 4, 1024, 256, 9, 2048, 100)

    @staticmethod
    def large():
        return Sizes((3, 3, 27, 3), (192, 384, 768, 1536), 1536, 768, 768, 16, 49408, 77, 256, 6, 4, 1024, 256, 9, 2048, 100)

    @staticmethod
    def of(state):
        """Reads the sizes off a state dict (all but the head counts, `panoptic` and `small_masks`)."""
        clip, dec, pix = 'backbone.clip_model.', 'sem_seg_head.predictor.', 'sem_seg_head.pixel_decoder.'

        def count(pattern):
            n = 0
            while any(key.startswith(pattern.format(n)) for key in state):
                n += 1
            return n

        layer = pix + 'transformer.encoder.layers.0.'
        return Sizes(
            depths=tuple(count(clip + f'visual.trunk.stages.{s}.blocks.{{}}.') for s in range(4)),
            widths=tuple(state[clip + f'visual.trunk.stages.{s}.blocks.0.gamma'].shape[0] for s in range(4)),
            head_hidden=state[clip + 'visual.head.mlp.fc1.weight'].shape[0] if clip + 'visual.head.mlp.fc1.weight' in state else 0,
            embed=state[clip + 'text_projection'].shape[1],
            text_width=state[clip + 'token_embedding.weight'].shape[1],
            text_layers=count(clip + 'transformer.resblocks.{}.'),
            text_vocabulary=state[clip + 'token_embedding.weight'].shape[0],
            text_context=state[clip + 'positional_embedding'].shape[0],
            pixel_width=state[layer + 'norm1.weight'].shape[0],
            pixel_layers=count(pix + 'transformer.encoder.layers.{}.'),
            pixel_points=state[layer + 'self_attn.attention_weights.weight'].shape[0] // 24,
            pixel_ffn=state[layer + 'linear1.weight'].shape[0],
            decoder_width=state[dec + 'query_feat.weight'].shape[1],
            decoder_layers=count(dec + 'transformer_ffn_layers.{}.'),
            decoder_ffn=state[dec + 'transformer_ffn_layers.0.linear1.weight'].shape[0],
            queries=state[dec + 'query_feat.weight'].shape[0])
