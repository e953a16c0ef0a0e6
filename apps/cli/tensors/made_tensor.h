//===- made_tensor.h - Random and constant inputs --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/tensor.h"

namespace landfall::cli {

/// Random elements, the same for the same seed on every machine: reals are in
/// [-1, 1), 8-bit and narrower integers anywhere, wider ones 0 or 1 (they tend
/// to be positions and counts, which must be in range), strings a letter.
Result<Tensor> random_tensor(DType dtype, std::vector<int64_t> dims,
                             uint64_t seed);

/// Every element is `value`, rounded or cut to the type; strings its text.
Result<Tensor> filled_tensor(DType dtype, std::vector<int64_t> dims,
                             double value);

} // namespace landfall::cli
