//===- import.cpp ---------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/import.h"

#include "frontend/onnx/importer/constant_data.h"
#include "frontend/onnx/importer/declared_shapes.h"
#include "frontend/onnx/importer/node_hook.h"
#include "frontend/onnx/importer/scope.h"
#include "frontend/onnx/importer/signature.h"
#include "frontend/onnx/importer/survey.h"
#include "frontend/onnx/importer/unknown_operators.h"
#include "onnx_format/proto_reader.h"

#include <algorithm>
#include <unordered_set>

namespace landfall::frontend {

using ir::Any;
using ir::Builder;

namespace {

void check_ir_version(const onnx::ModelProto &model) {
  if (model.ir_version <= 0 || !model.graph)
    throw BuildError(ErrorCode::invalid_model,
                     "not an ONNX model: it has no " +
                         std::string(model.graph ? "IR version" : "graph"));
  if (model.ir_version > newest_ir_version)
    throw BuildError(ErrorCode::unsupported,
                     "the file has IR version " +
                         std::to_string(model.ir_version) + ", newer than " +
                         std::to_string(newest_ir_version) +
                         ", the newest that is supported; save it with an "
                         "older version of onnx");
}

using Initializers = std::unordered_map<onnx::Text, const onnx::TensorProto *>;

/// By name; a sparse one is there without a dense tensor.
Initializers initializers_of(const onnx::GraphProto &graph) {
  Initializers result;
  auto insert = [&](onnx::Text name, const onnx::TensorProto *tensor) {
    if (!result.emplace(name, tensor).second)
      throw BuildError(ErrorCode::invalid_model,
                       "the graph has two initializers named '" +
                           std::string(name) + "'");
  };
  for (const onnx::TensorProto &tensor : graph.initializer)
    insert(tensor.name, &tensor);
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer)
    insert(tensor.values.name, nullptr);
  return result;
}

void check_declarations(const onnx::GraphProto &graph,
                        const Initializers &initializers) {
  for (const onnx::ValueInfoProto &value : graph.input)
    if (auto found = initializers.find(value.name);
        found != initializers.end() && found->second)
      check_declaration(value, *found->second);
}

/// In older files every initializer is an input too, and constant.
constexpr int64_t first_version_with_defaults = 4;

/// An input whose initializer is the value that it has by default.
void bind_default(const onnx::ValueInfoProto &input,
                  const onnx::TensorProto &initializer, ImportContext &context,
                  Scope &scope) {
  Builder &b = context.b;
  SignatureValue signature = signature_of(input);
  if (signature.kind == ValueKind::unknown_rank) {
    signature.kind = ValueKind::tensor;
    signature.dims.resize(initializer.dims.size());
  }
  if (signature.kind != ValueKind::tensor)
    return;
  if (context.assumptions.defaults_hold)
    return b.absent_input(signature);
  ConstantData value = constant_data(initializer, context);
  scope.bind(input.name, b.input(signature, std::move(value)));
}

void bind_inputs(ImportContext &context, const Initializers &initializers,
                 Scope &scope) {
  Builder &b = context.b;
  if (!context.assumptions.names_bind)
    b.separate_names();
  for (const onnx::ValueInfoProto &input : context.model.graph->input) {
    if (auto found = initializers.find(input.name);
        found != initializers.end()) {
      bool may_be_given = found->second && context.model.ir_version >=
                                               first_version_with_defaults;
      if (may_be_given)
        bind_default(input, *found->second, context, scope);
      continue;
    }
    SignatureValue signature = signature_of(input);
    if (signature.kind == ValueKind::tensor) {
      if (context.hook)
        context.hook->declare(signature);
      ir::Tensor value = b.input(signature);
      if (context.hook)
        context.hook->bind(signature, value);
      scope.bind(input.name, value);
      continue;
    }
    ir::Box box = b.box_input(signature);
    box.facts = declared_facts(input.type);
    scope.bind(input.name, box);
  }
}

void check_output_type(const onnx::ValueInfoProto &declared, const Any &value) {
  const onnx::TypeProto &type = declared.type;
  if (type.kind != onnx::TypeProto::Kind::tensor || type.elem_type == 0 ||
      !value.tensor)
    return;
  auto expected = dtype_from_onnx(type.elem_type);
  if (expected && *expected == value.tensor.dtype())
    return;
  throw BuildError(
      ErrorCode::invalid_model,
      "output '" + std::string(declared.name) + "' is declared as " +
          (expected ? std::string(name(*expected))
                    : std::to_string(type.elem_type)) +
          ", but its node gives " + std::string(name(value.tensor.dtype())) +
          "; the model contradicts itself: export it again");
}

void bind_outputs(const ImportContext &context, const Scope &scope) {
  const onnx::GraphProto &graph = *context.model.graph;
  Builder &b = context.b;
  b.set_origin({});
  if (graph.output.empty())
    throw BuildError(ErrorCode::invalid_model, "the graph has no outputs");
  for (const onnx::ValueInfoProto &output : graph.output) {
    Any value = scope.get(output.name);
    if (!value)
      throw BuildError(ErrorCode::invalid_model, "output '" +
                                                     std::string(output.name) +
                                                     "' has no value");
    check_output_type(output, value);
    b.output(std::string(output.name), value);
  }
}

/// Whatever is known, and what left-out nodes take.
void bind_surveyed_outputs(const ImportContext &context, const Scope &scope) {
  context.b.set_origin({});
  std::vector<Any> outputs = context.survey->kept;
  for (const onnx::ValueInfoProto &output : context.model.graph->output)
    if (const Any *value = scope.find(output.name); value && *value)
      outputs.push_back(*value);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i])
      context.b.output("output " + std::to_string(i), outputs[i]);
}

/// Returns warnings.
std::vector<std::string> import_graph(ImportContext &context,
                                      const Opsets &opsets) {
  const onnx::GraphProto &graph = *context.model.graph;
  if (context.survey)
    context.survey->start(graph);
  else
    check_operators(graph, opsets, context.functions);
  Initializers initializers = initializers_of(graph);
  check_declarations(graph, initializers);
  Scope scope(context, opsets, nullptr, nullptr);
  onnx::GraphBody body = onnx::body_of(graph);
  onnx::GraphPlan plan = value_or_throw(onnx::plan_graph(body));
  check_captures(plan, nullptr);
  bind_inputs(context, initializers, scope);
  scope.import(body, plan);
  if (context.survey)
    bind_surveyed_outputs(context, scope);
  else
    bind_outputs(context, scope);
  return wrong_declarations(graph, scope);
}

bool has_defaults(const onnx::ModelProto &model) {
  if (model.ir_version < first_version_with_defaults)
    return false;
  std::unordered_set<onnx::Text> names;
  for (const onnx::TensorProto &tensor : model.graph->initializer)
    names.insert(tensor.name);
  return std::ranges::any_of(model.graph->input, [&](const auto &input) {
    return names.contains(input.name);
  });
}

/// Whether dimensions of inputs have one name.
bool shares_names(const onnx::ModelProto &model) {
  std::unordered_set<onnx::Text> names;
  for (const onnx::ValueInfoProto &input : model.graph->input)
    if (input.type.shape)
      for (const onnx::Dimension &dimension : *input.type.shape)
        if (!dimension.param.empty() && !names.insert(dimension.param).second)
          return true;
  return false;
}

ModelSummary summarize(const onnx::ModelProto &model) {
  ModelSummary summary;
  summary.graph_name = std::string(model.graph->name);
  summary.producer = std::string(model.producer_name);
  if (!model.producer_version.empty())
    summary.producer += " " + std::string(model.producer_version);
  summary.ir_version = model.ir_version;
  for (const onnx::OperatorSetId &import : model.opset_import)
    if (onnx::canonical_domain(import.domain).empty())
      summary.opset = import.version;
  summary.node_count = int64_t(model.graph->node.size());
  summary.shares_names = shares_names(model);
  summary.has_defaults = has_defaults(model);
  return summary;
}

/// Limits how often alternatives repeat nodes: the compiler's time and the
/// package's size grow with it.
constexpr int64_t repeats_at_least = 1024, repeats_per_node = 8;

ModelSummary import_parsed(const onnx::ModelProto &model,
                           onnx::ModelStore &store, Builder &builder,
                           const Assumptions &assumptions, Survey *survey,
                           NodeHook *hook) {
  check_ir_version(model);
  Opsets opsets(model.opset_import);
  ImportContext context{
      .model = model,
      .store = store,
      .b = builder,
      .functions = FunctionTable(model),
      .calls = {},
      .repeats_left = repeats_at_least +
                      repeats_per_node * int64_t(model.graph->node.size()),
      .assumptions = assumptions,
      .survey = survey,
      .hook = hook,
  };
  ModelSummary summary = summarize(model);
  summary.warnings = import_graph(context, opsets);
  summary.warnings.insert(summary.warnings.begin(), context.warnings.begin(),
                          context.warnings.end());
  return summary;
}

} // namespace

Result<ModelSummary> import_model(const Bytes &model, const ModelPlace &place,
                                  Builder &builder,
                                  const Assumptions &assumptions,
                                  Survey *survey, NodeHook *hook) {
  Error error;
  try {
    onnx::ModelProto proto = TRY(onnx::read_model(model.data, place.file));
    onnx::ModelStore store(model.owner, place.directory, place.on_file);
    return import_parsed(proto, store, builder, assumptions, survey, hook);
  } catch (BuildError &e) {
    error = std::move(e.error);
  } catch (const std::bad_alloc &) {
    error = {ErrorCode::out_of_memory,
             "there is not enough memory to read the model"};
  } catch (const std::exception &e) {
    error = {ErrorCode::internal,
             std::string(e.what()) +
                 "; this is a bug in Landfall, please report it"};
  }
  return error.in_file(place.file);
}

} // namespace landfall::frontend
