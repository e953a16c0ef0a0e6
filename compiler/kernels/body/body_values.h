//===- body_values.h - Nodes of a body, where they are needed ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For bodies without checks, whose nodes may be emitted in any order: what is
// the same for many results once, the rest for each.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_emitter.h"

namespace landfall::kernels {

/// Emits a node after all that it is computed from.
LaneValue emit_value(NodeId node, BodyEmitter &body);

/// Emits a node if all that it is computed from is known in `body`; else what
/// of that is. Returns whether the node is known. Loops could not do so: a load
/// that may not be reached stays where it is.
bool emit_known(NodeId node, BodyEmitter &body);

} // namespace landfall::kernels
