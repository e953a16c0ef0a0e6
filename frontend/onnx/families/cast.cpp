//===- cast.cpp - ONNX's conversions between types --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cast.h"
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

CastRule cast_rule(const Node &node) {
  std::string round = node.string_attr("round_mode", "up");
  node.expect(round == "up" || round == "down" || round == "nearest",
              "`round_mode` must be up, down or nearest");
  return {node.flag_attr("saturate", true), round == "up" ? CastRule::Round::up
                                            : round == "down"
                                                ? CastRule::Round::down
                                                : CastRule::Round::nearest};
}

// The format is a bare exponent with f32's bias, 0xFF for NaN. Saturating turns
// zero, tiny and negative values into the exponent they have and infinity into
// the largest; else what is below or above the format's range becomes NaN.
static Scalar to_e8m0(Scalar x, const CastRule &rule) {
  Builder &b = x.builder();
  auto u32 = [&](int64_t v) { return b.literal_int(DType::u32, v); };
  Scalar wide = convert(x, DType::f32);
  Scalar bits = bitcast(wide, DType::u32);
  Scalar exponent = (bits >> u32(23)) & u32(0xFF);
  Scalar fraction = bits & u32(0x7FFFFF);
  // A tie goes up, but for the smallest exponent, where only more than half
  // does.
  Scalar half = select(exponent > 0, u32(0x400000), u32(0x400001));
  Scalar above = rule.round == CastRule::Round::up ? fraction > 0
                 : rule.round == CastRule::Round::nearest
                     ? fraction >= half
                     : b.literal_int(DType::boolean, 0);
  Scalar rounded = exponent + select(above, u32(1), u32(0));
  if (rule.saturate)
    rounded = minimum(rounded, u32(0xFE));
  else
    rounded = select(wide < 0x1p-127, u32(0xFF), minimum(rounded, u32(0xFF)));
  rounded = select(is_nan(x), u32(0xFF), rounded);
  return bitcast(cast(rounded, DType::u8), DType::f8e8m0);
}

static bool is_float8(DType type) {
  return type == DType::f8e4m3fn || type == DType::f8e4m3fnuz ||
         type == DType::f8e5m2 || type == DType::f8e5m2fnuz;
}

Scalar cast_element(Scalar x, DType type, const CastRule &rule) {
  if (x.dtype() == type)
    return x;
  if (type == DType::boolean)
    return x != 0;
  if (type == DType::f8e8m0)
    return to_e8m0(widen(x), rule);
  if (is_real(type) && info(type).bits <= 8) {
    Scalar real = is_real(x.dtype()) ? x : cast(x, DType::f32);
    bool clamps = type == DType::f4e2m1 || (is_float8(type) && rule.saturate);
    return clamps ? cast_saturate(real, type) : cast(real, type);
  }
  return cast(x, type);
}

/// Between numbers and their texts.
static Tensor text_conversion(Builder &b, Tensor input, DType type) {
  Any argument = input;
  if (type == DType::string)
    return host_tensor(b, BoxFunction::text_print, {&argument, 1}, type,
                       input.shape());
  int64_t extra[] = {int64_t(type)};
  return host_tensor(b, BoxFunction::text_parse, {&argument, 1}, type,
                     input.shape(), extra);
}

Tensor converted(Builder &b, Tensor input, DType type, const CastRule &rule) {
  if (input.dtype() == type)
    return input;
  if (type == DType::string || input.dtype() == DType::string)
    return text_conversion(b, input, type);
  return b.elementwise({input}, [&](std::span<const Scalar> e) {
    return cast_element(e[0], type, rule);
  });
}

void cast_operator(Node &node, DType type) {
  if (info(type).kind == DTypeKind::complex)
    node.unsupported("a conversion to complex numbers");
  CastRule rule = cast_rule(node);
  Tensor input = node.input(0, "input");
  node.output(converted(node.b(), input, type, rule));
}

} // namespace landfall::frontend
