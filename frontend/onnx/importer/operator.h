//===- operator.h - The interface for operator files ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// One file per ONNX operator in ops/, named after it. docs/add_an_operator.md
// walks through one. An operator file gives its formula in a comment, binds its
// operands and attributes by their ONNX names, builds core IR through
// ir/builder.h and ends with one registration:
//
//   LANDFALL_ONNX(celu, {"Celu", 12, celu})
//
// with one record {type, since version, importer[, domain]} per version of the
// operator whose meaning differs.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/box_facts.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::onnx {
struct GraphProto; // onnx_format/proto.h
}

namespace landfall::frontend {

// Names of ir/builder.h and ir/size/size.h that operator files use.
using ir::abs;
using ir::Any;
using ir::bitcast;
using ir::Box;
using ir::BoxFacts;
using ir::broadcast;
using ir::Buffer;
using ir::Builder;
using ir::cast;
using ir::cast_saturate;
using ir::ceil;
using ir::ceildiv;
using ir::clamp;
using ir::common_facts;
using ir::Contraction;
using ir::cos;
using ir::ElementBody;
using ir::equal;
using ir::erf;
using ir::exp;
using ir::Facts;
using ir::facts_of;
using ir::floor;
using ir::floordiv;
using ir::fma;
using ir::fmod;
using ir::FoldBody;
using ir::highest;
using ir::is_nan;
using ir::known_different;
using ir::known_equal;
using ir::known_ge;
using ir::less;
using ir::log;
using ir::log1p;
using ir::logical_and;
using ir::logical_not;
using ir::logical_or;
using ir::LoopsResult;
using ir::lowest;
using ir::max;
using ir::max_of;
using ir::maximum;
using ir::min;
using ir::min_of;
using ir::minimum;
using ir::mod;
using ir::Module;
using ir::PointBody;
using ir::PointsBody;
using ir::pow;
using ir::product;
using ir::round_even;
using ir::Scalar;
using ir::Scalars;
using ir::select;
using ir::Shape;
using ir::sigmoid;
using ir::sign;
using ir::sin;
using ir::Size;
using ir::SizeContext;
using ir::SizeRange;
using ir::sqrt;
using ir::steps;
using ir::sum;
using ir::tanh;
using ir::Tensor;
using ir::Tensors;
using ir::to_string;
using ir::trunc;
using ir::truncdiv;
using ir::type_only;
using ir::unary;
using ir::with_facts;

using Graph = onnx::GraphProto; // A body graph.
struct NodeState;               // The importer's view of the node.

/// The node being imported. Every accessor throws a BuildError that names the
/// node, the operator, what was expected and what was found.
class Node {
public:
  explicit Node(NodeState &state) : state_(state) {}

  Builder &b() const;
  const std::string &type() const;
  /// The node's own name, or its first output's if it has none.
  std::string name() const;
  int version() const; ///< The opset version of the node's domain.
  /// Tells who compiles the model, once; the node's name comes before it.
  void warn(const std::string &text) const;

  //===--- Operands, by position (ONNX's order) with their ONNX name ------===//
  int input_count() const; ///< Including absent ones in the middle.
  int output_count() const;
  bool has_input(int position) const;    ///< Present and not the empty name.
  bool wants_output(int position) const; ///< Whether the output is used.
  /// A required tensor operand.
  Tensor input(int position, std::string_view name) const;
  /// The same, of a rank from `least` to `most` (-1: `least`).
  Tensor input(int position, std::string_view name, int least,
               int most = -1) const;
  /// An optional tensor operand: empty if absent.
  Tensor optional_input(int position, std::string_view name) const;
  /// The same, of this rank if it is present.
  Tensor optional_input(int position, std::string_view name, int rank) const;
  /// Tensor or boxed operand.
  Any any_input(int position, std::string_view name) const;
  /// The tensor in a value, whose rank is decided (see below) if need be;
  /// `what` names it in errors. Empty if the value is absent.
  Tensor tensor_in(const Any &value, const std::string &what) const;
  /// All operands of a variadic operator, all tensors.
  Tensors inputs() const;
  /// A required integer tensor operand known at compile time.
  std::vector<int64_t> constant_ints(int position, std::string_view name) const;
  /// A required integer tensor operand of rank 0 or 1. The number of its
  /// elements is decided (see below) if it is not static, up to `most`.
  Tensor sizes_input(int position, std::string_view name, int most = 6) const;
  /// Its elements as Sizes (read at run time if need be).
  std::vector<Size> input_sizes(int position, std::string_view name,
                                int most = 6) const;
  /// A compile-time constant operand, or nullopt if it is known only at run
  /// time.
  std::optional<ConstantData> constant_input(int position) const;

  void output(int position, Any value) const;
  void output(Any value) const { output(0, std::move(value)); }

  //===--- Attributes -----------------------------------------------------===//
  bool has_attr(std::string_view name) const;
  /// The name of the node's first attribute; empty if it has none.
  std::string_view first_attr() const;
  int64_t int_attr(std::string_view name, int64_t otherwise) const;
  int64_t int_attr(std::string_view name) const;               ///< Required.
  bool flag_attr(std::string_view name, bool otherwise) const; ///< 0 or 1.
  double float_attr(std::string_view name, double otherwise) const;
  double float_attr(std::string_view name) const;
  std::string string_attr(std::string_view name,
                          std::string_view otherwise) const;
  std::string string_attr(std::string_view name) const;
  std::vector<int64_t> ints_attr(std::string_view name,
                                 std::vector<int64_t> otherwise = {}) const;
  std::vector<float> floats_attr(std::string_view name,
                                 std::vector<float> otherwise = {}) const;
  std::vector<std::string> strings_attr(std::string_view name) const;
  std::optional<ConstantData> tensor_attr(std::string_view name) const;
  const Graph &graph_attr(std::string_view name) const;
  /// The DType of an integer attribute that holds a TensorProto.DataType.
  DType dtype_attr(std::string_view name, DType otherwise) const;

  //===--- Subgraphs ------------------------------------------------------===//
  /// Imports a body graph here, binding its inputs; returns its outputs. May be
  /// called more than once.
  std::vector<Any> import_body(const Graph &graph,
                               std::span<const Any> inputs) const;
  int body_input_count(const Graph &graph) const;
  int body_output_count(const Graph &graph) const;

  //===--- What only the run decides --------------------------------------===//
  /// The number that `value` (which is asked for if need be) has in this run.
  /// Where only the run knows it, this node and the rest of its graph are
  /// imported once for each candidate, the likely ones first, and the run
  /// chooses; it fails if the number is none of them. `what` names the number
  /// in errors.
  int64_t decide(const std::function<Size()> &value,
                 std::vector<int64_t> candidates,
                 const std::string &what) const;
  int64_t decide(Size value, std::vector<int64_t> candidates,
                 const std::string &what) const {
    return decide([&] { return value; }, std::move(candidates), what);
  }
  /// The number, if it is known now or decided already.
  std::optional<int64_t> answer(Size value) const;
  /// Whether the answer to the node's next question is known, as the node was
  /// imported before.
  bool is_answered() const;
  /// The tensor with a static extent along `axis`, decided from `least` to
  /// `most` if need be.
  Tensor with_decided_extent(Tensor x, int axis, int64_t least, int64_t most,
                             const std::string &what) const;

  //===--- Refusals -------------------------------------------------------===//
  [[noreturn]] void fail(ErrorCode code, const std::string &message) const;
  [[noreturn]] void unsupported(const std::string &what) const {
    fail(ErrorCode::unsupported, what);
  }
  [[noreturn]] void invalid(const std::string &what) const {
    fail(ErrorCode::invalid_model, what);
  }
  void expect(bool condition, const std::string &what) const {
    if (!condition)
      invalid(what);
  }
  /// `value` as an int, for what counts dimensions, operands or the like.
  /// Refuses one outside [least, most] under the name `what`.
  int count(int64_t value, std::string_view what, int least, int most) const;
  /// `axis` in [-rank, rank) made non-negative; `rank` may be the rank + 1 for
  /// operators that insert a dimension.
  int axis(int64_t axis, int rank) const;

private:
  friend class Replay; // frontend/onnx/importer/replay.h
  NodeState &state_;
};

using Importer = void (*)(Node &node);

struct OperatorRecord {
  std::string_view type;
  int since_version;
  Importer import;
  std::string_view domain = {}; ///< Empty: ai.onnx.
};

/// The file's one registration; `stem` is the file's name without ".cpp". The
/// build collects the stems of ops/*.cpp into the registry.
#define LANDFALL_ONNX(stem, ...)                                               \
  std::span<const OperatorRecord> stem##_records() {                           \
    static constexpr OperatorRecord records[] = {__VA_ARGS__};                 \
    return records;                                                            \
  }

} // namespace landfall::frontend
