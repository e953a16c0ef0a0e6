//===- graph.cpp - ONNX Runtime's graphs, read ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/graph.h"

#include "adapters/onnxruntime/element_type.h"

#include <cstring>
#include <filesystem>

namespace landfall::onnxruntime {

namespace {

template <typename Function, typename... Arguments>
void ask(const Api &api, Function function, Arguments... arguments) {
  check(api, function(arguments...));
}

template <typename Object>
std::string text(const Api &api,
                 OrtStatus *(*function)(const Object *, const char **),
                 const Object *object) {
  const char *result = nullptr;
  check(api, function(object, &result));
  return result ? result : "";
}

/// A list that one function counts and another fills.
template <typename Item, typename Object>
std::vector<Item> list_of(const Api &api,
                          OrtStatus *(*count)(const Object *, size_t *),
                          OrtStatus *(*fill)(const Object *, Item *, size_t),
                          const Object *object) {
  size_t size = 0;
  check(api, count(object, &size));
  std::vector<Item> list(size);
  if (size > 0)
    check(api, fill(object, list.data(), size));
  return list;
}

template <typename View, typename Item>
std::vector<View> views(const Api &api, const std::vector<Item> &handles) {
  std::vector<View> list;
  for (Item handle : handles)
    list.emplace_back(api, handle);
  return list;
}

void read_tensor(const Api &api, const OrtTypeInfo *info, ValueType &type) {
  const OrtTensorTypeAndShapeInfo *tensor = nullptr;
  ask(api, api.CastTypeInfoToTensorInfo, info, &tensor);
  if (!tensor)
    return;
  int element = 0;
  ask(api, api.GetTensorElementType, tensor, &element);
  type.element_type = dtype_from_ort(element);
  type.has_shape = api.TensorTypeAndShape_HasShape(tensor);
  if (!type.has_shape)
    return;
  size_t rank = 0;
  ask(api, api.GetDimensionsCount, tensor, &rank);
  type.dims.resize(rank);
  std::vector<const char *> names(rank);
  if (rank > 0) {
    ask(api, api.GetDimensions, tensor, type.dims.data(), rank);
    ask(api, api.GetSymbolicDimensions, tensor, names.data(), rank);
  }
  for (const char *name : names)
    type.names.emplace_back(name ? name : "");
}

ValueType read_type(const Api &api, const OrtTypeInfo *info);

/// Reads an element's type, which is ours to release.
ValueType element_type(const Api &api, OrtTypeInfo *element) {
  struct Release {
    const Api &api;
    OrtTypeInfo *info;
    ~Release() { api.ReleaseTypeInfo(info); }
  } release{api, element};
  return read_type(api, element);
}

ValueType read_type(const Api &api, const OrtTypeInfo *info) {
  ValueType type;
  if (!info)
    return type;
  ask(api, api.GetOnnxTypeFromTypeInfo, info, &type.kind);
  if (type.kind == kind_tensor) {
    read_tensor(api, info, type);
  } else if (type.kind == kind_sequence) {
    const OrtSequenceTypeInfo *sequence = nullptr;
    OrtTypeInfo *element = nullptr;
    ask(api, api.CastTypeInfoToSequenceTypeInfo, info, &sequence);
    ask(api, api.GetSequenceElementType, sequence, &element);
    type.element.push_back(element_type(api, element));
  } else if (type.kind == kind_optional) {
    const OrtOptionalTypeInfo *optional = nullptr;
    OrtTypeInfo *element = nullptr;
    ask(api, api.CastTypeInfoToOptionalTypeInfo, info, &optional);
    ask(api, api.GetOptionalContainedTypeInfo, optional, &element);
    type.element.push_back(element_type(api, element));
  }
  return type;
}

} // namespace

std::string GraphValue::name() const {
  return info_ ? text(*api_, api_->GetValueInfoName, info_) : "";
}

ValueType GraphValue::type() const {
  const OrtTypeInfo *type = nullptr;
  ask(*api_, api_->GetValueInfoTypeInfo, info_, &type);
  return read_type(*api_, type);
}

bool GraphValue::is_constant() const {
  bool is_constant = false;
  ask(*api_, api_->ValueInfo_IsConstantInitializer, info_, &is_constant);
  return is_constant;
}

bool GraphValue::is_graph_output() const {
  bool is_output = false;
  ask(*api_, api_->ValueInfo_IsGraphOutput, info_, &is_output);
  return is_output;
}

const OrtValue *GraphValue::constant() const {
  const OrtValue *value = nullptr;
  ask(*api_, api_->ValueInfo_GetInitializerValue, info_, &value);
  return value;
}

bool GraphValue::find_place(Place &place) const {
  OrtExternalInitializerInfo *info = nullptr;
  ask(*api_, api_->ValueInfo_GetExternalInitializerInfo, info_, &info);
  if (!info)
    return false;
  const char *file = api_->ExternalInitializerInfo_GetFilePath(info);
  place = {file ? file : "", api_->ExternalInitializerInfo_GetFileOffset(info),
           api_->ExternalInitializerInfo_GetByteSize(info)};
  api_->ReleaseExternalInitializerInfo(info);
  return !place.file.empty();
}

size_t Node::id() const {
  size_t id = 0;
  ask(*api_, api_->Node_GetId, node_, &id);
  return id;
}

std::string Node::name() const {
  return onnxruntime::text(*api_, api_->Node_GetName, node_);
}

std::string Node::op() const {
  return onnxruntime::text(*api_, api_->Node_GetOperatorType, node_);
}

std::string Node::domain() const {
  std::string domain = onnxruntime::text(*api_, api_->Node_GetDomain, node_);
  return domain == "ai.onnx" ? "" : domain;
}

std::string Node::provider() const {
  return onnxruntime::text(*api_, api_->Node_GetEpName, node_);
}

const OrtOpAttr *Node::attribute(const char *name) const {
  const OrtOpAttr *found = nullptr;
  // A status says that there is none.
  if (OrtStatus *status = api_->Node_GetAttributeByName(node_, name, &found)) {
    api_->ReleaseStatus(status);
    return nullptr;
  }
  return found;
}

std::string Node::string_attribute(const char *name) const {
  const OrtOpAttr *found = attribute(name);
  return found ? read_attribute(*api_, found, attribute_string) : "";
}

int64_t Node::int_attribute(const char *name) const {
  int64_t value = 0;
  const OrtOpAttr *found = attribute(name);
  std::string bytes =
      found ? read_attribute(*api_, found, attribute_int) : std::string();
  if (bytes.size() == sizeof(value))
    std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

std::vector<GraphValue> Node::inputs() const {
  return views<GraphValue>(*api_, list_of(*api_, api_->Node_GetNumInputs,
                                          api_->Node_GetInputs, node_));
}

std::vector<GraphValue> Node::outputs() const {
  return views<GraphValue>(*api_, list_of(*api_, api_->Node_GetNumOutputs,
                                          api_->Node_GetOutputs, node_));
}

std::vector<GraphValue> Node::implicit_inputs() const {
  return views<GraphValue>(*api_,
                           list_of(*api_, api_->Node_GetNumImplicitInputs,
                                   api_->Node_GetImplicitInputs, node_));
}

std::vector<const OrtOpAttr *> Node::attributes() const {
  return list_of(*api_, api_->Node_GetNumAttributes, api_->Node_GetAttributes,
                 node_);
}

std::vector<std::pair<std::string, Graph>> Node::subgraphs() const {
  size_t count = 0;
  ask(*api_, api_->Node_GetNumSubgraphs, node_, &count);
  std::vector<const OrtGraph *> graphs(count);
  std::vector<const char *> names(count);
  if (count > 0)
    check(*api_,
          api_->Node_GetSubgraphs(node_, graphs.data(), count, names.data()));
  std::vector<std::pair<std::string, Graph>> list;
  for (size_t i = 0; i < count; ++i)
    list.emplace_back(names[i], Graph(*api_, graphs[i]));
  return list;
}

std::string Node::full_op() const {
  std::string domain = this->domain();
  return domain.empty() ? op() : domain + "." + op();
}

std::string Node::text() const {
  std::string name = this->name();
  if (!name.empty())
    return "node '" + name + "' (" + full_op() + ")";
  for (const GraphValue &output : outputs())
    if (output)
      return "the node of output '" + output.name() + "' (" + full_op() + ")";
  return "a node (" + full_op() + ")";
}

std::string Graph::name() const {
  return text(*api_, api_->Graph_GetName, graph_);
}

std::string Graph::directory() const {
  std::filesystem::path path = text(*api_, api_->Graph_GetModelPath, graph_);
  if (path.empty())
    return "";
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

int64_t Graph::ir_version() const {
  int64_t version = 0;
  ask(*api_, api_->Graph_GetOnnxIRVersion, graph_, &version);
  return version;
}

std::vector<std::pair<std::string, int64_t>> Graph::operator_sets() const {
  size_t count = 0;
  ask(*api_, api_->Graph_GetNumOperatorSets, graph_, &count);
  std::vector<const char *> domains(count);
  std::vector<int64_t> versions(count);
  if (count > 0)
    check(*api_, api_->Graph_GetOperatorSets(graph_, domains.data(),
                                             versions.data(), count));
  std::vector<std::pair<std::string, int64_t>> sets;
  for (size_t i = 0; i < count; ++i)
    sets.emplace_back(domains[i], versions[i]);
  return sets;
}

bool Graph::is_nested() const {
  const OrtNode *parent = nullptr;
  ask(*api_, api_->Graph_GetParentNode, graph_, &parent);
  return parent != nullptr;
}

std::vector<Node> Graph::nodes() const {
  return views<Node>(*api_, list_of(*api_, api_->Graph_GetNumNodes,
                                    api_->Graph_GetNodes, graph_));
}

std::vector<GraphValue> Graph::inputs() const {
  return views<GraphValue>(*api_, list_of(*api_, api_->Graph_GetNumInputs,
                                          api_->Graph_GetInputs, graph_));
}

std::vector<GraphValue> Graph::outputs() const {
  return views<GraphValue>(*api_, list_of(*api_, api_->Graph_GetNumOutputs,
                                          api_->Graph_GetOutputs, graph_));
}

std::vector<GraphValue> Graph::initializers() const {
  return views<GraphValue>(*api_, list_of(*api_, api_->Graph_GetNumInitializers,
                                          api_->Graph_GetInitializers, graph_));
}

std::pair<std::string, int> describe_attribute(const Api &api,
                                               const OrtOpAttr *attribute) {
  std::string name = text(api, api.OpAttr_GetName, attribute);
  int type = 0;
  // It fails for attributes that hold a type or a sparse tensor.
  if (OrtStatus *status = api.OpAttr_GetType(attribute, &type)) {
    api.ReleaseStatus(status);
    type = 0;
  }
  return {name, type};
}

std::string read_attribute(const Api &api, const OrtOpAttr *attribute,
                           int type) {
  size_t needed = 0;
  if (OrtStatus *status = api.ReadOpAttr(attribute, type, nullptr, 0, &needed))
    api.ReleaseStatus(status);
  std::string bytes(needed, '\0');
  if (needed > 0)
    check(api,
          api.ReadOpAttr(attribute, type, bytes.data(), bytes.size(), &needed));
  bytes.resize(needed);
  return bytes;
}

} // namespace landfall::onnxruntime
