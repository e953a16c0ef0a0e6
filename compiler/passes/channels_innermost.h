//===- channels_innermost.h - Tensors of bytes, channels last ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Stores tensors of 8-bit integers that lie between products of bytes with
/// their channels innermost. A channel is the dimension that the writer's
/// weights alone index, and that its readers sum over:
///
///   contract [n, m, h, w] sum [c] { x[n, c, h, w] * k[m, c] }
///     ->  contract [n, h, w, m] sum [c] { x[n, h, w, c] * k[m, c] }
///
/// A result is row-major in the order of its loops, so it is the writer's loops
/// that move, and the indices of all its readers. Products then read runs of
/// channels, and store such.
///
/// An operation moves if it is a product of bytes with constant weights and at
/// least `fewest_channels` of them, or a map that treats each channel alike
/// (sums, pools, joins, small windows with weights of their own); if kernels
/// alone read its results, which are bytes, or reals of a product that
/// something that moves reads; and if what it reads along the channels moves,
/// too, but for the image of a product. Products of bytes, and maps without
/// weights, read what has moved as it is; a product then sums over channels
/// innermost. An operation that neither reads what has moved nor is read by
/// what moves stays. Weights that only such maps read have their channels
/// innermost, too. Sizes do not matter: layouts are the same at all.
void channels_innermost(ir::Module::Impl &module, int64_t fewest_channels);

} // namespace landfall::compiler
