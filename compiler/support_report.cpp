//===- support_report.cpp - Which nodes would run where -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/support_report.h"

#include "base/file.h"
#include "compiler/graph_passes.h"
#include "compiler/lower/lower.h"
#include "compiler/placement.h"
#include "compiler/target.h"
#include "frontend/onnx/importer/import.h"
#include "frontend/onnx/importer/survey.h"
#include "ir/builder.h"
#include "package/host_work.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace landfall::compiler {

namespace {

using Json = nlohmann::ordered_json;
using Fate = frontend::SurveyedNode::Fate;

/// Where a node's work is done. The later of two says more.
enum class Where { compiler, host, device, host_computes, fallback, refused };

struct Verdict {
  Where where = Where::compiler;
  std::string reason;

  void raise_to(Where other, const std::string &why) {
    if (other <= where)
      return;
    where = other;
    reason = why;
  }
};

/// Imports until every node that is refused is left out.
Result<std::unique_ptr<ir::Module>>
import_what_can_be(const Bytes &model, const frontend::ModelPlace &place,
                   frontend::Survey &survey) {
  while (true) {
    auto module = std::make_unique<ir::Module>();
    ir::Builder builder(*module);
    auto summary = frontend::import_model(model, place, builder, {}, &survey);
    if (summary)
      return module;
    if (!survey.refuse(summary.error()))
      return summary.take_error();
  }
}

/// What kind of work of the host's own it is.
std::string_view description(HostWork work) {
  switch (work) {
#define HOST_WORK(id, what, why)                                               \
  case HostWork::id:                                                           \
    return what;
#define HOST_OP(op, work)
#define HOST_FUNCTION(function, work)
#include "package/host_work.def"
  }
  return "";
}

class Verdicts {
public:
  Verdicts(const frontend::Survey &survey, const Package &package)
      : survey_(survey), package_(package), list_(survey.nodes().size()) {}

  void judge_kernels(const Target &target) {
    for (const Kernel &kernel : package_.kernels) {
      Support support = target.supports(kernel);
      raise(kernel.origins, where(support.answer), support.reason);
    }
  }

  static Where where(Support::Answer answer) {
    return answer == Support::Answer::native     ? Where::device
           : answer == Support::Answer::fallback ? Where::fallback
                                                 : Where::refused;
  }

  void judge_program() {
    const Program &program = package_.program;
    for (size_t i = 0; i < program.code.size(); ++i) {
      std::span<const ModelNode> nodes = origin(program, i);
      const Instruction &instruction = program.code[i];
      if (instruction.op == Op::box)
        judge_box(nodes, static_cast<BoxFunction>(instruction.args[0]));
      else if (auto work = host_work(instruction.op))
        raise(nodes, Where::host, std::string(description(*work)));
    }
  }

  const Verdict &of(size_t node) const { return list_[node]; }

private:
  void judge_box(std::span<const ModelNode> nodes, BoxFunction function) {
    if (auto work = host_work(function))
      raise(nodes, Where::host_computes, std::string(description(*work)));
    else
      raise(nodes, Where::host_computes,
            fmt::format("the target has no kernel for '{}', which the host "
                        "computes",
                        name(function)));
  }

  void raise(std::span<const ModelNode> nodes, Where where,
             const std::string &reason) {
    for (const ModelNode &node : nodes)
      for (size_t owner : survey_.owners(node.name))
        list_[owner].raise_to(where, reason);
  }

  const frontend::Survey &survey_;
  const Package &package_;
  std::vector<Verdict> list_;
};

std::string_view text_of(Where where) {
  switch (where) {
  case Where::compiler:
    return "compiler";
  case Where::host:
  case Where::host_computes:
    return "host";
  case Where::device:
    return "device";
  case Where::fallback:
    return "fallback";
  case Where::refused:
    break;
  }
  return "refused";
}

Json node_json(size_t number, const frontend::SurveyedNode &node,
               const Verdict &verdict) {
  std::string where(text_of(verdict.where)), reason = verdict.reason;
  if (node.fate == Fate::refused || node.fate == Fate::unknown) {
    where = node.fate == Fate::refused ? "refused" : "unknown";
    reason = node.reason;
  } else if (node.fate == Fate::unused) {
    where = "nowhere";
    reason = "no output depends on it";
  } else if (verdict.where == Where::compiler) {
    reason = "nothing is left of it to run";
  }
  return {{"number", number},        {"name", node.name}, {"operator", node.op},
          {"outputs", node.outputs}, {"where", where},    {"reason", reason}};
}

Result<std::string> query(const Bytes &model, const std::string &name,
                          const std::string &directory,
                          const CompileOptions &options) {
  const Target *target = TRY(find_target(options.target));
  if (!options.dynamic.empty())
    return Error{ErrorCode::invalid_argument,
                 "a query takes a model as it is, without \"dynamic\""};
  frontend::Survey survey;
  std::unique_ptr<ir::Module> module =
      TRY(import_what_can_be(model, {name, directory}, survey));
  TRY(run_graph_passes(*module, *target, options.precision, {},
                       [](std::string_view) -> Status { return {}; }));
  Package package;
  TRY(lower(*module, package));
  Verdicts verdicts(survey, package);
  verdicts.judge_kernels(*target);
  verdicts.judge_program();
  Json nodes = Json::array();
  for (size_t i = 0; i < survey.nodes().size(); ++i)
    nodes.push_back(node_json(i, survey.nodes()[i], verdicts.of(i)));
  Json json = {{"target", target->name()}, {"nodes", nodes}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

Result<std::string> query_file(const std::string &path,
                               const CompileOptions &options) {
  Bytes bytes = TRY(map_file(path));
  auto directory = std::filesystem::path(path).parent_path();
  return query(bytes, path, directory.empty() ? "." : directory.string(),
               options);
}

Result<std::string> query_bytes(std::span<const uint8_t> model,
                                const std::string &directory,
                                const CompileOptions &options) {
  return query({nullptr, model}, "model", directory, options);
}

} // namespace landfall::compiler
