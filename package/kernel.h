//===- kernel.h - Kernel descriptions --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A kernel description is plain data: a parallel loop space with run-time
// extents, operand buffers, and a body of structured scalar code. The compiler
// passes it to a target, which generates code for it; the null device executes
// it directly. The interpreter (package/interpreter.h) defines its semantics.
//
// Operands are dense, row-major, contiguous buffers. Loads and stores index
// them by one I64 value a dimension. Reads and writes outside the extents do
// not happen: a guarded load yields its `other` value where the guard is
// false, everything else must be in range (the interpreter checks).
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

enum class ScalarOp : uint8_t {
#define SCALAR_OP(id, text, arity, signature, cost) id,
#include "package/scalar_op.def"
};

enum class ScalarSignature : uint8_t { same, test, real, logic, choose, cast };

struct ScalarOpInfo {
  std::string_view text;
  int arity;
  ScalarSignature signature;
};
int scalar_op_count();
const ScalarOpInfo &info(ScalarOp op);

/// An extent: a constant, or the number of a run-time size parameter.
struct Extent {
  bool constant = true;
  int64_t value = 0; ///< The constant, or the parameter's number.
  friend bool operator==(const Extent &, const Extent &) = default;
};

using NodeId = uint32_t;
inline constexpr NodeId no_node = ~NodeId(0);

/// A list of nodes, executed in order, with parameters and results. Each node
/// belongs to exactly one block. It may use earlier nodes of its block and, of
/// enclosing blocks, nodes before the node that owns its block (dominance).
struct Block {
  std::vector<NodeId> params; ///< Nodes of kind `param`.
  std::vector<NodeId> nodes;  ///< In execution order.
  std::vector<NodeId> yields; ///< Values the block hands to its owner.
};

enum class NodeKind : uint8_t {
  param,    ///< A block parameter.
  constant, ///< `bits` holds the value (see `Node::bits`).
  size,     ///< i64 value of size parameter `index`.
  scalar,   ///< `op` over `args`.
  load,  ///< operand `index` at `args[0..rank)`; then optionally guard (bool)
         ///< and other (same type as the operand).
  store, ///< operand `index` at `args[0..rank)`, value `args[rank]`;
         ///< then optionally guard. No value.
  loop,  ///< for i in [args[0], args[1]): carried `args[2..]`, block 0 with
         ///< params (i, carried...) yields the next carried values.
  loop_while, ///< carried `args`; block 0 (carried...) yields (bool,
              ///< carried...); ends at the first false, whose carried values
              ///< are the result.
  branch,     ///< if args[0] block 0 else block 1; both without params, equal
              ///< yields.
  result,     ///< value number `index` of the multi-value node `args[0]`.
  check, ///< fails the kernel with check number `index` unless args[0] holds;
         ///< args[1] (i64, optional) is reported.
};

struct Node {
  NodeKind kind = NodeKind::constant;
  ScalarOp op = ScalarOp::add;
  DType type = DType::i64; ///< The type of the value; unused if it has none.
  uint32_t index = 0;      ///< Operand, size, result or check number.
  /// Constant payload: integers and bool sign-/zero-extended to 64 bits; f32
  /// and f64 as their own bits; narrow reals as their storage bits.
  uint64_t bits = 0;
  std::vector<NodeId> args = {};
  std::vector<Block> blocks = {};
};

struct KernelOperand {
  DType dtype = DType::f32;
  std::vector<Extent> dims;
  bool written = false; ///< An output, or an in/out operand.
  bool read = true;     ///< False: contents on entry are undefined.
  /// Every launch passes a weight of the package (or a reshaped one) here, so
  /// the contents are known when the model is loaded; launches may pass
  /// different weights. Kernels that differ in this alone are two in a package,
  /// with one structural_key.
  bool constant = false;
};

/// The kernel's structure, which `verify` checks.
///  * map: at each point of `loops`, `body` (params: one index a loop) yields
///    one value for each written operand, stored at that very index. Written
///    operands have `loops` as their dims. No store, check allowed.
///  * contraction: operand sum over `reduce` of a*b. `factors` (params: loop
///    indices, then reduce indices) yields (a, b) of type `accumulator`.
///    `body` (params: loop indices, then the sum of type `accumulator`) yields
///    the values as in a map (the epilogue).
///  * loops: `body` (params: one index a loop) stores explicitly; iterations of
///    `loops` touch disjoint elements, so they may run in any order.
enum class KernelClass : uint8_t { map, contraction, loops };

/// A failure that a kernel can report.
struct KernelCheck {
  ErrorCode code = ErrorCode::run_failed;
  std::string message;    ///< The reason.
  std::string value_name; ///< What the reported value is called; "": none is.
  ModelNode node;         ///< The model node that asked for the check.
};

struct Kernel {
  std::string name; ///< For people and symbols; letters, digits, '_'.
  KernelClass kind = KernelClass::map;
  std::vector<KernelOperand> operands; ///< Inputs first, written ones last.
  uint32_t size_count = 0;             ///< Run-time i64 parameters.
  std::vector<Extent> loops;           ///< Parallel extents, outermost first.
  std::vector<Extent> reduce;          ///< Contraction only.
  DType accumulator = DType::f32;      ///< Contraction only.
  std::vector<Node> nodes;             ///< All nodes; blocks refer into it.
  Block factors;                       ///< Contraction only.
  Block body;
  std::vector<KernelCheck> checks;
  std::vector<ModelNode> origins; ///< The model nodes it came from.
};

/// The error of the kernel's check number `check`, which has reported `value`.
Error failed_check(const Kernel &kernel, uint32_t check, int64_t value);

/// Checks every structural promise above (types, dominance, ranges of all
/// numbers, ranks). Descriptions from files must pass it before use.
Status verify(const Kernel &kernel);

/// Readable text; also used for golden tests. Deterministic.
std::string print(const Kernel &kernel);

/// Serialised bytes (docs/package_format.md) and back. `deserialize` verifies.
std::vector<uint8_t> serialize(const Kernel &kernel);
Result<Kernel> deserialize_kernel(std::span<const uint8_t> bytes);

/// The serialised bytes of everything but `name`, `origins` and the texts and
/// nodes of checks. Kernels with equal keys compile to the same code.
std::string structural_key(const Kernel &kernel);

} // namespace landfall
