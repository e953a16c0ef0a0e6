"""Small nets of torch's own layers, written as expressions of torch.nn."""

from functools import partial

from architecture import Architecture, Input, spread

# The names L and H, W in an input are long enough for every row's windows.
SHAPES = ({"N": 2, "L": 24, "H": 20, "W": 24}, {"N": 1, "L": 17, "H": 13, "W": 19}, {"N": 3, "L": 40, "H": 32, "W": 16})

# Name, module, extents of the input.
TABLE = """
conv1d_dilated | Sequential(Conv1d(4, 8, 3, padding=1), GELU(), Conv1d(8, 6, 5, stride=2, dilation=2)) | N 4 L
conv1d_circular | Sequential(Conv1d(4, 8, 3, padding=1, padding_mode='circular'), ELU()) | N 4 L
conv2d_reflect | Sequential(Conv2d(3, 8, 3, padding=1, padding_mode='reflect'), SELU(), Conv2d(8, 4, 1)) | N 3 H W
conv2d_replicate | Sequential(Conv2d(3, 8, 5, padding=2, padding_mode='replicate'), CELU()) | N 3 H W
conv2d_same | Sequential(Conv2d(3, 8, 4, padding='same'), Hardswish(), Conv2d(8, 8, 3, groups=8, padding='same', dilation=2)) | N 3 H W
conv2d_grouped | Sequential(Conv2d(6, 12, 3, groups=3, stride=(2, 1)), PReLU(12), Conv2d(12, 6, (1, 3), groups=2)) | N 6 H W
conv2d_depthwise | Sequential(Conv2d(8, 8, 7, groups=8, padding=3), BatchNorm2d(8), ReLU6(), Conv2d(8, 16, 1), BatchNorm2d(16)) | N 8 H W
conv2d_multiplier | Sequential(Conv2d(4, 12, 3, groups=4, padding=1), Hardsigmoid()) | N 4 H W
conv3d | Sequential(Conv3d(2, 4, 3, padding=1), BatchNorm3d(4), ReLU(), MaxPool3d(2), Conv3d(4, 4, (1, 3, 3))) | N 2 8 H W
conv3d_depthwise | Sequential(Conv3d(4, 4, 3, padding=1, groups=4), InstanceNorm3d(4), SiLU(), AvgPool3d(2)) | N 4 6 H W
transposed1d | Sequential(ConvTranspose1d(4, 6, 4, stride=2, padding=1), Tanh(), ConvTranspose1d(6, 2, 5, stride=3, output_padding=1)) | N 4 L
transposed2d | Sequential(ConvTranspose2d(3, 8, 3, stride=2, padding=1, output_padding=1), LeakyReLU(0.2), ConvTranspose2d(8, 3, 2, stride=2)) | N 3 H W
transposed2d_grouped | Sequential(ConvTranspose2d(6, 6, 4, stride=2, groups=3, padding=1), Softplus()) | N 6 H W
transposed2d_dilated | Sequential(ConvTranspose2d(3, 4, 3, dilation=2), Mish()) | N 3 H W
transposed3d | Sequential(ConvTranspose3d(2, 3, 2, stride=2), Sigmoid()) | N 2 4 H W
max_pool_ceil | Sequential(Conv2d(3, 8, 3), MaxPool2d(3, 2, ceil_mode=True), MaxPool2d(2, 2, padding=1)) | N 3 H W
max_pool_dilated | Sequential(MaxPool2d(3, 1, dilation=2), MaxPool2d((1, 3), (2, 2))) | N 3 H W
average_pool_ceil | Sequential(AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False), AvgPool2d(2)) | N 3 H W
average_pool_counted | Sequential(AvgPool2d(3, 2, padding=1, count_include_pad=True), Conv2d(3, 4, 1)) | N 3 H W
lp_pool | Sequential(LPPool2d(2, 3, 2), Conv2d(3, 4, 1)) | N 3 H W
adaptive_1 | Sequential(Conv2d(3, 8, 3), AdaptiveAvgPool2d(1), Flatten(), Linear(8, 5), Softmax(1)) | N 3 H W
adaptive_max | Sequential(Conv2d(3, 8, 3), AdaptiveMaxPool2d(1), Flatten(), Linear(8, 5), LogSoftmax(1)) | N 3 H W
adaptive_row | Sequential(Conv2d(3, 8, 3), AdaptiveAvgPool2d((1, None)), Conv2d(8, 4, 1)) | N 3 H W
max_pool1d | Sequential(Conv1d(4, 6, 3), MaxPool1d(3, 2, ceil_mode=True), Conv1d(6, 6, 3, padding='same')) | N 4 L
average_pool1d | Sequential(AvgPool1d(4, 2, padding=1), Conv1d(4, 5, 1)) | N 4 L
pads | Sequential(ReflectionPad2d((1, 2, 3, 0)), ReplicationPad2d(2), ConstantPad2d((1, 0, 2, 1), 0.5), ZeroPad2d(1)) | N 3 H W
pads_circular | Sequential(CircularPad2d((1, 2, 2, 1)), Conv2d(3, 4, 3)) | N 3 H W
pads1d | Sequential(ReflectionPad1d(3), ReplicationPad1d((0, 4)), ConstantPad1d((-1, 2), 1.5), Conv1d(4, 4, 3)) | N 4 L
pads3d | Sequential(ReplicationPad3d(1), ConstantPad3d((1, 1, 0, 2, 1, 0), -1.0)) | N 2 4 H W
batch_norm1d | Sequential(Linear(12, 16), BatchNorm1d(16), ReLU(), Dropout(0.5), Linear(16, 4)) | N 12
batch_norm1d_sequence | Sequential(BatchNorm1d(4), Conv1d(4, 4, 3), BatchNorm1d(4, affine=False)) | N 4 L
instance_norm2d | Sequential(InstanceNorm2d(4, affine=True), ReLU(), InstanceNorm2d(4)) | N 4 H W
instance_norm1d | Sequential(InstanceNorm1d(4, affine=True), GELU(approximate='tanh')) | N 4 L
group_norm | Sequential(GroupNorm(4, 8), SiLU(), Conv2d(8, 8, 3, padding=1), GroupNorm(1, 8), GroupNorm(8, 8)) | N 8 H W
group_norm1d | Sequential(GroupNorm(2, 6), Mish(), Conv1d(6, 4, 1)) | N 6 L
layer_norm | Sequential(LayerNorm(16), Linear(16, 32), GELU(), Linear(32, 16), LayerNorm(16, elementwise_affine=False)) | N L 16
layer_norm_2axes | Sequential(LayerNorm((4, 8)), Linear(8, 3)) | N L 4 8
rms_norm | Sequential(RMSNorm(16), Linear(16, 12, bias=False), RMSNorm(12)) | N L 16
local_response | Sequential(Conv2d(3, 8, 3), LocalResponseNorm(5, 1e-3, 0.75, 2.0)) | N 3 H W
activations_1 | Sequential(ELU(0.7), Hardshrink(0.2), Hardtanh(-0.8, 1.2), LogSigmoid(), Softsign()) | N 3 L
activations_2 | Sequential(Softshrink(0.1), Tanhshrink(), Threshold(0.05, -0.3), RReLU(), CELU(0.6)) | N 3 L
activations_3 | Sequential(GLU(1), Softmin(2), Hardswish(), SELU()) | N 4 L
softmax2d | Sequential(Conv2d(3, 4, 1), Softmax2d()) | N 3 H W
linear_deep | Sequential(Linear(20, 17), ReLU(), Linear(17, 33), Tanh(), Linear(33, 1), Sigmoid()) | N 20
linear_4d | Sequential(Linear(8, 8, bias=False), ReLU(), Linear(8, 5)) | N L 3 8
pixel_shuffle | Sequential(Conv2d(3, 12, 3, padding=1), PixelShuffle(2), Conv2d(3, 2, 3)) | N 3 H W
pixel_unshuffle | Sequential(PixelUnshuffle(2), Conv2d(12, 8, 3, padding=1), ChannelShuffle(4)) | N 3 2*H 2*W
upsample_nearest | Sequential(Conv2d(3, 4, 3), Upsample(scale_factor=2), Conv2d(4, 3, 3)) | N 3 H W
upsample_bilinear | Sequential(Upsample(scale_factor=1.5, mode='bilinear'), Conv2d(3, 4, 3)) | N 3 H W
upsample_aligned | Sequential(Upsample(scale_factor=2, mode='bilinear', align_corners=True), Conv2d(3, 4, 1)) | N 3 H W
upsample_bicubic | Sequential(Upsample(scale_factor=2, mode='bicubic'), Conv2d(3, 4, 1)) | N 3 H W
upsample_linear1d | Sequential(Upsample(scale_factor=3, mode='linear'), Conv1d(4, 2, 3)) | N 4 L
upsample_trilinear | Sequential(Upsample(scale_factor=2, mode='trilinear'), Conv3d(2, 2, 1)) | N 2 3 H W
upsample_size | Sequential(Upsample(size=(11, 7), mode='bilinear'), Conv2d(3, 4, 3)) | N 3 H W
unfold | Sequential(Unfold(3, padding=1, stride=2), Conv1d(27, 5, 1)) | N 3 H W
flatten_unflatten | Sequential(Flatten(2), Unflatten(1, (2, 2)), Softmax(-1)) | N 4 H W
encoder_layer | TransformerEncoderLayer(16, 2, 32, batch_first=True) | N L 16
encoder_layer_prenorm | TransformerEncoderLayer(16, 4, 24, activation='gelu', batch_first=True, norm_first=True) | N L 16
encoder | TransformerEncoder(TransformerEncoderLayer(16, 2, 32, batch_first=True), 2, enable_nested_tensor=False) | N L 16
encoder_length_first | TransformerEncoder(TransformerEncoderLayer(12, 3, 16), 1, enable_nested_tensor=False) | L N 12
lstm | LSTM(8, 12, batch_first=True) | N L 8
lstm_deep | LSTM(8, 10, num_layers=2, bidirectional=True) | L N 8
lstm_projected | LSTM(8, 12, proj_size=5, batch_first=True) | N L 8
lstm_no_bias | LSTM(6, 7, bias=False, batch_first=True, bidirectional=True) | N L 6
gru | GRU(8, 12, batch_first=True) | N L 8
gru_deep | GRU(8, 10, num_layers=2, bidirectional=True, batch_first=True) | N L 8
rnn_tanh | RNN(8, 12, batch_first=True) | N L 8
rnn_relu | RNN(8, 9, nonlinearity='relu', bidirectional=True) | L N 8
"""


def build(expression):
    import torch.nn

    return eval(expression, vars(torch.nn))


def rows():
    table = [[cell.strip() for cell in line.split(" | ")] for line in TABLE.strip().splitlines()]
    plain = [Architecture(f"nn_{name}", partial(build, expression), {"x": Input(dims)}, SHAPES)
             for name, expression, dims in table]
    return spread(plain, (("dynamo",), ("script",)), ("static_int8", None, "fp16", "dynamic_int8", None, "optimized"))
