//===- contract_to_map.h - Contractions without reuse ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Turns contractions that gain nothing from blocks of sums into maps with the
/// sum in the body.
///
/// First, those that reuse few of the elements that they load: depthwise
/// convolutions, and grouped ones with few filters a group. A contraction packs
/// its operands, which pays only if each element is used many times; a map
/// reads its windows in place, is vectorized over positions or channels
/// (kernels/windows), and can be fused with its producers.
///
///   contract [n, c, h, w] sum [kh, kw] {
///     x[n, c, h + kh, w + kw] * f[c, kh, kw] }
///     ->  map [n, c, h, w] { for kh { for kw { sum += x * f } } }
///
/// Applies if both factors use a result loop longer than 1 (channels or
/// groups); the loops that only one factor uses (filters of a group) have at
/// most 4 points in all; and in the other factor, every summed index longer
/// than 1 is combined with a result loop in some index expression (h + kh).
///
/// Second, those of reals with at most `few_steps` summed points (0: none),
/// where a block would be begun and stored more than it is added to: if one
/// factor does not use the innermost result loop, and the other, which is
/// small, is contiguous along it (x[m, k] * w[k, n]).
void contract_to_map(ir::Module::Impl &module, int64_t few_steps);

} // namespace landfall::compiler
