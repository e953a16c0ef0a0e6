"""What tools make of an exported file: narrower, quantised, optimised forms."""

import onnx
import onnxruntime


class Samples:
    """Calibration data in the form that onnxruntime.quantization reads."""

    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def fp16(source, path, samples):
    """Inputs and outputs stay float32."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), path)


def static_int8(source, path, samples):
    """QuantizeLinear and DequantizeLinear around every operator, ranges calibrated."""
    from onnxruntime import quantization as q

    q.quantize_static(str(source), str(path), Samples(samples), quant_format=q.QuantFormat.QDQ, per_channel=True,
                      activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8)


def operators_int8(source, path, samples):
    """QLinearConv and its like in place of the operators."""
    from onnxruntime import quantization as q

    q.quantize_static(str(source), str(path), Samples(samples), quant_format=q.QuantFormat.QOperator,
                      activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QUInt8)


def dynamic_int8(source, path, samples):
    from onnxruntime import quantization as q

    q.quantize_dynamic(str(source), str(path), weight_type=q.QuantType.QUInt8)


def int4(source, path, samples):
    """Weights of products in blocks of 4 bits: MatMulNBits."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(source), block_size=16, is_symmetric=False)
    quantizer.process()
    quantizer.model.save_model_to_file(str(path), False)


def optimized(source, path, samples):
    """What ONNX Runtime's optimizer writes, with its own operators."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    options.log_severity_level = 4
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def transformer(source, path, samples):
    """Attention, LayerNorm and Gelu fused by onnxruntime.transformers."""
    from onnxruntime.transformers import optimizer

    optimizer.optimize_model(str(source), model_type="bert", num_heads=2, hidden_size=0,
                             opt_level=0).save_model_to_file(str(path))


ALL = (fp16, static_int8, operators_int8, dynamic_int8, int4, optimized, transformer)
FORMS = {form.__name__: form for form in ALL}
# Whose results are near those of the file that they were made from, not equal.
QUANTIZED = ("static_int8", "operators_int8", "dynamic_int8", "int4")


def make(form, source, path, samples):
    FORMS[form](source, path, samples)
    model = onnx.load(path)
    if not model.graph.output:
        raise ValueError("the tool wrote a model without outputs")
