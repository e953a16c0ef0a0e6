//===- program.h - Host bytecode -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What the host does to run a model: size arithmetic, buffers, launches and
// control flow, as a list of instructions over two register files:
//   r0..   int64 registers
//   v0..   value registers: each holds a tensor reference (dtype, dims, device
//          memory, shared ownership), a boxed host value, or nothing
// Verified once on load (`verify`); the executor then trusts
// register numbers, operand counts and jump targets.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"
#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall {

/// The instruction set: package/program_op.def has a row for each.
enum class Op : uint8_t {
#define PROGRAM_OP(id, text, operands) id,
#include "package/program_op.def"
};

struct OpInfo {
  std::string_view text;
  /// The meaning of each operand, a letter each; "*x" is a count and that many
  /// x (package/program_op.def).
  std::string_view operands;
};
int program_op_count();
const OpInfo &info(Op op);

/// Host functions on boxed values (sequences, optionals, maps) and texts, by
/// number in `Op::box`: package/box_function.def has a row for each.
enum class BoxFunction : uint8_t {
#define BOX_FUNCTION(id) id,
#include "package/box_function.def"
};
int box_function_count();
std::string_view name(BoxFunction function);

/// All operands are uint32; a 64-bit literal takes two (low, high).
struct Instruction {
  Op op;
  std::vector<uint32_t> args;
};

/// A tensor dimension in a signature: fixed, or named (EntryPoint::names_bind),
/// or anything.
struct SignatureDim {
  int64_t fixed = -1; ///< >= 0: fixed extent.
  std::string symbol; ///< Named if not fixed and not empty.
};

enum class ValueKind : uint8_t {
  tensor,
  sequence,
  optional,
  map,
  unknown_rank
};

/// Whether a run must be given an input.
enum class Presence : uint8_t {
  required,
  absent,    ///< It has a default value, and the program is made for that one.
  defaulted, ///< It may be given; else it is a weight.
};

struct SignatureValue {
  std::string name;
  ValueKind kind = ValueKind::tensor;
  DType dtype = DType::f32;
  std::vector<SignatureDim> dims; ///< Tensor kind only.
  Presence presence = Presence::required;
  uint32_t default_weight = 0; ///< Presence::defaulted only: its number.
};

/// One way into the program: an instruction to start at and its signature.
/// Several may have one name, with the same inputs and outputs: a run takes the
/// first that its inputs fit.
struct EntryPoint {
  std::string name = "main";
  uint32_t start = 0;
  std::vector<SignatureValue> inputs;
  std::vector<SignatureValue> outputs;
  /// Whether dimensions of one name must have one extent.
  bool names_bind = true;
};

/// What a failed `require` says: the reason, and what the sizes are called
/// whose registers the instruction lists.
struct Requirement {
  std::string message;
  std::vector<std::string> sizes;
};

struct Program {
  uint32_t int_registers = 0;
  uint32_t value_registers = 0;
  std::vector<Instruction> code;
  std::vector<Requirement> requirements;
  /// The model nodes that each instruction belongs to: index into `origins`,
  /// for errors, profiles and `explain`; same length as `code`, or empty.
  std::vector<uint32_t> origin_of;
  std::vector<std::vector<ModelNode>> origins;
  std::vector<EntryPoint> entries;
};

/// Checks operand counts, register ranges, jump targets, kernel / weight /
/// input numbers and that every launch matches its kernel's operand list.
struct Kernel;
Status verify(const Program &program, std::span<const Kernel> kernels,
              size_t weight_count);

/// The model nodes of an instruction; none if it belongs to none.
std::span<const ModelNode> origin(const Program &program, size_t instruction);

/// "a+b": the names of nodes that are computed together, for tables.
std::string names(std::span<const ModelNode> nodes);

std::string print(const Program &program);
std::vector<uint8_t> serialize(const Program &program);
Result<Program> deserialize_program(std::span<const uint8_t> bytes);

} // namespace landfall
