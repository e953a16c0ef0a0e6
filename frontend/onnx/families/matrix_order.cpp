//===- matrix_order.cpp - The orders that cuBLASLt names ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_order.h"

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

namespace {

enum : int { columns_first, rows_first, col32, col4_4r2_8c, col32_2r_4r4 };

constexpr double stripe = 32; ///< Columns of a stripe.

/// Rows of a tile; 0: a stripe is not cut.
int tile_rows(int order) {
  return order == col4_4r2_8c ? 8 : order == col32_2r_4r4 ? 32 : 0;
}

struct Place {
  Scalar row, column;
};

/// Where in storage an element of a matrix of so many rows is.
Scalar place_in_storage(int order, Scalar rows, const Place &at) {
  Scalar r = at.row, c = at.column;
  if (order == columns_first)
    return c * rows + r;
  Scalar in_stripe = c % stripe, before = c / stripe * rows * stripe;
  if (order == col32)
    return before + r * stripe + in_stripe;
  double height = tile_rows(order);
  Scalar tile = before + r / height * (height * stripe), y = r % height;
  if (order == col4_4r2_8c)
    return tile + y % 2 * 128 + in_stripe / 4 * 16 + y / 2 * 4 + in_stripe % 4;
  return tile + ((y % 8 / 2 * 4 + y / 8) * 2 + y % 2) * stripe + in_stripe;
}

/// Which element is the n-th in storage.
Place element_in_storage(int order, Scalar rows, Scalar n) {
  if (order == columns_first)
    return {n % rows, n / rows};
  Scalar first = n / (rows * stripe) * stripe, within = n % (rows * stripe);
  if (order == col32)
    return {within / stripe, first + within % stripe};
  double height = tile_rows(order);
  Scalar top = within / (height * stripe) * height;
  Scalar w = within % (height * stripe);
  if (order == col4_4r2_8c)
    return {top + w % 16 / 4 * 2 + w / 128, first + w % 128 / 16 * 4 + w % 4};
  Scalar line = w / stripe;
  return {top + line / 2 % 4 * 8 + line / 8 * 2 + line % 2, first + w % stripe};
}

/// x as [batch, rows, columns], whose tiles must be full.
Tensor as_matrices(const Node &node, Tensor x, int order) {
  Builder &b = node.b();
  node.expect(x.rank() >= 1, "a matrix needs a dimension");
  Size rows = x.rank() > 1 ? x.dim(-2) : Size(1), columns = x.dim(-1);
  Size batch = 1;
  for (int d = 0; d + 2 < x.rank(); ++d)
    batch = batch * x.dim(d);
  if (order > rows_first)
    require_equal(b, mod(columns, 32), 0,
                  "this order of a matrix needs a multiple of 32 columns");
  if (int height = tile_rows(order))
    require_equal(b, mod(rows, height), 0,
                  "this order of a matrix needs rows that fill its tiles");
  return b.reshape(x, {batch, rows, columns});
}

} // namespace

int matrix_order(const Node &node, std::string_view attribute, int otherwise) {
  int64_t order = otherwise < 0 ? node.int_attr(attribute)
                                : node.int_attr(attribute, otherwise);
  return node.count(order, attribute, columns_first, col32_2r_4r4);
}

Tensor by_rows(const Node &node, Tensor x, int order) {
  if (order == rows_first)
    return x;
  Builder &b = node.b();
  Tensor m = as_matrices(node, x, order);
  Size rows = m.dim(1), all = rows * m.dim(2);
  Tensor flat = b.reshape(m, {m.dim(0), all});
  Tensor y = b.map(m.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar n = place_in_storage(order, b.scalar(rows), {p[1], p[2]});
    Scalar at[] = {p[0], n};
    return flat.at_or(at, n < b.scalar(all), b.literal(x.dtype(), 0));
  });
  return b.reshape(y, x.shape());
}

Tensor in_order(const Node &node, Tensor x, int order) {
  if (order == rows_first)
    return x;
  Builder &b = node.b();
  Tensor m = as_matrices(node, x, order);
  Size rows = m.dim(1), columns = m.dim(2);
  Shape flat = {m.dim(0), rows * columns};
  Tensor y = b.map(flat, x.dtype(), [&](std::span<const Scalar> p) {
    Place from = element_in_storage(order, b.scalar(rows), p[1]);
    Scalar at[] = {p[0], from.row, from.column};
    Scalar inside =
        logical_and(from.row < b.scalar(rows), from.column < b.scalar(columns));
    return m.at_or(at, inside, b.literal(x.dtype(), 0));
  });
  return b.reshape(y, x.shape());
}

Tensor swapped(const Node &node, Tensor x, int order) {
  Builder &b = node.b();
  Tensor m = order == columns_first
                 ? as_matrices(node, x, order)
                 : as_matrices(node, by_rows(node, x, order), rows_first);
  Shape shape = {m.dim(0), m.dim(2), m.dim(1)};
  if (order == columns_first)
    return b.reshape(m, shape);
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    return m.at({p[0], p[2], p[1]});
  });
}

} // namespace landfall::frontend
