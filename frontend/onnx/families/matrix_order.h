//===- matrix_order.h - The orders that cuBLASLt names ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Attributes order_* of ONNX Runtime's QOrdered operators say how a matrix is
// stored; its shape [..., rows, columns] stays the logical one. By number:
//   0  by columns
//   1  by rows
//   2  COL32: stripes of 32 columns, each by rows
//   3  COL4_4R2_8C: stripes of 32 columns, cut into tiles of 8 rows, in which
//      the even rows stand before the odd ones, 4 rows of 4 columns together
//   4  COL32_2R_4R4: stripes of 32 columns, cut into tiles of 32 rows, which
//      stand in the order 0 1 8 9 16 17 24 25 2 3 10 ...
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The order that the attribute names; `otherwise` (-1: none) if it is absent.
int matrix_order(const Node &node, std::string_view attribute, int otherwise);

/// x, stored in this order, by rows.
Tensor by_rows(const Node &node, Tensor x, int order);
/// x, stored by rows, in this order.
Tensor in_order(const Node &node, Tensor x, int order);
/// x, a matrix stored in this order, with its axes swapped: costs nothing where
/// it is stored by columns.
Tensor swapped(const Node &node, Tensor x, int order);

} // namespace landfall::frontend
