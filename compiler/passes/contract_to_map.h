//===- contract_to_map.h - Windows that are summed at each point -*- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Turns contractions that have no work to share between points into maps whose
/// bodies sum: depthwise and nearly depthwise convolutions. A map's windows are
/// read in place, its loops are vectorised over positions, and it fuses with
/// its producers; a contraction would pack operands that it uses once.
///
///   contract [n, c, h, w] sum [1, kh, kw] { x(n, c, h + kh, w + kw) * f(c, kh,
///   kw) }
///     -> map [n, c, h, w] { for kh { for kw { sum += x * f } } }
///
/// The rule: the factors share a loop longer than 1 (channels or groups), the
/// loops of one factor alone (filters of a group) have 4 points at most, and
/// every summed index of the other factor moves a window: it is added to a
/// loop.
void contract_to_map(ir::Module::Impl &module);

} // namespace landfall::compiler
