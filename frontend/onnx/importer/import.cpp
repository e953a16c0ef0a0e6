//===- import.cpp ---------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/import.h"

#include "frontend/onnx/importer/scope.h"
#include "frontend/onnx/importer/signature.h"
#include "frontend/onnx/importer/survey.h"
#include "frontend/onnx/importer/unknown_operators.h"
#include "onnx_format/proto_reader.h"

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
  for (auto *list : {&graph.input, &graph.value_info})
    for (const onnx::ValueInfoProto &value : *list)
      if (auto found = initializers.find(value.name);
          found != initializers.end() && found->second)
        check_declaration(value, *found->second);
}

/// Inputs with an initializer are constants, in old files by the rule and in
/// new ones by default.
void bind_inputs(const onnx::GraphProto &graph,
                 const Initializers &initializers, Scope &scope, Builder &b) {
  for (const onnx::ValueInfoProto &input : graph.input) {
    if (initializers.contains(input.name))
      continue;
    SignatureValue signature = signature_of(input);
    if (signature.kind == ValueKind::tensor) {
      scope.bind(input.name, b.input(signature));
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

/// Declared ranks of outputs are often wrong, so they are no errors; but they
/// tell whether the assumed branches were the intended ones.
void check_output_rank(const onnx::ValueInfoProto &declared, const Any &value) {
  const onnx::TypeProto &type = declared.type;
  if (type.shape && value.tensor &&
      static_cast<int>(type.shape->size()) != value.tensor.rank())
    throw BuildError(ErrorCode::unsupported,
                     "output '" + std::string(declared.name) +
                         "' has another rank than the model declares");
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
    if (context.choices.any())
      check_output_rank(output, value);
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

void import_graph(ImportContext &context, const Opsets &opsets) {
  const onnx::GraphProto &graph = *context.model.graph;
  if (context.survey)
    context.survey->start(graph);
  else
    check_operators(graph, opsets, context.functions);
  Initializers initializers = initializers_of(graph);
  check_declarations(graph, initializers);
  Scope scope(context, opsets, nullptr, nullptr);
  onnx::GraphPlan plan = value_or_throw(onnx::plan_graph(onnx::body_of(graph)));
  check_captures(plan, nullptr);
  bind_inputs(graph, initializers, scope, context.b);
  scope.import(plan);
  if (context.survey)
    return bind_surveyed_outputs(context, scope);
  bind_outputs(context, scope);
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
  return summary;
}

void import_parsed(const onnx::ModelProto &model, onnx::ModelStore &store,
                   Builder &builder, BranchChoices &choices, Survey *survey) {
  check_ir_version(model);
  Opsets opsets(model.opset_import);
  ImportContext context{
      .model = model,
      .store = store,
      .b = builder,
      .functions = FunctionTable(model),
      .calls = {},
      .choices = choices,
      .survey = survey,
  };
  import_graph(context, opsets);
}

} // namespace

Result<ModelSummary> import_model(const Bytes &model, const ModelPlace &place,
                                  Builder &builder, BranchChoices &choices,
                                  Survey *survey) {
  choices.start();
  Error error;
  try {
    onnx::ModelProto proto = TRY(onnx::read_model(model.data, place.file));
    onnx::ModelStore store(model.owner, place.directory, place.on_file);
    import_parsed(proto, store, builder, choices, survey);
    return summarize(proto);
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
