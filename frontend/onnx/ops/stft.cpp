//===- stft.cpp - ONNX STFT -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[b, f, k] = sum over n of window[n] * signal[b, f * frame_step + n] *
//              exp(-2 pi j k n / frame_length); onesided: k <= frame_length / 2
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fourier.h"

namespace landfall::onnx {

static Size scalar_size(const Node &node, int position, const char *name) {
  std::vector<Size> sizes = node.input_sizes(position, name);
  node.expect(sizes.size() == 1, std::string(name) + " must be a scalar");
  return sizes[0];
}

static void stft(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "signal");
  if (x.rank() == 2)
    x = b.reshape(x, {x.dim(0), x.dim(1), 1});
  node.expect(x.rank() == 3, "signal must have rank 3");
  Size parts = part_count(node, x);
  Size step = scalar_size(node, 1, "frame_step");
  b.require(less(0, step), "frame_step must be positive");
  Tensor window = node.optional_input(2, "window");
  Size length = window ? window.dim(0) : x.dim(1);
  if (node.has_input(3))
    length = scalar_size(node, 3, "frame_length");
  if (window)
    require_equal(b, window.dim(0), length,
                  "the window must have frame_length elements");
  b.require(less(length - 1, x.dim(1)), "frame_length exceeds the signal");
  bool onesided = node.int_attr("onesided", 1) != 0;

  DType type = x.dtype(), compute = compute_type(type);
  Twiddle twiddle(b, length, false, compute);
  Contraction c;
  c.shape = {x.dim(0), floordiv(x.dim(1) - length, step) + 1,
             onesided ? floordiv(length, 2) + 1 : length, 2};
  c.reduce = {length, parts};
  c.accumulator = compute;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> n) {
    Scalar at = p[1] * b.scalar(step) + n[0];
    Scalar value = convert(x.at({p[0], at, n[1]}), compute);
    Scalar weight = twiddle.at(p[2], n[0], p[3], n[1]);
    if (window)
      weight = weight * convert(window.at({n[0]}), compute);
    return std::pair(value, weight);
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return convert(sum, type);
  };
  node.output(b.contract(c));
}

LANDFALL_ONNX(stft, {"STFT", 17, stft})

} // namespace landfall::onnx
