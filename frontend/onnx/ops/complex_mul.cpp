//===- complex_mul.cpp - ONNX Runtime's ComplexMul, ComplexMulConj --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// C = A * B, or A * conj(B), of complex numbers whose parts are the last
// dimension; the dimensions before it broadcast
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

static void multiply(Node &node, bool conjugate) {
  Builder &b = node.b();
  Tensor a = node.input(0, "A"), other = node.input(1, "B");
  node.expect(a.rank() >= 1 && other.rank() >= 1,
              "A and B need a dimension of two parts");
  for (Tensor x : {a, other})
    require_equal(b, x.dim(-1), 2, "the last dimension must hold two parts");
  Shape shapes[] = {sublist(a.shape(), 0, a.rank() - 1),
                    sublist(other.shape(), 0, other.rank() - 1)};
  Shape shape = b.broadcast_shapes(shapes);
  shape.push_back(2);
  Tensor parts[] = {pick_along(a, a.rank() - 1, 0),
                    pick_along(a, a.rank() - 1, 1),
                    pick_along(other, other.rank() - 1, 0),
                    pick_along(other, other.rank() - 1, 1)};
  node.output(b.map(shape, a.dtype(), [&](std::span<const Scalar> p) {
    auto part = [&](int which) {
      return widen(b.broadcast_at(parts[which], p.first(p.size() - 1)));
    };
    Scalar ar = part(0), ai = part(1), br = part(2), bi = part(3);
    if (conjugate)
      bi = -bi;
    return convert(select(p.back() == 0, ar * br - ai * bi, ar * bi + ai * br),
                   a.dtype());
  }));
}

static void complex_mul(Node &node) { multiply(node, false); }
static void complex_mul_conj(Node &node) { multiply(node, true); }

LANDFALL_ONNX(complex_mul, {"ComplexMul", 1, complex_mul, "com.microsoft"},
              {"ComplexMulConj", 1, complex_mul_conj, "com.microsoft"})

} // namespace landfall::frontend
