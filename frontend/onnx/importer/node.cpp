//===- node.cpp - Operands, results and bodies of a node -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/node_state.h"
#include "onnx_format/tensor_data.h"

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

Tensor Node::optional_input(int position, std::string_view name) const {
  Any value = any_input(position, name);
  if (value.box)
    unsupported(operand(position, name) +
                " must be a tensor of known rank; a sequence, optional, map, "
                "string or a tensor whose rank only the run decides was given");
  return value.tensor;
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

std::vector<Size> Node::input_sizes(int position, std::string_view name) const {
  Tensor tensor = input(position, name, 0, 1);
  if (!is_integer(tensor.dtype()) && tensor.dtype() != DType::boolean)
    invalid(operand(position, name) + " must hold integers, not " +
            std::string(landfall::name(tensor.dtype())));
  constexpr int64_t most = 4096; // Each becomes a symbol.
  if (tensor.element_count().constant().value_or(0) > most)
    unsupported(operand(position, name) + " has " +
                tensor.element_count().str() +
                " elements, more than an operand of sizes can have");
  return b().read_all(tensor);
}

std::optional<ConstantData> Node::constant_input(int position) const {
  if (!has_input(position) || !state_.inputs[size_t(position)].tensor)
    return std::nullopt;
  return b().constant_data(state_.inputs[size_t(position)].tensor);
}

void Node::output(int position, Any value) const {
  if (position < output_count())
    state_.outputs[size_t(position)] = value;
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

BranchChoices::OpenIf Node::next_open_if() const {
  return state_.context.choices.next_open_if();
}

void Node::branches_differ(BranchChoices::OpenIf open_if,
                           const Error &error) const {
  state_.context.choices.branches_differ(open_if);
  throw BuildError(error);
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
