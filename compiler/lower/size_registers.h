//===- size_registers.h - Sizes in integer registers -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/lower/code_emitter.h"
#include "ir/size/size.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace landfall::compiler {

/// Which integer registers hold which sizes, and the instructions that compute
/// others from them. A size is computed at most once in a region and the
/// regions inside it; what a region computes is unknown again once it is left,
/// for its code may not have run. Begins with the entry graph's region.
class SizeRegisters {
public:
  explicit SizeRegisters(CodeEmitter &code) : code_(code) {}

  void enter_region() { regions_.emplace_back(); }
  void leave_region() { regions_.pop_back(); }

  /// The register that holds the size already, if any.
  std::optional<uint32_t> find(ir::Size size) const;
  /// Whether the size can be computed from sizes that registers hold.
  bool can_compute(ir::Size size) const;
  /// Records that `reg` holds the size; returns `reg`.
  uint32_t define(ir::Size size, uint32_t reg);
  uint32_t constant(int64_t value);
  /// A register with the size, computed here unless one holds it. Throws
  /// BuildError (internal) if it depends on a symbol that is not defined.
  uint32_t reg(ir::Size size);
  std::vector<uint32_t> regs(std::span<const ir::Size> sizes);

private:
  uint32_t step_register(const ir::SizeStep &step,
                         const std::vector<uint32_t> &values);

  /// The sizes that one region defines.
  using Region = std::vector<std::pair<ir::Size, uint32_t>>;

  CodeEmitter &code_;
  std::vector<Region> regions_ = {{}}; ///< The outermost one first.
};

} // namespace landfall::compiler
