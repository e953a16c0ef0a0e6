//===- host_work.cpp - Work that belongs on the host ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/host_work.h"

#include <fmt/format.h>

namespace landfall {

namespace {

/// A description of what this instruction computes on the host if it is not
/// host work; else "".
std::string foreign_work(const Instruction &instruction) {
  if (instruction.op == Op::launch)
    return "";
  if (instruction.op != Op::box)
    return host_work(instruction.op) ? ""
                                     : std::string(info(instruction.op).text);
  auto function = static_cast<BoxFunction>(instruction.args[0]);
  if (host_work(function))
    return "";
  return int(function) < box_function_count()
             ? std::string(name(function))
             : fmt::format("function {}", int(function));
}

} // namespace

std::optional<HostWork> host_work(Op op) {
  switch (op) {
#define HOST_WORK(id, what, why)
#define HOST_OP(op, work)                                                      \
  case Op::op:                                                                 \
    return HostWork::work;
#define HOST_FUNCTION(function, work)
#include "package/host_work.def"
  default:
    return std::nullopt;
  }
}

std::optional<HostWork> host_work(BoxFunction function) {
  switch (function) {
#define HOST_WORK(id, what, why)
#define HOST_OP(op, work)
#define HOST_FUNCTION(function, work)                                          \
  case BoxFunction::function:                                                  \
    return HostWork::work;
#include "package/host_work.def"
  default:
    return std::nullopt;
  }
}

Status require_target(const Program &program) {
  for (size_t at = 0; at < program.code.size(); ++at) {
    std::string work = foreign_work(program.code[at]);
    if (work.empty())
      continue;
    Error error{ErrorCode::unsupported,
                fmt::format("the host would compute '{}', which is not host "
                            "work by nature (docs/host_work.md lists that); "
                            "use the operator where the target has a kernel "
                            "for it, or allow it on the host by leaving out "
                            "--require-target (require_target)",
                            work)};
    return error.at(origin(program, at));
  }
  return {};
}

Status require_target(const Package &package) {
  if (!package.fallbacks.empty()) {
    const Fallback &first = package.fallbacks.front();
    Error error{ErrorCode::unsupported,
                fmt::format("target '{}' does not run its kernel natively, "
                            "because {}; allow the fallback by leaving out "
                            "--require-target (require_target)",
                            package.target, first.reason)};
    return error.at(package.kernels[first.kernel].origins);
  }
  return require_target(package.program);
}

} // namespace landfall
