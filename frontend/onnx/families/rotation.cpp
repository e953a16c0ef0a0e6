//===- rotation.cpp - Rotary position embedding ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/rotation.h"

namespace landfall::frontend {

Tensor rotate(Builder &b, const Rotation &r) {
  DType type = r.x.dtype(), compute = compute_type(type);
  Size half = floordiv(r.rotated, 2);
  return b.map(r.x.shape(), type, [&](std::span<const Scalar> p) {
    Scalar d = p[3];
    Scalar middle = b.scalar(half);
    Scalar pair = r.interleaved ? d / 2 : d % middle;
    Scalar second = r.interleaved ? d % 2 == 1 : d >= middle;
    Scalar first_at = r.interleaved ? pair * 2 : pair;
    Scalar second_at = r.interleaved ? pair * 2 + 1 : pair + middle;
    auto feature = [&](Scalar at) {
      return convert(r.x.at({p[0], p[1], p[2], at}), compute);
    };
    auto turned = [&] {
      Scalar position = p[r.heads_first ? 2 : 1];
      Scalar cosine = convert(r.cosine(p[0], position, pair), compute);
      Scalar sine = convert(r.sine(p[0], position, pair), compute);
      Scalar x1 = feature(first_at), x2 = feature(second_at);
      Scalar y =
          select(second, sine * x1 + cosine * x2, cosine * x1 - sine * x2);
      return Scalars{convert(y, type)};
    };
    if (r.rotated == r.x.dim(3))
      return turned()[0];
    return b.branch(d < b.scalar(r.rotated), turned,
                    [&] { return Scalars{r.x.at(p)}; })[0];
  });
}

} // namespace landfall::frontend
