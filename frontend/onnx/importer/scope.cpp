//===- scope.cpp - Importing the nodes of a graph --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/scope.h"

#include "frontend/onnx/importer/check_node.h"
#include "frontend/onnx/importer/constant_data.h"
#include "frontend/onnx/importer/nesting.h"
#include "frontend/onnx/importer/node_hook.h"
#include "frontend/onnx/importer/node_state.h"
#include "frontend/onnx/importer/registry.h"
#include "frontend/onnx/importer/signature.h"
#include "frontend/onnx/importer/survey.h"
#include "onnx_format/tensor_data.h"

#include <algorithm>
#include <new>

namespace landfall::frontend {

namespace {

/// Runs `action`; whatever it throws leaves as an error inside `node`.
template <typename Action>
void locate(const ModelNode &node, const Action &action) {
  Error error;
  try {
    return action();
  } catch (BuildError &e) {
    error = std::move(e.error);
  } catch (const std::bad_alloc &) {
    error = {ErrorCode::out_of_memory,
             "there is not enough memory to import it"};
  } catch (const std::exception &e) {
    error = {ErrorCode::internal,
             std::string(e.what()) +
                 "; this is a bug in Landfall, please report it"};
  }
  throw BuildError(error.inside(node));
}

} // namespace

const Any *Scope::find(onnx::Text name) const {
  for (const Scope *scope = this; scope; scope = scope->outer_)
    if (auto found = scope->values_.find(name); found != scope->values_.end())
      return &found->second;
  return nullptr;
}

Any Scope::get(onnx::Text name) const {
  if (const Any *value = find(name))
    return *value;
  // The plan has made sure that something defines it.
  throw BuildError(ErrorCode::unsupported,
                   "'" + std::string(name) +
                       "' is an output that its operator does not give here");
}

void Scope::import(const onnx::GraphBody &body, const onnx::GraphPlan &plan) {
  body_ = &body;
  context_.b.set_origin({});
  for (const onnx::TensorProto *tensor : plan.initializers) {
    // The default value of an input, unless that is given.
    auto given = values_.find(tensor->name);
    if (given != values_.end() && given->second)
      continue;
    bind(tensor->name, context_.b.constant(constant_data(*tensor, context_)));
  }
  for (const onnx::SparseTensorProto *tensor : plan.sparse_initializers)
    bind(tensor->values.name, context_.b.constant(value_or_throw(
                                  onnx::dense_data(*tensor, context_.store))));
  import_nodes(plan, 0, body.outputs, {});
}

void Scope::survey_node(const onnx::NodeProto &node,
                        const onnx::GraphPlan &plan, const Answers &answers) {
  Survey &survey = *context_.survey;
  if (survey.leaves_out(node))
    return leave_out(node);
  survey.set_current(&node);
  import_node(node, plan, answers);
  survey.set_current(nullptr);
}

/// What the node takes is kept; what it gives is an input, if its type is
/// known.
void Scope::leave_out(const onnx::NodeProto &node) {
  Survey &survey = *context_.survey;
  for (onnx::Text input : node.input)
    if (const Any *value = input.empty() ? nullptr : find(input))
      survey.kept.push_back(*value);
  for (onnx::Text output : node.output) {
    const onnx::ValueInfoProto *declared = survey.declaration(output);
    auto dtype = declared ? dtype_from_onnx(declared->type.elem_type)
                          : std::optional<DType>();
    if (dtype)
      bind(output, context_.b.input(signature_of(*declared)));
    else
      survey.set_unknown(output);
  }
}

std::vector<Any> Scope::import(const onnx::GraphBody &body,
                               std::span<const Any> inputs) {
  Nesting nesting(context_.depth);
  onnx::GraphPlan plan = value_or_throw(onnx::plan_graph(body));
  check_captures(plan, outer_);
  for (size_t i = 0; i < body.inputs.size(); ++i)
    bind(body.inputs[i], i < inputs.size() ? inputs[i] : Any());
  import(body, plan);
  std::vector<Any> outputs;
  for (onnx::Text output : body.outputs)
    outputs.push_back(output.empty() ? Any() : get(output));
  return outputs;
}

std::vector<Any> Scope::import_body(const onnx::GraphProto &graph,
                                    std::span<const Any> inputs) const {
  if (inputs.size() != graph.input.size())
    throw BuildError(ErrorCode::invalid_model,
                     "its subgraph '" + std::string(graph.name) + "' takes " +
                         std::to_string(graph.input.size()) +
                         " inputs, but the operator gives " +
                         std::to_string(inputs.size()));
  Scope inner(context_, opsets_, parameters_, this);
  return inner.import(onnx::body_of(graph), inputs);
}

Any Scope::replay(std::span<const std::string> sources,
                  std::span<const Any> values, const std::string &result,
                  const std::function<void(const NodeState &)> &seen,
                  Replayed &replayed) const {
  Nesting nesting(context_.depth);
  auto is_source = [&](onnx::Text name) {
    return std::ranges::find(sources, name) != sources.end();
  };
  // Without the nodes that made the sources, which are inputs here.
  for (const onnx::NodeProto &node : body_->nodes)
    if (std::ranges::none_of(node.output, is_source))
      replayed.nodes.push_back(node);
  replayed.body = *body_;
  replayed.body.nodes = replayed.nodes;
  replayed.body.inputs.assign(sources.begin(), sources.end());
  replayed.body.outputs = {result};
  onnx::GraphPlan plan = value_or_throw(onnx::plan_graph(replayed.body));
  check_captures(plan, this);
  replayed.scope =
      std::make_unique<Scope>(context_, opsets_, parameters_, this);
  Scope &inner = *replayed.scope;
  inner.seen_ = &seen;
  for (size_t i = 0; i < sources.size(); ++i)
    inner.bind(sources[i], values[i]);
  inner.import(replayed.body, plan);
  return inner.get(result);
}

void Scope::import_node(const onnx::NodeProto &node,
                        const onnx::GraphPlan &plan, const Answers &answers) {
  if (--context_.nodes_left < 0)
    throw BuildError(ErrorCode::unsupported,
                     "the model unfolds to too many nodes; its functions call "
                     "each other too often");
  --context_.repeats_left;
  ModelNode place = onnx::model_node(node);
  if (const onnx::FunctionProto *function = context_.functions.find(node))
    return locate(place, [&] {
      // Its nodes would not be seen, as if nothing depended on them.
      if (seen_)
        throw BuildError(ErrorCode::unsupported,
                         "the gradient of a model's own function; inline the "
                         "functions before (onnx.inliner)");
      call(*function, node);
    });
  onnx::Text domain = onnx::canonical_domain(node.domain);
  place.opset = opsets_.version(domain);
  locate(place,
         [&] { import_operator(node, domain, place.opset, plan, answers); });
}

void Scope::import_operator(const onnx::NodeProto &node, onnx::Text domain,
                            int version, const onnx::GraphPlan &plan,
                            const Answers &answers) {
  const OperatorRecord *record = find_operator(domain, node.op_type, version);
  if (!record)
    throw BuildError(ErrorCode::unsupported, "there is no such operator here");
  std::vector<bool> wanted;
  for (onnx::Text output : node.output)
    wanted.push_back(!output.empty() && plan.used.contains(output));
  NodeState state{context_,
                  *this,
                  node,
                  std::string(node.op_type),
                  version,
                  resolve_attributes(node),
                  inputs_of(node),
                  std::move(wanted),
                  std::vector<Any>(node.output.size()),
                  answers,
                  0,
                  {}};
  context_.b.set_origin(onnx::model_node(node));
  if (context_.survey)
    context_.survey->note(node);
  if (auto *schema = find_schema(domain, node.op_type, version))
    check_node(state, *schema);
  if (context_.hook) {
    context_.hook->before(state);
    record = find_operator(domain, state.type, state.version);
  }
  Node view(state);
  record->import(view);
  for (const auto &[box, tensor] : state.unboxed) {
    unboxed_[box.opaque()] = tensor;
    last_rank_ = tensor.rank();
  }
  if (context_.hook)
    context_.hook->after(state);
  if (seen_)
    (*seen_)(state);
  bind_outputs(node, state.outputs);
}

void Scope::call(const onnx::FunctionProto &function,
                 const onnx::NodeProto &node) {
  auto &calls = context_.calls;
  if (std::find(calls.begin(), calls.end(), &function) != calls.end())
    throw BuildError(ErrorCode::invalid_model,
                     "the function calls itself; ONNX forbids recursion");
  if (node.input.size() > function.input.size() ||
      node.output.size() > function.output.size())
    throw BuildError(
        ErrorCode::invalid_model,
        "the function has " + std::to_string(function.input.size()) +
            " inputs and " + std::to_string(function.output.size()) +
            " outputs, the node has more");
  Attributes parameters = resolve_attributes(node);
  for (const onnx::AttributeProto &attribute : function.attribute_proto)
    parameters.push_back({attribute.name, &attribute, this});
  Opsets opsets(function.opset_import, &opsets_);
  Scope inner(context_, opsets, &parameters, nullptr);
  inner.caller_ = this;
  calls.push_back(&function);
  struct Return {
    std::vector<const onnx::FunctionProto *> &calls;
    ~Return() { calls.pop_back(); }
  } at_the_end{calls};
  bind_outputs(node, inner.import(onnx::body_of(function), inputs_of(node)));
}

const ResolvedAttribute *Scope::parameter(onnx::Text name) const {
  if (parameters_)
    for (const ResolvedAttribute &parameter : *parameters_)
      if (parameter.name == name)
        return &parameter; // The call's own value stands before the default.
  return nullptr;
}

Attributes Scope::resolve_attributes(const onnx::NodeProto &node) const {
  Attributes result;
  for (const onnx::AttributeProto &attribute : node.attribute) {
    if (attribute.ref_attr_name.empty()) {
      result.push_back({attribute.name, &attribute, this});
      continue;
    }
    if (auto *given = parameter(attribute.ref_attr_name))
      result.push_back({attribute.name, given->proto, given->scope});
  }
  return result;
}

std::vector<Any> Scope::inputs_of(const onnx::NodeProto &node) const {
  std::vector<Any> inputs;
  for (onnx::Text name : node.input) {
    Any value = name.empty() ? Any() : get(name);
    Tensor known = value.box ? unboxed(value.box) : Tensor();
    inputs.push_back(known ? Any(known) : value);
  }
  return inputs;
}

void Scope::bind_outputs(const onnx::NodeProto &node,
                         std::span<const Any> outputs) {
  for (size_t i = 0; i < node.output.size(); ++i)
    if (!node.output[i].empty() && outputs[i])
      bind(node.output[i], outputs[i]);
}

void check_captures(const onnx::GraphPlan &plan, const Scope *outer) {
  for (const onnx::Capture &capture : plan.captures) {
    if (outer && outer->find(capture.name))
      continue;
    Error error{
        ErrorCode::invalid_model,
        (capture.reader ? "it reads '" : "the graph gives as output '") +
            std::string(capture.name) +
            "', which no node, input or initializer defines; the "
            "model is incomplete: export it again"};
    if (capture.reader)
      error.at(onnx::model_node(*capture.reader));
    throw BuildError(std::move(error));
  }
}

} // namespace landfall::frontend
