//===- matrix_loop.h - The loops of the matrix unit -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::riscv {

/// tile[i][j] = fma(a[i], b[j], tile[i][j]) for i < m, j < n; rows of the tile
/// are `edge` apart. In the host's rounding mode.
void add_product_floats(float *tile, uint64_t edge, const float *a, uint64_t m,
                        const float *b, uint64_t n);

/// The same for integers, modulo 2^32.
void add_product_integers(int32_t *tile, uint64_t edge, const int32_t *a,
                          uint64_t m, const int32_t *b, uint64_t n);

} // namespace landfall::riscv
