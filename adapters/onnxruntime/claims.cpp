//===- claims.cpp - What the provider takes of a graph --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/claims.h"

#include "adapters/onnxruntime/groups.h"
#include "adapters/onnxruntime/refusals.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

namespace landfall::onnxruntime {

namespace {

using Part = std::vector<size_t>;

/// Domains whose operators ONNX Runtime itself has. A node of another one calls
/// a function of the model or an operator that the application has added.
bool is_known_domain(const std::string &domain) {
  for (const char *known :
       {"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview",
        "ai.onnx.preview.training", "com.microsoft", "com.microsoft.nchwc",
        "com.microsoft.experimental", "com.ms.internal.nhwc",
        "org.pytorch.aten", "ai.onnx.contrib"})
    if (domain == known)
      return true;
  return false;
}

/// Whether a list with commas has the word.
bool is_listed(const std::string &list, const std::string &word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// Whether a kernel can be given a value of this type.
bool can_be_input(const ValueType &type) {
  bool holds_others = type.kind == kind_sequence || type.kind == kind_optional;
  return type.kind == kind_tensor ||
         (holds_others && can_be_input(type.element.front()) &&
          (type.kind == kind_optional ||
           type.element.front().kind == kind_tensor));
}

/// Finds the claims of one graph: nodes are refused until all groups of the
/// others compile.
class Search {
public:
  Search(const Api &api, const Options &options, const Log &log,
         const Graph &graph)
      : api_(api), options_(options), log_(log), links_(graph, graph.nodes()),
        refusals_(links_.nodes().size()) {
    for (const Node &node : nodes())
      may_come_again_ |= !is_known_domain(node.domain());
  }

  const std::vector<Node> &nodes() const { return links_.nodes(); }

  /// Refuses what needs no trial.
  void refuse_at_once() {
    for (size_t i = 0; i < nodes().size(); ++i) {
      const Node &node = nodes()[i];
      if (!node.provider().empty() || is_context_node(node)) {
        refusals_.skip(i);
      } else if (!is_known_domain(node.domain())) {
        // For a function, the graph comes again with the body in its place.
        log_.write(log_info, node.text() + " calls a function of the model or "
                                           "an operator of the application");
        refusals_.skip(i);
      } else if (is_listed(options_.leave, node.full_op())) {
        refusals_.add(i, "the option leave names the operator");
      } else if (std::string reason = unwritable(api_, node); !reason.empty()) {
        refusals_.add(i, reason);
      }
    }
  }

  /// All groups, compiled.
  std::vector<Claim> claims() {
    while (true) {
      std::vector<Part> groups = current_groups();
      if (refuse_at_borders(groups))
        continue;
      bool all_compile = true;
      for (const Part &group : groups)
        all_compile &= try_part(group);
      if (all_compile)
        return claims_of(groups);
    }
  }

  void report(size_t groups) const { refusals_.report(log_, nodes(), groups); }

private:
  std::vector<Part> current_groups() const {
    std::vector<GroupNode> graph(nodes().size());
    for (size_t i = 0; i < graph.size(); ++i)
      graph[i] = {links_.producers(i), !refusals_.has(i)};
    return closed_groups(graph);
  }

  /// Only tensors can leave a fused node; maps cannot enter it. True: a node
  /// was refused for that.
  bool refuse_at_borders(const std::vector<Part> &groups) {
    size_t before = refusals_.count();
    for (const Part &group : groups) {
      Border border = links_.border(group);
      std::set<std::string> outputs, inputs;
      for (const GraphValue &value : border.outputs)
        if (value.type().kind != kind_tensor)
          outputs.insert(value.name());
      for (const GraphValue &value : border.inputs)
        if (!can_be_input(value.type()))
          inputs.insert(value.name());
      for (size_t node : group) {
        refuse_if_in(node, nodes()[node].outputs(), outputs,
                     "gives a value that is no tensor to what is not claimed");
        refuse_if_in(node, nodes()[node].inputs(), inputs,
                     "takes a value of a type that cannot be given to "
                     "providers, or is not known");
        refuse_if_in(node, nodes()[node].implicit_inputs(), inputs,
                     "a body takes a value that cannot be given to providers");
      }
    }
    return refusals_.count() > before;
  }

  void refuse_if_in(size_t node, const std::vector<GraphValue> &values,
                    const std::set<std::string> &names,
                    const std::string &reason) {
    for (const GraphValue &value : values)
      if (value && names.contains(value.name()) && !refusals_.has(node))
        refusals_.add(node, reason);
  }

  /// False: it does not compile, and some of its nodes were refused. A graph
  /// that may come again, then with the bodies of functions in it, is not
  /// compiled for nothing: what the compiler would say of each node is enough.
  bool try_part(const Part &part) {
    if (compiled_.contains(part))
      return true;
    if (may_come_again_) {
      size_t before = refusals_.count();
      refuse_by_query(part);
      if (refusals_.count() > before)
        return false;
      compiled_[part] = nullptr;
      return true;
    }
    try {
      compiled_[part] = compile_part(api_, options_, links_, part);
      return true;
    } catch (const lf::Error &error) {
      refuse_for(part, error);
      return false;
    }
  }

  void refuse_for(const Part &part, const lf::Error &error) {
    size_t before = refusals_.count();
    refuse_by_query(part);
    if (refusals_.count() > before)
      return;
    std::optional<size_t> culprit = find_node(part, error);
    for (size_t node : part)
      if (!culprit || node == *culprit)
        refusals_.add(node, error.reason());
  }

  /// Asks the compiler where each node would run.
  void refuse_by_query(const Part &part) {
    PartModel model = write_part(api_, links_, part, {.with_types = true});
    nlohmann::json report;
    try {
      report = nlohmann::json::parse(
          lf::query_bytes(model.bytes.data(), model.bytes.size(),
                          model.directory, options_.query_json()));
    } catch (const lf::Error &) {
      return; // Nothing can be said of single nodes.
    }
    for (const char *where : {"refused", "unknown"}) {
      size_t before = refusals_.count();
      for (const auto &row : report["nodes"])
        if (row["where"] == where)
          refusals_.add(part[row["number"].get<size_t>()], row["reason"]);
      if (refusals_.count() > before)
        return;
    }
  }

  /// The node of the part that the error speaks of.
  std::optional<size_t> find_node(const Part &part,
                                  const lf::Error &error) const {
    const lf::Error::Node &found =
        error.enclosing().empty() ? error.node() : error.enclosing().back();
    if (found.name.empty())
      return std::nullopt;
    for (size_t node : part) {
      if (!found.is_output && nodes()[node].name() == found.name)
        return node;
      for (const GraphValue &value : nodes()[node].outputs())
        if (found.is_output && value && value.name() == found.name)
          return node;
    }
    return std::nullopt;
  }

  std::vector<Claim> claims_of(const std::vector<Part> &groups) {
    std::vector<Claim> claims;
    for (const Part &group : groups) {
      Claim claim;
      for (size_t node : group)
        claim.nodes.push_back(nodes()[node]);
      claim.part = compiled_.at(group);
      claims.push_back(std::move(claim));
    }
    for (const Node &node : nodes())
      if (is_context_node(node) && node.provider().empty())
        claims.push_back({{node}, nullptr});
    return claims;
  }

  const Api &api_;
  const Options &options_;
  const Log &log_;
  GraphLinks links_;
  Refusals refusals_;
  bool may_come_again_ = false; ///< A node may call a function of the model.
  std::map<Part, std::shared_ptr<const CompiledPart>> compiled_;
};

void dump(const Options &options, const PartModel &model) {
  std::string name = model.outputs.empty() ? "part" : model.outputs.front();
  std::ranges::replace(name, '/', '_');
  auto path = std::filesystem::path(options.dump_dir) / (name + ".onnx");
  std::filesystem::create_directories(options.dump_dir);
  std::ofstream file(path, std::ios::binary);
  file << model.bytes;
  file.close();
  if (!file)
    throw Failure(ort_fail, "Landfall: '" + path.string() +
                                "' cannot be written (option dump_dir)");
}

} // namespace

std::shared_ptr<const CompiledPart>
compile_part(const Api &api, const Options &options, const GraphLinks &links,
             const std::vector<size_t> &part) {
  // ONNX Runtime cannot find external data of a model in memory.
  PartModel model =
      write_part(api, links, part, {.with_weights = options.check_runs > 0});
  if (!options.dump_dir.empty())
    dump(options, model);
  lf::Package package =
      lf::Package::compile_bytes(model.bytes.data(), model.bytes.size(),
                                 model.directory, options.compile_json());
  if (options.check_runs == 0)
    model.bytes = {};
  return std::make_shared<const CompiledPart>(
      CompiledPart{std::move(package), std::move(model)});
}

std::vector<Claim> claim(const Api &api, const Options &options, const Log &log,
                         const Graph &graph) {
  Search search(api, options, log, graph);
  search.refuse_at_once();
  std::vector<Claim> claims = search.claims();
  search.report(claims.size());
  return claims;
}

bool is_context_node(const Node &node) {
  return node.op() == "EPContext" && node.domain() == "com.microsoft" &&
         node.string_attribute("source") == provider_name;
}

std::string signature(const std::vector<Node> &nodes) {
  std::vector<std::string> lines;
  for (const Node &node : nodes) {
    lines.push_back(node.full_op());
    for (const GraphValue &value : node.outputs())
      lines.back() += "\n " + value.name();
  }
  std::ranges::sort(lines);
  return std::accumulate(lines.begin(), lines.end(), std::string());
}

} // namespace landfall::onnxruntime
