//===- matrix_loop.cpp - The loops of the matrix unit -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Most of a simulation's time is spent here, so each loop is compiled for
// several instruction sets of the host. FMA rounds once, so all give the same
// bits.
//
//===----------------------------------------------------------------------===//
#include "riscv/matrix_loop.h"

#include "riscv/float_math.h"

using namespace landfall::riscv;

namespace {

[[gnu::always_inline]] inline void floats(float *tile, uint64_t edge,
                                          const float *a, uint64_t m,
                                          const float *__restrict b,
                                          uint64_t n) {
  for (uint64_t i = 0; i < m; ++i) {
    float *__restrict row = tile + i * edge;
    float factor = a[i];
    for (uint64_t j = 0; j < n; ++j)
      row[j] = canonical(__builtin_fmaf(factor, b[j], row[j]));
  }
}

[[gnu::always_inline]] inline void integers(int32_t *tile, uint64_t edge,
                                            const int32_t *a, uint64_t m,
                                            const int32_t *__restrict b,
                                            uint64_t n) {
  for (uint64_t i = 0; i < m; ++i) {
    int32_t *__restrict row = tile + i * edge;
    uint32_t factor = a[i];
    for (uint64_t j = 0; j < n; ++j)
      row[j] = static_cast<uint32_t>(row[j]) + factor * b[j];
  }
}

#define VARIANT(name, suffix, type, features)                                  \
  [[gnu::target(features)]] void name##_##suffix(type *tile, uint64_t edge,    \
                                                 const type *a, uint64_t m,    \
                                                 const type *b, uint64_t n) {  \
    name(tile, edge, a, m, b, n);                                              \
  }
VARIANT(floats, avx2, float, "avx2,fma")
VARIANT(floats, avx512, float, "avx512f,avx512vl")
VARIANT(integers, avx2, int32_t, "avx2")
VARIANT(integers, avx512, int32_t, "avx512f,avx512vl")

} // namespace

void landfall::riscv::add_product_floats(float *tile, uint64_t edge,
                                         const float *a, uint64_t m,
                                         const float *b, uint64_t n) {
  if (__builtin_cpu_supports("avx512vl"))
    floats_avx512(tile, edge, a, m, b, n);
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    floats_avx2(tile, edge, a, m, b, n);
  else
    floats(tile, edge, a, m, b, n);
}

void landfall::riscv::add_product_integers(int32_t *tile, uint64_t edge,
                                           const int32_t *a, uint64_t m,
                                           const int32_t *b, uint64_t n) {
  if (__builtin_cpu_supports("avx512vl"))
    integers_avx512(tile, edge, a, m, b, n);
  else if (__builtin_cpu_supports("avx2"))
    integers_avx2(tile, edge, a, m, b, n);
  else
    integers(tile, edge, a, m, b, n);
}
