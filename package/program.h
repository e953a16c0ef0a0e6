//===- program.h - Host bytecode -------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What the host does to run a model: size arithmetic, buffers, launches and
// control flow, as a list of instructions over two register files:
//   r0..   int64 registers
//   v0..   value registers: each holds a tensor reference (dtype, dims, device
//          memory, shared ownership), a boxed host value, or nothing
// Verified once on load (package/program_verifier.h); the executor then trusts
// register numbers, operand counts and jump targets.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"
#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace landfall {

/// Instruction set. "[n x]" is a count followed by n operands. All operands are
/// uint32; a 64-bit literal takes two (low, high).
enum class Op : uint8_t {
  // Integer registers.
  constant,  ///< r, literal64
  move,      ///< r, r
  add,       ///< r, ra, rb        (overflow fails the run)
  mul,       ///< r, ra, rb        (overflow fails the run)
  floordiv,  ///< r, ra, rb        (rb = 0 fails the run)
  mod,       ///< r, ra, rb        (rb = 0 fails the run)
  min,       ///< r, ra, rb
  max,       ///< r, ra, rb
  broadcast, ///< r, ra, rb        rb if ra == 1 else ra
  equal,     ///< r, ra, rb        1 or 0
  less,      ///< r, ra, rb        1 or 0
  // Values to integers.
  dim,       ///< r, v, axis       extent of a tensor
  read,      ///< r, v, element    integer/bool element (waits for the device)
  // Control.
  jump,      ///< target
  jump_if,   ///< r, target        taken if r != 0
  jump_ifnot,///< r, target        taken if r == 0
  require,   ///< r, message       fails the run (run_failed) if r == 0
  stop,      ///< end of the entry point
  // Tensors.
  input,     ///< v, input number
  output,    ///< output number, v
  weight,    ///< v, weight number
  place,     ///< v, dtype, r_offset, [n r] dims   in the run's arena at byte r
  alloc,     ///< v, dtype, [n r] dims             reference-counted memory
  alias,     ///< v, v_source, [n r] dims          same bytes, new dims
  copy,      ///< v_dst, v_src                     contents, equal byte sizes
  share,     ///< v, v_source                      another reference
  drop,      ///< v                                gives up the reference
  arena,     ///< r_bytes          sizes the run's arena; once, before any place
  launch,    ///< kernel, [n v] operands, [n r] sizes
  // Boxed host values (sequences, optionals, maps, strings, run-time rank).
  box,       ///< function, [n v] results, [n v] arguments, [n literal32] extra
};

/// Host functions on boxed values, by number in `Op::box`.
enum class BoxFunction : uint8_t {
  sequence_empty,     ///< (): v = []               extra: dtype
  sequence_construct, ///< (tensors...): v
  sequence_insert,    ///< (seq, tensor[, position]): v
  sequence_at,        ///< (seq, position): tensor
  sequence_erase,     ///< (seq[, position]): v
  sequence_length,    ///< (seq): i64 tensor, rank 0
  optional_empty,     ///< (): v
  optional_some,      ///< (value): v
  optional_has,       ///< (v): bool tensor, rank 0
  optional_get,       ///< (v): value
  zip_map,            ///< (tensor N x C): sequence of maps; extra: key table
  sequence_stack,     ///< (seq): tensor stacked along a new first dimension;
                      ///< extra: dtype, element extents if the seq is empty
};

struct Instruction {
  Op op;
  std::vector<uint32_t> args;
};

/// A tensor dimension in a signature: fixed, or named (equal names must have
/// equal extents at run time), or anything.
struct SignatureDim {
  int64_t fixed = -1;  ///< >= 0: fixed extent.
  std::string symbol;  ///< Named if not fixed and not empty.
};

enum class ValueKind : uint8_t { tensor, sequence, optional, map, unknown_rank };

struct SignatureValue {
  std::string name;
  ValueKind kind = ValueKind::tensor;
  DType dtype = DType::f32;
  std::vector<SignatureDim> dims; ///< Tensor kind only.
};

/// One way into the program: an instruction to start at and its signature.
struct EntryPoint {
  std::string name = "main";
  uint32_t start = 0;
  std::vector<SignatureValue> inputs;
  std::vector<SignatureValue> outputs;
};

struct Program {
  uint32_t int_registers = 0;
  uint32_t value_registers = 0;
  std::vector<Instruction> code;
  std::vector<std::string> messages; ///< For `require`.
  /// What each instruction belongs to: index into `origins`, for errors,
  /// profiles and `explain`; same length as `code`, or empty.
  std::vector<uint32_t> origin_of;
  std::vector<std::string> origins;
  std::vector<EntryPoint> entries;
};

/// Checks operand counts, register ranges, jump targets, kernel / weight /
/// input numbers and that every launch matches its kernel's operand list.
struct Kernel;
Status verify(const Program &program, std::span<const Kernel> kernels,
              size_t weight_count);

std::string print(const Program &program);
std::vector<uint8_t> serialize(const Program &program);
Result<Program> deserialize_program(std::span<const uint8_t> bytes);

} // namespace landfall
