//===- code_emitter.h - Emits host bytecode --------------------*- C++ -*-===//
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/program.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

#include <cstdint>
#include <span>
#include <vector>

namespace landfall::compiler {

/// Appends the instructions of one entry point to a program, which must
/// outlive it, and numbers the registers that they use: from 0, since entry
/// points share the register files.
class CodeEmitter {
public:
  using Args = std::vector<uint32_t>;

  explicit CodeEmitter(Program &program);

  /// The number of the next instruction.
  uint32_t position() const { return program_.code.size(); }
  /// Appends an instruction; its number.
  size_t emit(Op op, Args args);
  /// `args`, then the number of elements of `list`, then these.
  static Args counted(std::span<const uint32_t> list, Args args = {});
  void launch(uint32_t kernel, std::span<const uint32_t> operands,
              std::span<const uint32_t> sizes);
  /// `results` and `arguments` are value registers, `extra` the function's
  /// literals.
  void box(BoxFunction function, const Args &results, const Args &arguments,
           const Args &extra);
  /// Makes the next instruction the target of the emitted jump `jump`.
  void land(size_t jump) { program_.code[jump].args.back() = position(); }
  /// Appends to the program's requirements; the number for `Op::require`.
  uint32_t add(Requirement requirement);

  uint32_t new_int() { return int_registers_++; }
  uint32_t new_value() { return value_registers_++; }

  /// The model nodes of `op` become those of the instructions that follow.
  void set_origin(mlir::Operation &op);

  /// Raises the sizes of the program's register files to what is used.
  void finish();

private:
  Program &program_;
  llvm::DenseMap<mlir::Location, uint32_t> origin_numbers_;
  uint32_t int_registers_ = 0;
  uint32_t value_registers_ = 0;
  uint32_t origin_ = 0;
};

} // namespace landfall::compiler
