//===- provider.cpp - The execution provider of one session ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/provider.h"

#include "adapters/onnxruntime/context_node.h"

#include <numeric>

namespace landfall::onnxruntime {

namespace {

Provider &self(OrtEp *ep) { return *static_cast<Provider *>(ep); }

std::vector<std::string> names(const std::vector<GraphValue> &values) {
  std::vector<std::string> list;
  for (const GraphValue &value : values)
    list.push_back(value.name());
  return list;
}

} // namespace

Provider::Provider(const Api &api, Options options, Log log)
    : api_(api), options_(std::move(options)), log_(log) {
  GetName = get_name;
  GetCapability = get_capability;
  Compile = compile;
  ReleaseNodeComputeInfos = release_kernels;
}

const char *Provider::get_name(const OrtEp *) { return provider_name; }

OrtStatus *Provider::get_capability(OrtEp *ep, const OrtGraph *graph,
                                    OrtEpGraphSupportInfo *info) {
  Provider &provider = self(ep);
  return guarded(provider.api_,
                 [&] { provider.claim_in(Graph(provider.api_, graph), info); });
}

void Provider::claim_in(const Graph &graph, OrtEpGraphSupportInfo *info) {
  // The bodies of an If, Loop or Scan are offered before it; it is claimed with
  // them, or they stay with ONNX Runtime.
  if (graph.is_nested())
    return;
  parts_.clear();
  std::vector<Claim> claims = claim(api_, options_, log_, graph);
  OrtNodeFusionOptions fusion;
  for (const Claim &claim : claims) {
    std::vector<const OrtNode *> nodes;
    for (const Node &node : claim.nodes)
      nodes.push_back(node.get());
    check(api_, api_.EpGraphSupportInfo_AddNodesToFuse(info, nodes.data(),
                                                       nodes.size(), &fusion));
    if (claim.part)
      parts_[signature(claim.nodes)] = claim.part;
  }
}

OrtStatus *Provider::compile(OrtEp *ep, const OrtGraph **graphs,
                             const OrtNode **fused, size_t count,
                             OrtNodeComputeInfo **infos,
                             OrtNode **context_nodes) {
  Provider &provider = self(ep);
  return guarded(provider.api_, [&] {
    for (size_t i = 0; i < count; ++i) {
      OrtNode **context =
          provider.options_.save_context ? &context_nodes[i] : nullptr;
      infos[i] = provider
                     .make_kernel(Graph(provider.api_, graphs[i]),
                                  Node(provider.api_, fused[i]), context)
                     .release();
    }
  });
}

void Provider::release_kernels(OrtEp *, OrtNodeComputeInfo **infos,
                               size_t count) {
  for (size_t i = 0; i < count; ++i)
    delete static_cast<Kernel *>(infos[i]);
}

std::unique_ptr<Kernel> Provider::make_kernel(const Graph &graph,
                                              const Node &fused,
                                              OrtNode **context_node) {
  NodePorts ports = {names(fused.inputs()), names(fused.outputs())};
  std::vector<Node> nodes = graph.nodes();
  if (nodes.size() != 1 || !is_context_node(nodes.front()))
    return make_compiled(graph, fused, ports, context_node);
  ContextPackage context = read_context_node(nodes.front(), graph.directory());
  // The kernel is called with the fused node's order, whose names are the
  // context node's; the package knows them as they were.
  NodePorts current = {names(nodes.front().inputs()),
                       names(nodes.front().outputs())};
  auto renamed = [](const std::vector<std::string> &list,
                    const std::vector<std::string> &from,
                    const std::vector<std::string> &to) {
    std::vector<std::string> result;
    for (const std::string &name : list)
      for (size_t i = 0; i < from.size(); ++i)
        if (from[i] == name)
          result.push_back(to[i]);
    return result;
  };
  NodePorts original = {
      renamed(ports.inputs, current.inputs, context.ports.inputs),
      renamed(ports.outputs, current.outputs, context.ports.outputs)};
  if (context_node)
    *context_node =
        make_context_node(api_, options_, context.package, fused.name(), ports);
  return std::make_unique<Kernel>(api_, options_, log_, context.package,
                                  std::move(original));
}

std::unique_ptr<Kernel> Provider::make_compiled(const Graph &graph,
                                                const Node &fused,
                                                const NodePorts &ports,
                                                OrtNode **context_node) {
  GraphLinks links(graph, graph.nodes());
  auto found = parts_.find(signature(links.nodes()));
  std::shared_ptr<const CompiledPart> part;
  if (found != parts_.end()) {
    part = std::move(found->second); // The kernel alone keeps it.
    parts_.erase(found);
  } else {
    std::vector<size_t> all(links.nodes().size());
    std::iota(all.begin(), all.end(), 0);
    part = compile_part(api_, options_, links, all);
  }
  auto kernel =
      std::make_unique<Kernel>(api_, options_, log_, part->package, ports);
  if (options_.check_runs > 0)
    kernel->set_judge(make_judge(part->model, fused.name()));
  if (context_node)
    *context_node =
        make_context_node(api_, options_, part->package, fused.name(), ports);
  return kernel;
}

std::unique_ptr<Judge> Provider::make_judge(const PartModel &model,
                                            const std::string &name) {
  try {
    return std::make_unique<Judge>(
        options_, log_, name,
        std::make_shared<Reference>(api_, model, options_.threads));
  } catch (const Failure &failure) {
    log_.write(log_warning, "runs of '" + name +
                                "' cannot be compared; onnxruntime refuses "
                                "it: " +
                                failure.what());
    return nullptr;
  }
}

} // namespace landfall::onnxruntime
