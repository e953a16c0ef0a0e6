//===- node.cpp - Operands, results and bodies of a node -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/node_state.h"
#include "onnx_format/tensor_data.h"

#include <algorithm>
#include <climits>

namespace landfall::frontend {

namespace {

std::string operand(int position, std::string_view name) {
  return "operand " + std::string(name) + " (number " +
         std::to_string(position) + ")";
}

} // namespace

Builder &Node::b() const { return state_.context.b; }
const std::string &Node::type() const { return state_.type; }
std::string Node::name() const {
  const onnx::NodeProto &proto = state_.proto;
  bool nameless = proto.name.empty() && !proto.output.empty();
  return std::string(nameless ? proto.output[0] : proto.name);
}
int Node::version() const { return state_.version; }

void Node::warn(const std::string &text) const {
  std::string warning = "node '" + name() + "' (" + type() + "): " + text;
  std::vector<std::string> &warnings = state_.context.warnings;
  if (std::ranges::find(warnings, warning) == warnings.end())
    warnings.push_back(std::move(warning));
}
int Node::input_count() const { return int(state_.inputs.size()); }
int Node::output_count() const { return int(state_.outputs.size()); }

bool Node::has_input(int position) const {
  return position < input_count() && state_.inputs[size_t(position)];
}

bool Node::wants_output(int position) const {
  return position < output_count() && state_.wanted[size_t(position)];
}

Any Node::any_input(int position, std::string_view) const {
  return position < input_count() ? state_.inputs[size_t(position)] : Any();
}

/// Whether the box may hold a tensor.
static bool may_be_tensor(const Box &box) {
  if (!box.facts)
    return true;
  return box.facts->kind == ValueKind::tensor ||
         box.facts->kind == ValueKind::unknown_rank;
}

/// The ranks that the box's tensor may have, the likely ones first: one that
/// another tensor of this model has, then what networks work on.
static std::vector<int64_t> likely_ranks(const Box &box,
                                         std::optional<int64_t> other) {
  std::vector<int64_t> ranks = {4, 3, 2, 1, 5, 0, 6};
  if (box.facts && !box.facts->ranks.empty()) {
    const std::vector<int> &possible = box.facts->ranks;
    ranks.assign(possible.rbegin(), possible.rend());
  }
  auto found = other ? std::ranges::find(ranks, *other) : ranks.end();
  if (found != ranks.end())
    std::rotate(ranks.begin(), found, found + 1);
  return ranks;
}

Tensor Node::tensor_in(const Any &value, const std::string &what) const {
  if (!value.box)
    return value.tensor;
  const Box &box = value.box;
  if (!may_be_tensor(box))
    unsupported(what + " must be a tensor; a sequence, optional or map was "
                       "given");
  if (!box.facts || !box.facts->dtype)
    unsupported(what + " is a value whose element type only the run decides");
  for (const auto &[known, tensor] : state_.unboxed)
    if (known.opaque() == box.opaque())
      return tensor;
  if (Tensor known = state_.scope.unboxed(box))
    return known;
  int64_t rank = box.facts->rank
                     ? *box.facts->rank
                     : decide([&] { return b().rank(box); },
                              likely_ranks(box, state_.scope.last_rank()),
                              "the rank of " + what);
  Tensor tensor = b().unboxed(box, *box.facts->dtype, int(rank));
  state_.unboxed.emplace_back(box, tensor);
  return tensor;
}

Tensor Node::optional_input(int position, std::string_view name) const {
  return tensor_in(any_input(position, name), operand(position, name));
}

Tensor Node::input(int position, std::string_view name) const {
  Tensor tensor = optional_input(position, name);
  if (!tensor)
    invalid(operand(position, name) + " is required, but the node has none");
  return tensor;
}

static void expect_rank(const Node &node, Tensor x, const std::string &what,
                        int least, int most) {
  if (x.rank() >= least && x.rank() <= most)
    return;
  std::string range = std::to_string(least);
  if (most == INT_MAX)
    range += " or more";
  else if (most > least)
    range += " to " + std::to_string(most);
  node.invalid(what + " has rank " + std::to_string(x.rank()) +
               "; it must have rank " + range);
}

Tensor Node::input(int position, std::string_view name, int least,
                   int most) const {
  Tensor tensor = input(position, name);
  expect_rank(*this, tensor, operand(position, name), least,
              most < 0 ? least : most);
  return tensor;
}

Tensor Node::optional_input(int position, std::string_view name,
                            int rank) const {
  Tensor tensor = optional_input(position, name);
  if (tensor)
    expect_rank(*this, tensor, operand(position, name), rank, rank);
  return tensor;
}

Tensors Node::inputs() const {
  Tensors result;
  for (int i = 0; i < input_count(); ++i)
    result.push_back(input(i, "of the list"));
  return result;
}

std::vector<int64_t> Node::constant_ints(int position,
                                         std::string_view name) const {
  Tensor tensor = input(position, name);
  auto data = b().constant_data(tensor);
  if (!data)
    unsupported(operand(position, name) +
                " must be known when the model is compiled, but it depends on "
                "the model's inputs");
  auto values = onnx::integers(*data);
  if (!values)
    invalid(operand(position, name) + " must hold integers, not " +
            std::string(landfall::name(data->dtype)));
  return *values;
}

Tensor Node::sizes_input(int position, std::string_view name,
                         int most_decided) const {
  Tensor tensor = input(position, name, 0, 1);
  if (!is_integer(tensor.dtype()) && tensor.dtype() != DType::boolean)
    invalid(operand(position, name) + " must hold integers, not " +
            std::string(landfall::name(tensor.dtype())));
  constexpr int64_t most = 4096; // Each becomes a symbol.
  if (tensor.element_count().constant().value_or(0) > most)
    unsupported(operand(position, name) + " has " +
                tensor.element_count().str() +
                " elements, more than an operand of sizes can have");
  return tensor.rank() == 0
             ? tensor
             : with_decided_extent(tensor, 0, 0, most_decided,
                                   "the length of " + operand(position, name));
}

std::vector<Size> Node::input_sizes(int position, std::string_view name,
                                    int most) const {
  return b().read_all(sizes_input(position, name, most));
}

std::optional<ConstantData> Node::constant_input(int position) const {
  if (!has_input(position) || !state_.inputs[size_t(position)].tensor)
    return std::nullopt;
  return b().constant_data(state_.inputs[size_t(position)].tensor);
}

void Node::output(int position, Any value) const {
  if (position < output_count())
    state_.outputs[size_t(position)] = std::move(value);
}

std::vector<Any> Node::import_body(const Graph &graph,
                                   std::span<const Any> inputs) const {
  for (const ResolvedAttribute &attribute : state_.attributes) {
    if (attribute.proto->g.get() != &graph)
      continue;
    auto outputs = attribute.scope->import_body(graph, inputs);
    b().set_origin(onnx::model_node(state_.proto));
    return outputs;
  }
  fail(ErrorCode::internal, "the body graph is not an attribute of the node");
}

int Node::body_input_count(const Graph &graph) const {
  return int(graph.input.size());
}

int Node::body_output_count(const Graph &graph) const {
  return int(graph.output.size());
}

std::optional<int64_t> Node::answer(Size value) const {
  auto known = value.constant();
  return known ? known : state_.scope.answer(value);
}

static std::optional<int64_t> given_answer(const NodeState &state,
                                           size_t question) {
  for (const auto &[number, answer] : state.answers)
    if (number == question)
      return answer;
  return std::nullopt;
}

bool Node::is_answered() const {
  return given_answer(state_, state_.asked).has_value();
}

int64_t Node::decide(const std::function<Size()> &value,
                     std::vector<int64_t> candidates,
                     const std::string &what) const {
  size_t number = state_.asked++;
  if (auto given = given_answer(state_, number))
    return *given;
  Size size = value();
  if (auto known = answer(size))
    return *known;
  throw OpenQuestion{size, std::move(candidates), what, number};
}

Tensor Node::with_decided_extent(Tensor x, int axis, int64_t least,
                                 int64_t most, const std::string &what) const {
  Size extent = x.dim(axis);
  if (extent.is_constant())
    return x;
  std::vector<int64_t> candidates;
  for (int64_t k = std::max<int64_t>(least, 1); k <= most; ++k)
    candidates.push_back(k);
  if (least == 0)
    candidates.push_back(0);
  Shape shape = x.shape();
  shape[size_t(axis)] = decide(extent, candidates, what);
  return b().reshape(x, shape);
}

void Node::fail(ErrorCode code, const std::string &message) const {
  throw BuildError(code, message); // The importer adds the place.
}

int Node::count(int64_t value, std::string_view what, int least,
                int most) const {
  if (value < least || value > most)
    invalid(std::string(what) + " is " + std::to_string(value) +
            "; it must be from " + std::to_string(least) + " to " +
            std::to_string(most));
  return int(value);
}

int Node::axis(int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    invalid("axis " + std::to_string(axis) + " is outside [" +
            std::to_string(-rank) + ", " + std::to_string(rank - 1) +
            "], the axes of a tensor of rank " + std::to_string(rank));
  return int(axis < 0 ? axis + rank : axis);
}

} // namespace landfall::frontend
