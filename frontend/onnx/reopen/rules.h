//===- rules.h - What baked constants of nodes stand for --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/reopen/reopening.h"

namespace landfall::frontend {

/// Replaces the node's constants that are functions of the free extents, or
/// refuses them. Other nodes stay what they are: what they require of extents
/// is checked at the probes (Reopening::see_requirement).
void apply_rule(Reopening &reopening, NodeState &node);

/// Refuses numbers among a node's attributes that may depend on the size.
void check_attributes(Reopening &reopening, const NodeState &node);

/// Learns how the extents of the node's results were made.
void note_results(Reopening &reopening, NodeState &node);

// The rules, each in a file of its name.
void reopen_reshape(Reopening &reopening, NodeState &node);
void reopen_resize(Reopening &reopening, NodeState &node);
void reopen_expand(Reopening &reopening, NodeState &node);
void reopen_tile(Reopening &reopening, NodeState &node);
void reopen_slice(Reopening &reopening, NodeState &node);
void reopen_split(Reopening &reopening, NodeState &node);
void reopen_pad(Reopening &reopening, NodeState &node);
void reopen_pool(Reopening &reopening, NodeState &node);
void reopen_deconvolution(Reopening &reopening, NodeState &node);
void reopen_window(Reopening &reopening, NodeState &node);
void reopen_gather(Reopening &reopening, NodeState &node);
void reopen_top_k(Reopening &reopening, NodeState &node);
void reopen_elementwise(Reopening &reopening, NodeState &node);
void reopen_concat(Reopening &reopening, NodeState &node);
void reopen_recurrence(Reopening &reopening, NodeState &node);
void reopen_other(Reopening &reopening, NodeState &node);

} // namespace landfall::frontend
