//===- stft.cpp - ONNX STFT -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[b, f, k] = sum over n of window[n] * signal[b, f * frame_step + n] *
//              exp(-2 pi j k n / frame_length); onesided: k <= frame_length / 2
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fourier.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

struct Frames {
  Builder &b;
  Tensor signal; ///< [batch, length, parts]
  Tensor window; ///< May be absent.
  Size step, length, bins;

  DType compute() const { return compute_type(signal.dtype()); }
  Size count() const { return floordiv(signal.dim(1) - length, step) + 1; }
  Shape result() const { return {signal.dim(0), count(), bins, 2}; }
  /// Element n of a frame, under the window.
  Scalar at(Scalar batch, Scalar frame, Scalar n, Scalar part) const {
    Scalar position = frame * b.scalar(step) + n;
    Scalar value = convert(signal.at({batch, position, part}), compute());
    return window ? value * convert(window.at({n}), compute()) : value;
  }
};

Tensor transformed(const Frames &f) {
  Builder &b = f.b;
  Size batch = f.signal.dim(0), parts = f.signal.dim(2);
  Size rows = batch * f.count();
  Tensor x = b.map(
      {batch, f.count(), parts, f.length}, f.compute(),
      [&](std::span<const Scalar> p) { return f.at(p[0], p[1], p[3], p[2]); });
  x = b.reshape(x, {rows, parts, f.length, 1});
  Tensor y = fourier_transform(b, x, f.length, false);
  y = b.reshape(y, {batch, f.count(), 2, f.length});
  return b.map(f.result(), f.signal.dtype(), [&](std::span<const Scalar> p) {
    return convert(y.at({p[0], p[1], p[3], p[2]}), f.signal.dtype());
  });
}

Size scalar_size(const Node &node, int position, const char *name) {
  std::vector<Size> sizes = node.input_sizes(position, name);
  node.expect(sizes.size() == 1, std::string(name) + " must be a scalar");
  return sizes[0];
}

} // namespace

static void stft(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "signal");
  if (x.rank() == 2)
    x = b.reshape(x, {x.dim(0), x.dim(1), 1});
  node.expect(x.rank() == 3, "signal must have rank 3");
  part_count(node, x); // Requires 1 or 2.
  Size step = scalar_size(node, 1, "frame_step");
  b.require(less(0, step), "frame_step must be positive");
  Tensor window = node.optional_input(2, "window", 1);
  Size length = window ? window.dim(0) : x.dim(1);
  if (node.has_input(3))
    length = scalar_size(node, 3, "frame_length");
  if (window)
    require_equal(b, window.dim(0), length,
                  "the window must have frame_length elements");
  b.require(less(length - 1, x.dim(1)), "frame_length exceeds the signal");
  bool onesided = flag_unless_zero(node, "onesided", true);
  Frames f{b,    x,      window,
           step, length, onesided ? floordiv(length, 2) + 1 : length};
  node.output(transformed(f));
}

LANDFALL_ONNX(stft, {"STFT", 17, stft})

} // namespace landfall::frontend
