//===- context_node.cpp - Compiled models inside ONNX models --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/context_node.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace landfall::onnxruntime {

namespace {

using Json = nlohmann::ordered_json;

/// Attributes on their way into a node, which takes them over.
class Attributes {
public:
  explicit Attributes(const Api &api) : api_(api) {}
  ~Attributes() {
    for (OrtOpAttr *attribute : list_)
      api_.ReleaseOpAttr(attribute);
  }
  Attributes(const Attributes &) = delete;
  Attributes &operator=(const Attributes &) = delete;

  void add(const char *name, const std::string &text) {
    add(name, text.data(), text.size(), attribute_string);
  }
  void add(const char *name, int64_t number) {
    add(name, &number, 1, attribute_int);
  }
  std::vector<OrtOpAttr *> &list() { return list_; }

private:
  void add(const char *name, const void *data, size_t length, int type) {
    if (length > INT32_MAX)
      throw Failure(ort_invalid_argument,
                    "Landfall: a compiled model above 2 GiB cannot be embedded "
                    "in an ONNX model; set ep.context_embed_mode to 0");
    OrtOpAttr *attribute = nullptr;
    check(api_, api_.CreateOpAttr(name, data, static_cast<int>(length), type,
                                  &attribute));
    list_.push_back(attribute);
  }

  const Api &api_;
  std::vector<OrtOpAttr *> list_;
};

std::vector<const char *> pointers(const std::vector<std::string> &names) {
  std::vector<const char *> list;
  for (const std::string &name : names)
    list.push_back(name.c_str());
  return list;
}

/// Saves the package beside the model; gives the file's name.
std::string save_beside(const Options &options, const lf::Package &package,
                        const std::string &name) {
  if (options.context_file.empty())
    throw Failure(ort_invalid_argument,
                  "Landfall: a compiled model in files needs the entry "
                  "ep.context_file_path; or set ep.context_embed_mode to 1");
  std::filesystem::path model = options.context_file;
  std::string file = model.stem().string() + "_" + name + ".lfm";
  std::ranges::replace(file, '/', '_');
  package.save((model.parent_path() / file).string());
  return file;
}

[[noreturn]] void damaged(const Node &node, const std::string &reason) {
  throw Failure(ort_invalid_argument, "Landfall: " + node.text() + ": " +
                                          reason + "; compile the model anew");
}

NodePorts read_ports(const Node &node) {
  Json notes = Json::parse(node.string_attribute("notes"), nullptr, false);
  try {
    return {notes.at("inputs"), notes.at("outputs")};
  } catch (const Json::exception &) {
    damaged(node, "its notes do not name inputs and outputs");
  }
}

} // namespace

OrtNode *make_context_node(const Api &api, const Options &options,
                           const lf::Package &package, const std::string &name,
                           const NodePorts &ports) {
  Attributes attributes(api);
  attributes.add("main_context", 1);
  attributes.add("embed_mode", options.embed_context);
  attributes.add("ep_cache_context", options.embed_context
                                         ? package.bytes()
                                         : save_beside(options, package, name));
  attributes.add("source", std::string(provider_name));
  attributes.add("ep_sdk_version", std::string(lf_version()));
  attributes.add("partition_name", name);
  attributes.add(
      "notes",
      Json{{"inputs", ports.inputs}, {"outputs", ports.outputs}}.dump());
  std::vector<const char *> inputs = pointers(ports.inputs),
                            outputs = pointers(ports.outputs);
  OrtNode *node = nullptr;
  check(api, api.CreateNode("EPContext", "com.microsoft", name.c_str(),
                            inputs.data(), inputs.size(), outputs.data(),
                            outputs.size(), attributes.list().data(),
                            attributes.list().size(), &node));
  attributes.list().clear(); // The node has them.
  return node;
}

ContextPackage read_context_node(const Node &node,
                                 const std::string &directory) {
  NodePorts ports = read_ports(node);
  if (ports.inputs.size() != node.inputs().size() ||
      ports.outputs.size() != node.outputs().size())
    damaged(node, "its notes speak of other inputs and outputs");
  std::string content = node.string_attribute("ep_cache_context");
  if (node.int_attribute("embed_mode") == 1)
    return {lf::Package::from_bytes(content.data(), content.size()),
            std::move(ports)};
  std::filesystem::path file = content;
  if (content.empty() || file.is_absolute() ||
      std::ranges::find(file, "..") != file.end())
    damaged(node, "the file '" + content + "' is not beside the model");
  return {lf::Package::open((directory / file).string()), std::move(ports)};
}

} // namespace landfall::onnxruntime
