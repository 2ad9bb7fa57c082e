"""MAFT+ in plain PyTorch: the architecture, the tensor names and the arithmetic of its public checkpoints, at any size.

Written for training small models and as a readable reference; the inference graph of the product computes the same numbers.
Shapes: B batch, Q queries, K text rows, C joint embedding width, H and W network input, h and w a feature level.
Sources of the formulas: MAFT+ (ECCV 2024), FC-CLIP (NeurIPS 2023), Mask2Former (CVPR 2022), Deformable DETR (ICLR 2021),
ConvNeXt (CVPR 2022), CLIP (ICML 2021).
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

import deformable
import safetensors_io
from sizes import Sizes

PIXEL_MEAN = (122.7709383, 116.7460125, 104.09373615)
PIXEL_STD = (68.5005327, 66.6321579, 70.32316305)


class Namespace(nn.Module):
    """Holds children under the names that a checkpoint gives them."""

    def __init__(self, **children):
        super().__init__()
        for name, child in children.items():
            setattr(self, name, child)


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of [B, C, h, w]."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), 0.1))
        self.conv_dw = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Namespace(fc1=nn.Linear(width, 4 * width), fc2=nn.Linear(4 * width, width))

    def forward(self, x):
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.mlp.fc2(F.gelu(self.mlp.fc1(y))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    """The trunk: features at strides 4, 8, 16 and 32."""

    def __init__(self, depths, widths):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, stride=4), ChannelNorm(widths[0], eps=1e-6))
        stages = []
        for i, (depth, width) in enumerate(zip(depths, widths)):
            stage = Namespace(blocks=nn.Sequential(*(ConvNeXtBlock(width) for _ in range(depth))))
            if i > 0:
                stage.downsample = nn.Sequential(ChannelNorm(widths[i - 1], eps=1e-6), nn.Conv2d(widths[i - 1], width, 2, stride=2))
            stages.append(stage)
        self.stages = nn.ModuleList(stages)
        self.head = Namespace(norm=nn.LayerNorm(widths[-1], eps=1e-6))

    def forward(self, x):
        x = self.stem(x)
        out = {'stem': x}
        for i, stage in enumerate(self.stages):
            if i > 0:
                x = stage.downsample(x)
            x = stage.blocks(x)
            out[f'res{i + 2}'] = x
        return out


class TextBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = Namespace(c_fc=nn.Linear(width, 4 * width), c_proj=nn.Linear(4 * width, width))

    def forward(self, x, mask):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x))))


class Clip(nn.Module):
    """Image trunk with its head, and the text tower."""

    def __init__(self, s):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.randn(s.text_context, s.text_width) * 0.02)
        self.text_projection = nn.Parameter(torch.randn(s.text_width, s.embed) * s.text_width ** -0.5)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        if s.head_hidden:
            mlp = Namespace(fc1=nn.Linear(s.widths[-1], s.head_hidden), fc2=nn.Linear(s.head_hidden, s.embed, bias=False))
            head = Namespace(mlp=mlp)
        else:
            head = Namespace(proj=nn.Linear(s.widths[-1], s.embed, bias=False))
        self.visual = Namespace(trunk=ConvNeXt(s.depths, s.widths), head=head)
        self.transformer = Namespace(resblocks=nn.ModuleList(TextBlock(s.text_width, s.text_heads) for _ in range(s.text_layers)))
        self.token_embedding = nn.Embedding(s.text_vocabulary, s.text_width)
        self.ln_final = nn.LayerNorm(s.text_width)

    def project(self, x):
        """CLIP's visual head: [..., trunk width] -> [..., C], not normalised."""
        x = self.visual.trunk.head.norm(x)
        head = self.visual.head
        return head.proj(x) if hasattr(head, 'proj') else head.mlp.fc2(F.gelu(head.mlp.fc1(x)))

    def encode_text(self, ids, embed=None):
        """Token ids [N, L] -> features [N, C], not normalised. L may be shorter than the context: later tokens cannot be seen.

        `embed` replaces the look-up of token vectors where training keeps them elsewhere.
        """
        x = (embed or self.token_embedding)(ids) + self.positional_embedding[:ids.shape[1]]
        mask = torch.full((ids.shape[1], ids.shape[1]), -math.inf).triu_(1)
        x = x.transpose(0, 1)
        for block in self.transformer.resblocks:
            x = block(x, mask)
        x = self.ln_final(x.transpose(0, 1))
        # The end-of-text token has the largest id.
        return x[torch.arange(len(ids)), ids.argmax(-1)] @ self.text_projection


def position_embedding(height, width, channels):
    """Sine position embedding, normalised: [channels, height, width], first half y, second half x."""
    half = channels // 2
    steps = 10000 ** (2 * torch.div(torch.arange(half), 2, rounding_mode='floor') / half)

    def axis(n):
        t = torch.arange(1, n + 1, dtype=torch.float32) / (n + 1e-6) * (2 * math.pi)
        t = t[:, None] / steps
        return torch.stack((t[:, 0::2].sin(), t[:, 1::2].cos()), 2).flatten(1)

    y, x = axis(height), axis(width)
    return torch.cat((y[:, None].expand(-1, width, -1), x[None].expand(height, -1, -1)), 2).permute(2, 0, 1)


_positions = {}


def cached_positions(height, width, channels):
    key = (height, width, channels)
    if key not in _positions:
        _positions[key] = position_embedding(*key)
    return _positions[key]


def deformable_attention(value, shapes, locations, weights):
    """value [B, S, M, D], locations [B, Lq, M, L, P, 2] in [0, 1] as (x, y), weights [B, Lq, M, L, P] -> [B, Lq, M * D]."""
    if deformable.load():
        return deformable.DeformableAttentionFunction.apply(value, torch.tensor(shapes), locations, weights)
    b, _, m, d = value.shape
    lq = locations.shape[1]
    grids = locations.mul(2).sub(1).permute(0, 2, 3, 1, 4, 5).flatten(0, 1)  # [B*M, L, Lq, P, 2]
    sampled = []
    for level, (part, (h, w)) in enumerate(zip(value.split([h * w for h, w in shapes], 1), shapes)):
        part = part.permute(0, 2, 3, 1).reshape(b * m, d, h, w)
        sampled.append(F.grid_sample(part, grids[:, level], mode='bilinear', padding_mode='zeros', align_corners=False))
    sampled = torch.cat(sampled, -1)  # [B*M, D, Lq, L*P]
    weights = weights.permute(0, 2, 1, 3, 4).reshape(b * m, 1, lq, -1)
    return (sampled * weights).sum(-1).view(b, m * d, lq).transpose(1, 2)


class DeformableAttention(nn.Module):
    def __init__(self, width, points, heads=8, levels=3):
        super().__init__()
        self.heads, self.levels, self.points = heads, levels, points
        self.sampling_offsets = nn.Linear(width, heads * levels * points * 2)
        self.attention_weights = nn.Linear(width, heads * levels * points)
        self.value_proj = nn.Linear(width, width)
        self.output_proj = nn.Linear(width, width)
        nn.init.zeros_(self.sampling_offsets.weight)
        theta = torch.arange(heads) * (2 * math.pi / heads)
        ring = torch.stack((theta.cos(), theta.sin()), -1)
        ring = ring / ring.abs().max(-1, keepdim=True)[0]
        ring = ring.view(heads, 1, 1, 2) * torch.arange(1, points + 1).view(1, 1, points, 1)
        self.sampling_offsets.bias.data = ring.expand(heads, levels, points, 2).reshape(-1).clone()
        nn.init.zeros_(self.attention_weights.weight)
        nn.init.zeros_(self.attention_weights.bias)

    def forward(self, query, reference, source, shapes):
        b, lq, width = query.shape
        value = self.value_proj(source).view(b, -1, self.heads, width // self.heads)
        offsets = self.sampling_offsets(query).view(b, lq, self.heads, self.levels, self.points, 2)
        weights = self.attention_weights(query).view(b, lq, self.heads, -1).softmax(-1).view(b, lq, self.heads, self.levels, self.points)
        sizes = torch.tensor([(w, h) for h, w in shapes], dtype=torch.float32)
        locations = reference[None, :, None, None, None] + offsets / sizes[:, None]
        return self.output_proj(deformable_attention(value, shapes, locations, weights))


class PixelDecoderLayer(nn.Module):
    def __init__(self, width, points, ffn):
        super().__init__()
        self.self_attn = DeformableAttention(width, points)
        self.norm1 = nn.LayerNorm(width)
        self.linear1 = nn.Linear(width, ffn)
        self.linear2 = nn.Linear(ffn, width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x, position, reference, shapes):
        x = self.norm1(x + self.self_attn(x + position, reference, x, shapes))
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


class ConvWithNorm(nn.Conv2d):
    """Convolution without bias, then group norm; the norm's tensors are named as a child of the convolution."""

    def __init__(self, inputs, outputs, kernel):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm = nn.GroupNorm(32, outputs)

    def forward(self, x):
        return self.norm(super().forward(x))


class PixelDecoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        width = s.pixel_width
        self.input_proj = nn.ModuleList(nn.Sequential(nn.Conv2d(w, width, 1), nn.GroupNorm(32, width)) for w in s.widths[:0:-1])
        encoder = Namespace(layers=nn.ModuleList(PixelDecoderLayer(width, s.pixel_points, s.pixel_ffn) for _ in range(s.pixel_layers)))
        self.transformer = Namespace(encoder=encoder)
        self.transformer.level_embed = nn.Parameter(torch.randn(3, width) * 0.1)
        self.mask_features = nn.Conv2d(width, s.decoder_width, 1)
        self.adapter_1 = ConvWithNorm(s.widths[0], width, 1)
        self.layer_1 = ConvWithNorm(width, width, 3)

    def forward(self, features):
        """-> mask features [B, mask width, H/4, W/4] and three levels, coarse first."""
        sources, positions, references, shapes = [], [], [], []
        for level, name in enumerate(('res5', 'res4', 'res3')):
            x = self.input_proj[level](features[name])
            h, w = x.shape[-2:]
            shapes.append((h, w))
            sources.append(x.flatten(2).transpose(1, 2))
            positions.append(cached_positions(h, w, x.shape[1]).flatten(1).T + self.transformer.level_embed[level])
            y, x = torch.meshgrid((torch.arange(h) + 0.5) / h, (torch.arange(w) + 0.5) / w, indexing='ij')
            references.append(torch.stack((x, y), -1).view(-1, 2))
        x, position, reference = torch.cat(sources, 1), torch.cat(positions), torch.cat(references)
        for layer in self.transformer.encoder.layers:
            x = layer(x, position, reference, shapes)
        levels = [part.transpose(1, 2).reshape(len(x), -1, h, w) for part, (h, w) in zip(x.split([h * w for h, w in shapes], 1), shapes)]
        lateral = self.adapter_1(features['res2'])
        fine = lateral + F.interpolate(levels[-1], size=lateral.shape[-2:], mode='bilinear', align_corners=False)
        return self.mask_features(F.relu(self.layer_1(fine))), levels


class AttentionLayer(nn.Module):
    """Post-norm attention with position on queries and keys only; `name` is what the checkpoint calls the attention."""

    def __init__(self, width, name, heads=8):
        super().__init__()
        setattr(self, name, nn.MultiheadAttention(width, heads))
        self.name = name
        self.norm = nn.LayerNorm(width)

    def forward(self, x, key, value, mask=None, position=None):
        attention = getattr(self, self.name)
        query = x if position is None else x + position
        return self.norm(x + attention(query, key, value, need_weights=False, attn_mask=mask)[0])


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(x + self.linear2(F.relu(self.linear1(x))))


class Mlp(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.layers = nn.ModuleList((nn.Linear(inputs, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, outputs)))

    def forward(self, x):
        return self.layers[2](F.relu(self.layers[1](F.relu(self.layers[0](x)))))


def mask_pool(x, masks, cover=None):
    """Mean of x [B, C, h, w] where masks [B, Q, h, w] are positive -> [B, Q, C].

    An empty mask gives zeros, or with `cover` [B, Q, h, w], the share of each cell that lies under the mask, the mean weighted by it.
    """
    with torch.no_grad():
        inside = (masks > 0).float().flatten(2)
        if cover is not None:
            inside = torch.where(inside.amax(-1, keepdim=True) > 0, inside, cover.flatten(2))
        inside = inside / (inside.sum(-1, keepdim=True) + 1e-8)
    return inside @ x.flatten(2).transpose(1, 2)


def classify(x, text, logit_scale, num_templates):
    """Scaled cosine logits [B, Q, classes + 1]: maximum over the rows of a class; the last row of `text` is void.

    `text` is [K + 1, C] or [B, K + 1, C], used as it is.
    """
    logits = logit_scale.exp().clamp(max=100) * F.normalize(x, dim=-1) @ text.transpose(-1, -2)
    parts = logits[..., :-1].split(list(num_templates), -1)
    return torch.stack([part.max(-1).values for part in parts] + [logits[..., -1]], -1)


class MaskDecoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        width = s.decoder_width
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.transformer_self_attention_layers = nn.ModuleList(AttentionLayer(width, 'self_attn') for _ in range(s.decoder_layers))
        self.transformer_cross_attention_layers = nn.ModuleList(AttentionLayer(width, 'multihead_attn') for _ in range(s.decoder_layers))
        self.transformer_ffn_layers = nn.ModuleList(FeedForward(width, s.decoder_ffn) for _ in range(s.decoder_layers))
        self.decoder_norm = nn.LayerNorm(width)
        self.query_feat = nn.Embedding(s.queries, width)
        self.query_embed = nn.Embedding(s.queries, width)
        self.level_embed = nn.Embedding(3, width)
        if s.pixel_width != width:
            self.input_proj = nn.ModuleList(nn.Conv2d(s.pixel_width, width, 1) for _ in range(3))
        self.mask_embed = Mlp(width, width, width)
        self._mask_pooling_proj = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width))
        self.class_embed = Mlp(width, width, s.embed)

    def heads(self, x, mask_features):
        """Queries [Q, B, width] -> class embedding [B, Q, C] and mask logits [B, Q, H/4, W/4]."""
        x = self.decoder_norm(x).transpose(0, 1)
        masks = torch.einsum('bqc,bchw->bqhw', self.mask_embed(x), mask_features)
        pooled = self._mask_pooling_proj(mask_pool(mask_features, masks))
        return self.class_embed(pooled + x), masks

    def forward(self, levels, mask_features):
        """-> one (class embedding, mask logits) pair before the first and after each layer."""
        batch = len(mask_features)
        keys, values = [], []
        for i, x in enumerate(levels):
            h, w = x.shape[-2:]
            position = cached_positions(h, w, self.query_feat.weight.shape[1]).flatten(1).T[:, None]
            if hasattr(self, 'input_proj'):
                x = self.input_proj[i](x)
            values.append(x.flatten(2).permute(2, 0, 1) + self.level_embed.weight[i])
            keys.append(values[-1] + position)
        query_position = self.query_embed.weight[:, None].expand(-1, batch, -1)
        x = self.query_feat.weight[:, None].expand(-1, batch, -1)
        outputs = [self.heads(x, mask_features)]
        for i in range(len(self.transformer_ffn_layers)):
            level = i % 3
            with torch.no_grad():
                small = F.interpolate(outputs[-1][1], size=levels[level].shape[-2:], mode='bilinear', align_corners=False)
                blocked = small.sigmoid().flatten(2) < 0.5
                blocked &= ~blocked.all(-1, keepdim=True)  # a query that may look nowhere looks everywhere
                blocked = blocked[:, None].expand(-1, 8, -1, -1).flatten(0, 1)
            x = self.transformer_cross_attention_layers[i](x, keys[level], values[level], blocked, query_position)
            x = self.transformer_self_attention_layers[i](x, x + query_position, x, None, query_position)
            x = self.transformer_ffn_layers[i](x)
            outputs.append(self.heads(x, mask_features))
        return outputs


class ContentDependentTransfer(nn.Module):
    """Adapts the text rows to the image: [K, C] -> [B, K, C]."""

    def __init__(self, width, panoptic, heads=8):
        super().__init__()
        self.cross_atten = AttentionLayer(width, 'multihead_attn', heads)
        self.cross_atten.MLP = nn.Linear(width, width)
        self.panoptic = panoptic

    def forward(self, image, text):
        layer = self.cross_atten
        h, w = image.shape[-2:]
        value = image.flatten(2).permute(2, 0, 1)
        key = value + cached_positions(h, w, image.shape[1]).flatten(1).T[:, None]
        query = text[:, None].expand(-1, len(image), -1)
        moved = layer.MLP(layer.multihead_attn(query, key, value, need_weights=False)[0])
        query = query + layer.norm(moved) if self.panoptic else layer.norm(query + moved)
        return query.transpose(0, 1)


class MaftPlus(nn.Module):
    def __init__(self, sizes=None):
        super().__init__()
        s = self.sizes = sizes or Sizes()
        self.backbone = Namespace(clip_model=Clip(s))
        self.sem_seg_head = Namespace(pixel_decoder=PixelDecoder(s), predictor=MaskDecoder(s))
        self.void_embedding = nn.Embedding(1, s.embed)
        self.cdt = ContentDependentTransfer(s.embed, s.panoptic)

    @property
    def clip(self):
        return self.backbone.clip_model

    def load_checkpoint(self, path):
        """Loads a checkpoint of MAFT+'s layout or a safetensors file; teacher copy and criterion are not part of the model."""
        if str(path).endswith('.safetensors'):
            state = {name: torch.from_numpy(value) for name, value in safetensors_io.load(path).items()}
        else:
            state = torch.load(path, map_location='cpu')
            state = state.get('model', state)
        self.load_state_dict({k: v.float() for k, v in state.items() if not k.startswith(('backbone_t.', 'criterion.'))})
        return self

    def dense_features(self, res5):
        """The dense visual head with the reference's reshape that mixes positions and channels (trained so, hence kept)."""
        b, c, h, w = res5.shape
        return self.clip.project(res5.contiguous().view(b * h * w, c)).view(b, h, w, -1).permute(0, 3, 1, 2)

    def with_void(self, text):
        return torch.cat((text, F.normalize(self.void_embedding.weight, dim=-1)))

    def transfer(self, res5, text):
        return self.cdt(self.dense_features(res5), text)

    def pool(self, res5, masks):
        """Mask-pooled CLIP features [B, Q, C] of mask logits at any resolution."""
        cover = F.avg_pool2d((masks > 0).float(), masks.shape[-1] // res5.shape[-1]) if self.sizes.small_masks else None
        masks = F.interpolate(masks, size=res5.shape[-2:], mode='bilinear', align_corners=False)
        return self.clip.project(mask_pool(res5, masks, cover))

    def features(self, images):
        """Normalised images [B, 3, H, W] -> trunk features and the decoder's outputs."""
        features = self.clip.visual.trunk(images)
        mask_features, levels = self.sem_seg_head.pixel_decoder(features)
        return features, self.sem_seg_head.predictor(levels, mask_features), (mask_features, levels)

    def forward(self, images, text, num_templates=None):
        """Inference up to the class log-probabilities.

        images [B, 3, H, W] normalised; text [K, C] without void; num_templates: rows of each class.
        -> mask_cls [B, Q, classes + 1] and mask logits [B, Q, H/4, W/4].
        """
        num_templates = num_templates or [1] * len(text)
        features, outputs, _ = self.features(images)
        embeddings, masks = outputs[-1]
        text = self.with_void(text)
        decoder_logits = classify(embeddings, text, self.sem_seg_head.predictor.logit_scale, num_templates)
        pooled = self.pool(features['res5'], masks)
        logits = classify(pooled, self.transfer(features['res5'], text), self.clip.logit_scale, num_templates)
        void = decoder_logits.softmax(-1)[..., -1:]
        probabilities = torch.cat((logits[..., :-1].softmax(-1) * (1 - void), void), -1)
        return torch.log(probabilities + 1e-8), masks

    def semantic(self, images, text, num_templates=None, size=None):
        """Class scores [B, classes, H, W] at the input's size, or at `size`."""
        mask_cls, masks = self(images, text, num_templates)
        masks = F.interpolate(masks, size=size or images.shape[-2:], mode='bilinear', align_corners=False)
        return torch.einsum('bqc,bqhw->bchw', mask_cls.softmax(-1)[..., :-1], masks.sigmoid())


def normalise(images):
    """uint8 RGB [B, H, W, 3] -> normalised float [B, 3, H, W]."""
    return ((images.float() - torch.tensor(PIXEL_MEAN)) / torch.tensor(PIXEL_STD)).permute(0, 3, 1, 2).contiguous()
