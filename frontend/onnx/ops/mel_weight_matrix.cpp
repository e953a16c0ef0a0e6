//===- mel_weight_matrix.cpp - Filters on the mel scale ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

namespace {

struct Filters {
  Builder &b;
  Size bins, dft_length;
  Tensor sample_rate, lower_hertz, upper_hertz;
};

/// 2595 log10(1 + hertz / 700)
Scalar mel_of(Tensor hertz) {
  double scale = 1127.0104803341574; // 2595 / ln(10)
  return scale * log1p(cast(hertz.at({}), DType::f64) / 700);
}

/// The spectrogram bin of edge `k`: edges are equally spaced in mel from the
/// lower to the upper frequency.
Scalar edge(const Filters &f, Scalar k) {
  DType real = DType::f64;
  Scalar low = mel_of(f.lower_hertz);
  Scalar step =
      (mel_of(f.upper_hertz) - low) / cast(f.b.scalar(f.bins + 2), real);
  Scalar mel = cast(k, real) * step + low;
  Scalar hertz = 700 * (exp(mel * (1 / 1127.0104803341574)) - 1);
  Scalar bin = cast(f.b.scalar(f.dft_length + 1), real) * hertz /
               cast(f.sample_rate.at({}), real);
  return cast(floor(bin), DType::i64);
}

// Rises from 0 at edge k to 1 at edge k + 1, falls to 0 at edge k + 2.
Scalar weight(const Filters &f, Scalar bin, Scalar k) {
  DType real = DType::f64;
  Scalar left = edge(f, k), centre = edge(f, k + 1), right = edge(f, k + 2);
  Scalar zero = f.b.literal(real, 0);
  Scalar rising = select(centre == left, f.b.literal(real, 1),
                         cast(bin - left, real) / cast(centre - left, real));
  Scalar falling = cast(right - bin, real) / cast(right - centre, real);
  Scalar value = select(logical_and(bin >= left, bin <= centre), rising, zero);
  return select(logical_and(bin >= centre, bin < right), falling, value);
}

/// Fails the run unless all edges lie in the spectrogram.
void check_edges(const Filters &f) {
  Builder &b = f.b;
  b.require(1 - less(f.bins, 0), "num_mel_bins must be at least 0");
  Tensor fits = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    Scalar lower = f.lower_hertz.at({}), upper = f.upper_hertz.at({});
    Scalar ordered = logical_and(lower >= 0, lower <= upper);
    Scalar last = edge(f, b.scalar(f.bins + 1));
    Scalar length = b.scalar(floordiv(f.dft_length, 2) + 1);
    return cast(logical_and(ordered, logical_and(last >= 0, last < length)),
                DType::i64);
  });
  b.read_required(fits, 0, {1, 1},
                  "MelWeightMatrix needs 0 <= lower_edge_hertz <= "
                  "upper_edge_hertz <= half of sample_rate");
}

// output[bin, k] = weight of the spectrogram's bin in the mel band k
void mel_weight_matrix(Node &node) {
  Size bins = one_size(node, 0, "num_mel_bins");
  Size length = one_size(node, 1, "dft_length");
  auto operand = [&](int position, std::string_view name) {
    return one_element(node, node.input(position, name));
  };
  Filters filters{node.b(),
                  bins,
                  length,
                  operand(2, "sample_rate"),
                  operand(3, "lower_edge_hertz"),
                  operand(4, "upper_edge_hertz")};
  check_edges(filters);
  DType type = numeric_dtype(node, "output_datatype", DType::f32);
  Shape shape = {max(floordiv(length, 2) + 1, 0), max(bins, 0)};
  node.output(node.b().map(shape, type, [&](std::span<const Scalar> i) {
    return convert(weight(filters, i[0], i[1]), type);
  }));
}

} // namespace

LANDFALL_ONNX(mel_weight_matrix, {"MelWeightMatrix", 17, mel_weight_matrix})

} // namespace landfall::frontend
