//===- graph_plan.cpp -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/graph_plan.h"

#include "base/build_error.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace landfall::onnx {

GraphBody body_of(const GraphProto &graph) {
  GraphBody body{
      graph.node, graph.initializer, graph.sparse_initializer, {}, {}};
  for (const ValueInfoProto &input : graph.input)
    body.inputs.push_back(input.name);
  for (const ValueInfoProto &output : graph.output)
    body.outputs.push_back(output.name);
  return body;
}

GraphBody body_of(const FunctionProto &function) {
  return {function.node, {}, {}, function.input, function.output};
}

ModelNode model_node(const NodeProto &node) {
  ModelNode result;
  result.name = std::string(node.name);
  for (Text output : node.output)
    if (result.name.empty() && !output.empty()) {
      result.name = std::string(output);
      result.named_by_output = true;
    }
  Text domain = canonical_domain(node.domain);
  result.op = std::string(domain) + (domain.empty() ? "" : ".") +
              std::string(node.op_type);
  return result;
}

std::string describe(const NodeProto &node) {
  return landfall::describe(model_node(node));
}

namespace {

class Planner {
public:
  explicit Planner(const GraphBody &body) : body_(body) {}

  GraphPlan run() {
    define_names();
    for (Text output : body_.outputs)
      use(output, nullptr);
    while (!pending_.empty()) {
      size_t node = pending_.back();
      pending_.pop_back();
      visit(node);
    }
    sort();
    select_initializers();
    return std::move(plan_);
  }

private:
  void define_names() {
    for (Text input : body_.inputs)
      if (!given_.insert(input).second)
        throw BuildError(ErrorCode::invalid_model,
                         "the graph has two inputs named '" +
                             std::string(input) + "'");
    for (const TensorProto &tensor : body_.initializers)
      given_.insert(tensor.name);
    for (const SparseTensorProto &tensor : body_.sparse_initializers)
      given_.insert(tensor.values.name);
    for (size_t i = 0; i < body_.nodes.size(); ++i)
      for (Text output : body_.nodes[i].output)
        define(output, i);
  }

  void define(Text name, size_t node) {
    if (name.empty())
      return;
    auto [found, is_new] = producer_.try_emplace(name, node);
    if (is_new && !given_.contains(name))
      return;
    std::string other = given_.contains(name)
                            ? "an input or initializer"
                            : describe(body_.nodes[found->second]);
    Error error{ErrorCode::invalid_model,
                "'" + std::string(name) + "' is defined twice, here and by " +
                    other + "; every value must have one definition"};
    throw BuildError(error.at(model_node(body_.nodes[node])));
  }

  void use(Text name, const NodeProto *reader) {
    if (name.empty() || !plan_.used.insert(name).second)
      return;
    if (auto found = producer_.find(name); found != producer_.end()) {
      if (live_.insert(found->second).second)
        pending_.push_back(found->second);
    } else if (!given_.contains(name)) {
      plan_.captures.push_back({name, reader});
    }
  }

  void visit(size_t index) {
    const NodeProto &node = body_.nodes[index];
    std::vector<Text> &names = reads_[index];
    for (Text input : node.input)
      names.push_back(input);
    for (const AttributeProto &attribute : node.attribute) {
      if (attribute.g)
        add_captures(*attribute.g, names);
      for (const GraphProto &graph : attribute.graphs)
        add_captures(graph, names);
    }
    for (Text name : names)
      use(name, &node);
  }

  static void add_captures(const GraphProto &graph, std::vector<Text> &names) {
    for (const Capture &capture : Planner(body_of(graph)).run().captures)
      names.push_back(capture.name);
  }

  /// Producers of what `node` reads, each once.
  std::vector<size_t> producers(size_t node) const {
    std::vector<size_t> result;
    for (Text name : reads_.at(node))
      if (auto found = producer_.find(name); found != producer_.end())
        result.push_back(found->second);
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  /// Of the nodes that are ready, the first in the file comes first.
  void sort() {
    std::unordered_map<size_t, size_t> missing;
    std::unordered_map<size_t, std::vector<size_t>> users;
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    for (size_t node : live_) {
      std::vector<size_t> before = producers(node);
      missing[node] = before.size();
      for (size_t producer : before)
        users[producer].push_back(node);
      if (before.empty())
        ready.push(node);
    }
    while (!ready.empty()) {
      size_t node = ready.top();
      ready.pop();
      plan_.nodes.push_back(&body_.nodes[node]);
      for (size_t user : users[node])
        if (--missing[user] == 0)
          ready.push(user);
    }
    if (plan_.nodes.size() != live_.size())
      throw_cycle(missing);
  }

  /// Walks back through unsorted producers until a node repeats.
  [[noreturn]] void
  throw_cycle(const std::unordered_map<size_t, size_t> &missing) const {
    std::vector<size_t> path;
    for (const auto &[node, count] : missing)
      if (count > 0 && (path.empty() || node < path[0]))
        path.assign(1, node);
    while (true) {
      for (size_t producer : producers(path.back()))
        if (missing.at(producer) > 0) {
          path.push_back(producer);
          break;
        }
      auto first = std::find(path.begin(), path.end() - 1, path.back());
      if (first == path.end() - 1)
        continue;
      Error error{ErrorCode::invalid_model,
                  cycle_text({first, path.end() - 1})};
      throw BuildError(error.at(model_node(body_.nodes[path.back()])));
    }
  }

  std::string cycle_text(const std::vector<size_t> &cycle) const {
    constexpr size_t most = 8;
    std::string text = "the graph has a cycle: ";
    for (size_t i = cycle.size(); i-- > 0;) {
      if (cycle.size() - i > most) {
        text += "and " + std::to_string(i + 1) + " more ";
        break;
      }
      text += describe(body_.nodes[cycle[i]]) + (i ? ", " : " ");
    }
    return text + "feed each other; only Loop and Scan can iterate";
  }

  void select_initializers() {
    for (const TensorProto &tensor : body_.initializers)
      if (plan_.used.contains(tensor.name))
        plan_.initializers.push_back(&tensor);
    for (const SparseTensorProto &tensor : body_.sparse_initializers)
      if (plan_.used.contains(tensor.values.name))
        plan_.sparse_initializers.push_back(&tensor);
  }

  const GraphBody &body_;
  GraphPlan plan_;
  std::unordered_set<Text> given_; ///< Inputs and initializers.
  std::unordered_map<Text, size_t> producer_;
  std::unordered_set<size_t> live_;
  std::vector<size_t> pending_;
  std::unordered_map<size_t, std::vector<Text>> reads_;
};

} // namespace

Result<GraphPlan> plan_graph(const GraphBody &body) {
  try {
    return Planner(body).run();
  } catch (const BuildError &e) {
    return e.error;
  }
}

} // namespace landfall::onnx
