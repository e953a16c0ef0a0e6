"""Formulas of torch's functions, as models have them between their layers: indexing,
scatter, sort, resampling, spectra."""

from functools import partial

from architecture import Architecture, Input, index_input, spread

SHAPES = ({"N": 2, "L": 12, "H": 10, "W": 14}, {"N": 1, "L": 5, "H": 7, "W": 9}, {"N": 3, "L": 31, "H": 16, "W": 5})
REAL = {"x": "N 4 L", "y": "N L 4", "image": "N 3 H W", "row": "L", "pair": "N 4 L"}

# Name, formula; its inputs are the names of REAL and OTHERS.
TABLE = """
gather_rows | torch.gather(y, 1, slot.unsqueeze(-1).expand(-1, -1, 4))
index_select | table[slot]
index_mixed | y[:, slot[0], :2]
index_two_lists | y.permute(1, 2, 0)[slot[0], few]
embedding_bag_mean | table[slot].mean(1)
scatter_add | torch.zeros(x.shape[0], 5, dtype=x.dtype).scatter_add(1, slot % 5, x[:, 0])
scatter_max | torch.zeros(x.shape[0], 5).scatter_reduce(1, slot % 5, x[:, 0], 'amax')
scatter_mean | torch.zeros(x.shape[0], 5).scatter_reduce(1, slot % 5, x[:, 0], 'mean', include_self=False)
scatter_write | torch.zeros_like(x).scatter(2, slot.unsqueeze(1).expand(-1, 4, -1), x)
index_add | torch.zeros(x.shape[2], 4).index_add(0, slot[0], y[0])
index_put | torch.zeros_like(row).index_put((slot[0],), row, accumulate=True)
masked_fill | x.masked_fill(x > 0.5, -1e4).softmax(-1)
masked_scatter_where | torch.where(x > 0, x, x.mean(-1, keepdim=True))
nonzero | (row > 0).nonzero()
masked_select | row[row > 0] * 2
topk | torch.topk(x, 3, -1)
topk_smallest | torch.topk(y, 2, 1, largest=False)
sort | torch.sort(x, -1, descending=True)
argsort | torch.argsort(x, 1)
median_by_sort | x.sort(-1).values[..., x.shape[-1] // 2]
unique | torch.unique(slot[0])
cumsum | torch.cumsum(x, -1)
cumprod | torch.cumprod(x * 0.9, 1)
cummax_flags | (x == x.amax(-1, keepdim=True)).long().cumsum(-1)
logcumsumexp_flat | torch.log(torch.cumsum(torch.exp(x), -1))
einsum_attention | torch.einsum('bil,bjl->bij', x, pair).softmax(-1)
einsum_outer | torch.einsum('bil,blj->bijl', x, y).sum(-1)
einsum_trace | torch.einsum('bii->b', torch.einsum('bil,blj->bij', x, y))
bilinear_form | torch.einsum('bl,lm,bm->b', x[:, 0], row[:, None] * row, x[:, 1])
matmul_broadcast | x.unsqueeze(1) @ y.unsqueeze(0)
baddbmm | torch.baddbmm(torch.ones(4, 4), x, y, beta=0.5, alpha=2.0)
outer | torch.outer(row, row).triu(1)
tril_mask | (x.unsqueeze(-1) * x.unsqueeze(-2)).tril().sum(-1)
tril_negative | (x.transpose(1, 2) @ x).tril(-2)
roll | torch.roll(image, (2, -1), (2, 3))
flip | torch.flip(x, (1, 2))
rot90 | torch.rot90(image, 1, (2, 3))
repeat | x.repeat(2, 1, 3)
repeat_interleave | x.repeat_interleave(3, 1)
tile_grid | torch.stack(torch.meshgrid(torch.arange(image.shape[2]), torch.arange(image.shape[3]), indexing='ij'), -1).float()
chunk | torch.cat(torch.chunk(x, 2, 1)[::-1], 1)
split_sizes | torch.split(y, [1, 3], 2)
unbind | sum(k * part for k, part in enumerate(torch.unbind(x, 1)))
narrow_slices | x[:, 1:3, 2:-1].contiguous() - x[:, :2, 1:-2]
strided_slices | image[:, :, ::2, 1::3]
negative_stride | x[..., torch.arange(x.shape[-1] - 1, -1, -1)]
as_windows | x.unfold(2, 4, 2).mean(-1)
im2col_product | F.unfold(image, 3).transpose(1, 2) @ torch.ones(27, 2)
fold | F.fold(F.unfold(image, 2, stride=2, padding=1), (image.shape[2], image.shape[3]), 2, stride=2, padding=1)
grid_sample | F.grid_sample(image, torch.tanh(grid), align_corners=False)
grid_sample_nearest | F.grid_sample(image, torch.tanh(grid) * 1.4, mode='nearest', padding_mode='border', align_corners=True)
grid_sample_reflection | F.grid_sample(image, grid, padding_mode='reflection', align_corners=False)
affine_grid | F.grid_sample(image, F.affine_grid(torch.tensor([[[0.8, 0.2, 0.1], [-0.1, 0.9, 0.0]]]).expand(image.shape[0], 2, 3), list(image.shape), align_corners=False), align_corners=False)
resize_to_other | F.interpolate(image, size=(x.shape[2], x.shape[2] + 1), mode='bilinear')
resize_half | F.interpolate(image, scale_factor=0.5, mode='bilinear', antialias=True)
resize_area | F.adaptive_avg_pool2d(image, 1) - F.interpolate(image, scale_factor=2, mode='nearest').mean((2, 3), keepdim=True)
resize_bicubic_down | F.interpolate(image, scale_factor=0.7, mode='bicubic')
resize_nearest_exact | F.interpolate(image, scale_factor=1.7, mode='nearest-exact')
var_mean | torch.cat(torch.var_mean(x, 1, unbiased=False), -1)
std_unbiased | x.std(-1)
norm_p | torch.cat([x.norm(p=1, dim=1), x.norm(p=3, dim=1), x.abs().amax(1)], -1)
normalize_cosine | F.cosine_similarity(x, pair, dim=1)
cdist | torch.cdist(y, y + 1)
pairwise_distance | F.pairwise_distance(x, pair)
logsumexp | torch.logsumexp(x, (1, 2))
softmax_float64 | x.double().softmax(-1).float()
log_softmax_loss | F.nll_loss(F.log_softmax(y, -1).reshape(-1, 4), (slot % 4).reshape(-1))
cross_entropy | F.cross_entropy(y.transpose(1, 2), slot % 4, reduction='none')
one_hot | F.one_hot(slot % 4, 4).float() @ torch.ones(4, 3)
argmax_tail | x.argmax(-1) - x.argmin(-1)
any_all | torch.stack([(x > 1).any(-1), (x > -2).all(-1)], -1)
clamp_tensor | torch.clamp(x, min=pair, max=pair + 1)
remainder | torch.remainder(x, 0.7) + torch.fmod(x, 0.3)
integer_division | torch.div(slot, 3, rounding_mode='floor') * 2 - slot // 2 + slot % 3
bit_operations | (slot & 3) | (slot << 2) ^ 5
rounding | torch.round(x * 3) + torch.trunc(x * 2) + torch.floor(x) - torch.ceil(x)
trigonometric | torch.sin(x) * torch.cos(x) + torch.atan2(x, pair) + torch.asinh(x)
special | torch.erf(x) + torch.special.expit(x) + torch.log1p(x.abs()) + torch.expm1(x)
hypot_logaddexp | torch.logaddexp(x, pair) + torch.sqrt(x * x + pair * pair)
power | x.abs() ** 1.7 + x ** 3 - 2.0 ** x + x.abs().rsqrt()
lerp_addcmul | torch.addcmul(torch.lerp(x, pair, 0.3), x, pair, value=0.1)
sinusoidal | torch.cat([torch.sin(row[:, None] * torch.exp(torch.arange(4) * -0.5)), torch.cos(row[:, None] * torch.exp(torch.arange(4) * -0.5))], -1)
rotary | torch.cat([y[..., :2] * torch.cos(row)[:, None] - y[..., 2:] * torch.sin(row)[:, None], y[..., 2:] * torch.cos(row)[:, None] + y[..., :2] * torch.sin(row)[:, None]], -1)
attention_plain | F.scaled_dot_product_attention(y.unsqueeze(1), y.unsqueeze(1), y.unsqueeze(1))
attention_causal | F.scaled_dot_product_attention(y.unsqueeze(1), y.unsqueeze(1), y.unsqueeze(1), is_causal=True)
attention_masked | F.scaled_dot_product_attention(y.unsqueeze(1), y.unsqueeze(1), y.unsqueeze(1), attn_mask=(row > -0.5)[None, None, None, :])
attention_grouped | F.scaled_dot_product_attention(x.reshape(x.shape[0], 4, -1, 1), x.reshape(x.shape[0], 4, -1, 1)[:, :2], pair.reshape(x.shape[0], 4, -1, 1)[:, :2], enable_gqa=True)
bucketize | torch.bucketize(x, torch.tensor([-1.0, 0.0, 0.5]))
histogram_by_compare | (slot.unsqueeze(-1) == torch.arange(5)).sum(1)
depth_to_space | F.pixel_shuffle(image[:, :1].expand(-1, 4, -1, -1), 2)
diagonal | torch.diagonal(x @ y, dim1=1, dim2=2) + torch.diag_embed(x[:, :, 0]).sum(-1)
block_diagonal | torch.block_diag(x[0, :2], y[0])
kronecker | torch.kron(x[0, :2], torch.ones(2, 2))
cross_product | torch.linalg.cross(x[:, :3], pair[:, 1:], dim=1)
determinant | torch.linalg.det(x[:, :, :4] @ x[:, :, :4].transpose(1, 2) + torch.eye(4))
inverse | torch.linalg.inv(x @ y + 9 * torch.eye(4))
spectrum | torch.view_as_real(torch.fft.rfft(x, dim=-1))
spectrum_inverse | torch.fft.irfft(torch.fft.rfft(x[..., :4], dim=-1), n=4, dim=-1)
stft | torch.view_as_real(torch.stft(F.pad(x[:, 0], (8, 8)), 8, 4, window=torch.hann_window(8), return_complex=True))
box_iou | torchvision.ops.box_iou(boxes, boxes * 0.9)
nms | torchvision.ops.nms(boxes, row, 0.4)
roi_align | torchvision.ops.roi_align(image, torch.cat([torch.zeros(boxes.shape[0], 1), boxes * 3], 1), (3, 2))
deform_conv | torchvision.ops.deform_conv2d(image, torch.zeros(1, 18, 1, 1).expand(image.shape[0], 18, image.shape[2] - 2, image.shape[3] - 2) + 0.3, torch.ones(2, 3, 3, 3) * 0.1)
"""

OTHERS = {"slot": index_input("N L", "L"), "grid": Input("N 5 6 2"), "boxes": Input("L 4", "boxes")}


def build(formula, names):
    """A module whose forward is the formula, written out so that torch.jit can trace it."""
    import torch
    import torch.nn.functional as F

    space = {"torch": torch, "F": F, "table": torch.randn(64, 6), "few": torch.arange(1).expand(1)}
    if "torchvision" in formula:
        import torchvision

        space["torchvision"] = torchvision
    exec(f"class Formula(torch.nn.Module):\n  def forward(self, {', '.join(names)}):\n    return {formula}\n", space)
    return space["Formula"]()


def names_in(formula):
    import re

    words = set(re.findall(r"(?<![.\w'])[a-z_]+\b(?!\s*=[^=])", formula))
    return {name: Input(dims) for name, dims in REAL.items() if name in words} | {
        name: value for name, value in OTHERS.items() if name in words}


def rows():
    plain = []
    for line in TABLE.strip().splitlines():
        name, formula = (part.strip() for part in line.split(" | ", 1))
        inputs = names_in(formula)
        plain.append(Architecture(f"f_{name}", partial(build, formula, list(inputs)), inputs, SHAPES))
    return spread(plain, (("dynamo",), ("script",)), (None, None, "fp16", "optimized"))
