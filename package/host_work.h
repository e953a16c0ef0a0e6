//===- host_work.h - Work that belongs on the host -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"

#include <optional>

namespace landfall {

/// Kinds of work that run on the host on every target, such as shape
/// arithmetic: package/host_work.def has a row for each.
enum class HostWork : uint8_t {
#define HOST_WORK(id, what, why) id,
#define HOST_OP(op, work)
#define HOST_FUNCTION(function, work)
#include "package/host_work.def"
};

/// The kind of host work that the instruction is; nothing if it is not in the
/// list, and so belongs on the target.
std::optional<HostWork> host_work(Op op);
std::optional<HostWork> host_work(BoxFunction function);

/// Fails, naming the node, if an instruction computes on the host what is not
/// host work.
Status require_target(const Program &program);
/// The same for a whole package: fails also, naming the nodes and the reason,
/// if a kernel falls back (package/fallback.h).
Status require_target(const Package &package);

} // namespace landfall
