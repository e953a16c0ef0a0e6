//===- host_work.h - What the host does of a model -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/program.h"

#include <optional>

namespace landfall {

/// Kinds of work that are the host's by nature: package/host_work.def has a row
/// for each.
enum class HostWork : uint8_t {
#define HOST_WORK(id, what, why) id,
#define HOST_OP(op, work)
#define HOST_FUNCTION(function, work)
#include "package/host_work.def"
};

/// The kind of a row of the list; nothing if the list has no such row: then it
/// is the target's.
std::optional<HostWork> host_work(Op op);
std::optional<HostWork> host_work(BoxFunction function);

/// Fails, naming the node, at the first instruction by which the host would
/// compute what is not its own by nature.
Status require_target(const Program &program);

} // namespace landfall
