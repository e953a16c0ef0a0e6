//===- model_writer.cpp - ONNX models of parts of a graph -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/model_writer.h"

#include "adapters/onnxruntime/proto_writer.h"

#include <algorithm>
#include <set>

namespace landfall::onnxruntime {

namespace {

/// The domains of a node and of all in its subgraphs.
void collect_domains(const Node &node, std::set<std::string> &domains) {
  domains.insert(node.domain());
  for (const auto &[name, graph] : node.subgraphs())
    for (const Node &inner : graph.nodes())
      collect_domains(inner, domains);
}

/// The nodes, the constants and the signature.
void write_graph(ProtoWriter &writer, protozero::pbf_writer &out,
                 const GraphLinks &links, const std::vector<size_t> &part,
                 const Border &border) {
  for (size_t node : part)
    writer.add_node(out, links.nodes()[node]);
  out.add_string(2, links.graph().name());
  for (const GraphValue &value : border.constants)
    writer.add_constant(out, value);
  for (const GraphValue &value : border.inputs)
    writer.add_value(out, 11, value, true);
  // What a model declares of its outputs' extents may be wrong; the runtime
  // only warns of that.
  for (const GraphValue &value : border.outputs)
    writer.add_value(out, 12, value, false);
}

/// The types of the values inside.
void write_types(ProtoWriter &writer, protozero::pbf_writer &out,
                 const GraphLinks &links, const std::vector<size_t> &part,
                 const Border &border) {
  std::set<std::string> outputs;
  for (const GraphValue &value : border.outputs)
    outputs.insert(value.name());
  for (size_t node : part)
    for (const GraphValue &value : links.nodes()[node].outputs())
      if (value && !outputs.contains(value.name()))
        writer.add_value(out, 13, value, true);
}

} // namespace

GraphLinks::GraphLinks(const Graph &graph, std::vector<Node> nodes)
    : graph_(graph), nodes_(std::move(nodes)) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    std::vector<GraphValue> reads = nodes_[i].inputs();
    for (const GraphValue &value : nodes_[i].implicit_inputs())
      reads.push_back(value);
    std::erase_if(reads, [](const GraphValue &value) { return !value; });
    for (const GraphValue &value : reads)
      uses_.emplace_back(value.name(), i);
    reads_.push_back(std::move(reads));
    for (const GraphValue &value : nodes_[i].outputs())
      if (value)
        made_.emplace_back(value.name(), i);
  }
  for (const GraphValue &value : graph_.outputs())
    uses_.emplace_back(value.name(), nodes_.size());
  std::ranges::sort(made_);
  std::ranges::sort(uses_);
}

std::vector<size_t> GraphLinks::producers(size_t node) const {
  std::vector<size_t> list;
  for (const GraphValue &value : reads_[node]) {
    auto made = std::ranges::lower_bound(
        made_, value.name(), {}, &std::pair<std::string, size_t>::first);
    if (made != made_.end() && made->first == value.name())
      list.push_back(made->second);
  }
  return list;
}

Border GraphLinks::border(const std::vector<size_t> &part) const {
  Border border;
  auto is_inside = [&](size_t node) {
    return std::ranges::binary_search(part, node);
  };
  std::set<std::string> seen;
  for (size_t node : part)
    for (const GraphValue &value : nodes_[node].outputs()) {
      if (!value)
        continue;
      seen.insert(value.name());
      auto used = std::ranges::equal_range(
          uses_, value.name(), {}, &std::pair<std::string, size_t>::first);
      if (std::ranges::any_of(
              used, [&](const auto &use) { return !is_inside(use.second); }))
        border.outputs.push_back(value);
    }
  for (size_t node : part)
    for (const GraphValue &value : reads_[node])
      if (seen.insert(value.name()).second)
        (value.is_constant() ? border.constants : border.inputs)
            .push_back(value);
  return border;
}

std::string unwritable(const Api &api, const Node &node) {
  std::set<std::string> graphs;
  for (const auto &[name, graph] : node.subgraphs()) {
    graphs.insert(name);
    for (const Node &inner : graph.nodes())
      if (std::string reason = unwritable(api, inner); !reason.empty())
        return inner.text() + ": " + reason;
  }
  for (const OrtOpAttr *attribute : node.attributes()) {
    auto [name, type] = describe_attribute(api, attribute);
    if (type == 0 && !graphs.contains(name))
      return "onnxruntime does not give the value of its attribute '" + name +
             "' to providers";
  }
  return "";
}

PartModel write_part(const Api &api, const GraphLinks &links,
                     const std::vector<size_t> &part, WriteOptions options) {
  const Graph &graph = links.graph();
  Border border = links.border(part);
  PartModel model;
  for (const GraphValue &value : border.inputs)
    model.inputs.push_back(value.name());
  for (const GraphValue &value : border.outputs)
    model.outputs.push_back(value.name());
  ProtoWriter writer(api, options.with_weights ? "" : graph.directory());
  protozero::pbf_writer out(model.bytes);
  out.add_int64(1, graph.ir_version());
  out.add_string(2, "onnxruntime");
  {
    protozero::pbf_writer graph_out(out, 7);
    write_graph(writer, graph_out, links, part, border);
    if (options.with_types)
      write_types(writer, graph_out, links, part, border);
  }
  std::set<std::string> domains = {""};
  for (size_t node : part)
    collect_domains(links.nodes()[node], domains);
  for (const auto &[domain, version] : graph.operator_sets()) {
    if (!domains.contains(domain == "ai.onnx" ? "" : domain))
      continue;
    protozero::pbf_writer set(out, 8);
    set.add_string(1, domain);
    set.add_int64(2, version);
  }
  model.directory = writer.has_external_data() ? graph.directory() : "";
  return model;
}

} // namespace landfall::onnxruntime
