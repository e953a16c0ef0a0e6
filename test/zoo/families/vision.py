"""Image classifiers, detectors and segmenters of torchvision and timm, their small variants."""

from functools import partial

from architecture import Architecture, Input, image_row, spread

SQUARES = ({"N": 2}, {"N": 1}, {"N": 3})

# Name in timm, with what makes it smaller; "=64": its images are 64 x 64.
TIMM = """
resnet10t | layers=(1, 1, 1, 1)
resnet26d | layers=(1, 1, 1, 1)
resnet26t | layers=(1, 1, 1, 1)
seresnet18 | layers=(1, 1, 1, 1)
resnext26ts
eca_resnext26ts
gcresnext26ts
skresnet18 | layers=(1, 1, 1, 1)
res2net50_14w_8s | layers=(1, 1, 1, 1)
resnest14d
resnetv2_50 | layers=(1, 1, 1, 1), channels=(16, 32, 48, 64)
resnetaa50 | layers=(1, 1, 1, 1)
botnet26t_256=64
halonet26t=64
lambda_resnet26t=64
regnetx_002
regnety_002
regnetz_005
mobilenetv2_035
mobilenetv3_small_050
tf_mobilenetv3_small_minimal_100
mobilenetv4_conv_small_035
mnasnet_small
semnasnet_075
efficientnet_lite0
tf_efficientnet_b0
mixnet_s
ghostnet_050
ghostnetv2_100
repghostnet_050
lcnet_035
tinynet_e
fbnetc_100
hardcorenas_a
dla46_c
dla46x_c
cspresnet50
cs3darknet_s
ese_vovnet19b_slim
hrnet_w18_small
repvgg_a0
mobileone_s0
nf_regnet_b0
dm_nfnet_f0
convnext_atto | depths=(1, 1, 1, 1), dims=(16, 24, 32, 48)
convnextv2_atto | depths=(1, 1, 1, 1), dims=(16, 24, 32, 48)
inception_next_atto | depths=(1, 1, 1, 1), dims=(16, 24, 32, 48)
vit_tiny_patch16_224=64 | depth=2, embed_dim=48
deit_tiny_distilled_patch16_224=64 | depth=2, embed_dim=48
cait_xxs24_224=64 | depth=2, embed_dim=48, num_heads=4
xcit_nano_12_p16_224=64 | depth=2, embed_dim=32
levit_128s=64
efficientformer_l1=64
efficientformerv2_s0=64
mobilevit_xxs
mobilevitv2_050
edgenext_xx_small
poolformer_s12 | layers=(1, 1, 1, 1), embed_dims=(16, 24, 32, 48)
mixer_s32_224=64 | num_blocks=2, embed_dim=32
resmlp_12_224=64 | num_blocks=2, embed_dim=32
gmlp_ti16_224=64 | num_blocks=2, embed_dim=32
convmixer_768_32 | dim=32, depth=3
coat_lite_tiny=64 | serial_depths=(1, 1, 1, 1), embed_dims=(16, 24, 32, 48)
crossvit_tiny_240=240
pit_ti_224=64
swin_tiny_patch4_window7_224=64 | depths=(1, 1, 1, 1), embed_dim=16, num_heads=(1, 2, 2, 4), window_size=2
swinv2_tiny_window8_256=64 | depths=(1, 1, 1, 1), embed_dim=16, num_heads=(1, 2, 2, 4), window_size=2
beit_base_patch16_224=64 | depth=2, embed_dim=32, num_heads=2
eva02_tiny_patch14_224=56 | depth=2, embed_dim=48, num_heads=2
volo_d1_224=64
visformer_tiny=64
twins_svt_small=64
pvt_v2_b0
tnt_s_legacy_patch16_224=64 | depth=2
sequencer2d_s=64
focalnet_tiny_srf | depths=(1, 1, 1, 1), embed_dim=16
davit_tiny | depths=(1, 1, 1, 1), embed_dims=(16, 32, 48, 64), num_heads=(1, 2, 3, 4)
mvitv2_tiny=64 | depths=(1, 1, 1, 1), embed_dim=16
hiera_tiny_224=224 | stages=(1, 1, 1, 1), embed_dim=16
fastvit_t8
fasternet_t0
repvit_m0_9
tiny_vit_5m_224=64
starnet_s1
rdnet_tiny
mambaout_femto
nextvit_small
efficientvit_b0
efficientvit_m0=64
swiftformer_xs
vgg11_bn=64
rexnet_100
selecsls42
gernet_s
hgnetv2_b0
maxvit_pico_rw_256=64
coatnet_pico_rw_224=64
samvit_base_patch16=64 | depth=2, embed_dim=32, num_heads=2, global_attn_indexes=(1,)
naflexvit_base_patch16_gap=64 | depth=2, embed_dim=32, num_heads=2
densenet121 | growth_rate=8, block_config=(2, 2, 2, 2)
xception41
inception_v3=96
"""

# Name, function of torchvision.models, height and width that it reads ("": free).
TORCHVISION = """
alexnet | alexnet(num_classes=10) |
resnet18 | resnet18(num_classes=10) |
resnext | ResNet(resnet.Bottleneck, [1, 1, 1, 1], groups=4, width_per_group=8, num_classes=10) |
wide_resnet | ResNet(resnet.Bottleneck, [1, 1, 1, 1], width_per_group=32, num_classes=10) |
squeezenet1_0 | squeezenet1_0(num_classes=10) |
squeezenet1_1 | squeezenet1_1(num_classes=10) |
mobilenet_v2 | mobilenet_v2(num_classes=10, width_mult=0.25) |
mobilenet_v3_small | mobilenet_v3_small(num_classes=10, width_mult=0.25) |
shufflenet_v2_x0_5 | shufflenet_v2_x0_5(num_classes=10) |
mnasnet0_5 | mnasnet0_5(num_classes=10) |
efficientnet_b0 | efficientnet_b0(num_classes=10) |
regnet_y_400mf | regnet_y_400mf(num_classes=10) |
convnext | ConvNeXt([convnext.CNBlockConfig(16, 24, 1), convnext.CNBlockConfig(24, None, 1)], num_classes=10) |
googlenet | googlenet(num_classes=10, init_weights=False, aux_logits=False) |
inception_v3 | inception_v3(num_classes=10, init_weights=False, aux_logits=False) | 96
densenet | DenseNet(8, (2, 2, 2), 16, num_classes=10) |
vit | VisionTransformer(64, 16, 2, 2, 32, 48, num_classes=10) | 64
swin | SwinTransformer([4, 4], 16, [1, 1], [1, 2], [4, 4], num_classes=10) | 64
maxvit | MaxVit((64, 64), 16, 4, [16, 24], [1, 1], 8, 0.0, num_classes=10) | 64
fcn_resnet50 | segmentation.fcn_resnet50(weights_backbone=None, num_classes=3) |
deeplab_mobilenet | segmentation.deeplabv3_mobilenet_v3_large(weights_backbone=None, num_classes=3) |
lraspp | segmentation.lraspp_mobilenet_v3_large(weights_backbone=None, num_classes=3) |
"""

# Detectors give lists of boxes; they read one image and resize it.
SMALL = {"weights": None, "weights_backbone": None, "num_classes": 3, "min_size": 64, "max_size": 96}
DETECTORS = """
fasterrcnn | fasterrcnn_mobilenet_v3_large_320_fpn(**SMALL)
retinanet | retinanet_resnet50_fpn(**SMALL)
ssdlite | ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=3)
fcos | fcos_resnet50_fpn(**SMALL)
maskrcnn | maskrcnn_resnet50_fpn(**SMALL)
"""


def timm_model(name, size, options):
    import timm

    options = eval(f"dict({options})")
    if size:
        try:
            return timm.create_model(name, pretrained=False, num_classes=10, img_size=size, **options)
        except TypeError:  # Nets that take any size have no such option.
            pass
    return timm.create_model(name, pretrained=False, num_classes=10, **options)


def torchvision_model(expression):
    import torchvision.models

    return eval(expression, vars(torchvision.models))


def detector(expression):
    import torch
    import torchvision.models.detection as detection

    model = eval(expression, {**vars(detection), "SMALL": SMALL})

    class OneImage(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, image):
            return [list(found.values()) for found in self.model([image])]

    return OneImage()


def sized_row(name, build, size):
    if not size:
        return image_row(name, build)
    return Architecture(name, build, {"image": Input(f"N 3 {size} {size}")}, SQUARES)


def lines(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def rows():
    classifiers = []
    for name, expression, size in lines(TORCHVISION):
        classifiers.append(sized_row(f"tv_{name}", partial(torchvision_model, expression), size))
    for name, *options in lines(TIMM):
        name, _, size = name.partition("=")
        build = partial(timm_model, name, int(size or 0), options[0] if options else "")
        classifiers.append(sized_row(f"timm_{name}", build, size))
    yield from spread(classifiers, (("script",), ("dynamo",)), (
        "static_int8", "fp16", "optimized", None, "operators_int8", "dynamic_int8", None))
    for name, expression in lines(DETECTORS):
        yield Architecture(f"tv_{name}", partial(detector, expression), {"image": Input("3 H W", "unit")},
                           ({"H": 64, "W": 64}, {"H": 47, "W": 61}, {"H": 80, "W": 56}), ("script",))
