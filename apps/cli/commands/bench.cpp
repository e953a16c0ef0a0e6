//===- bench.cpp - landfall bench -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/bench_report.h"
#include "apps/cli/commands/placement_report.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/html.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/tensors/tensor_summary.h"
#include "base/file.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char *footer = R"(Examples:
  landfall bench model.onnx
  landfall bench model.onnx --against onnxruntime --threads 2
  landfall bench model.onnx --shapes "x=1x3x224x224;x=8x3x224x224"
  landfall bench model.onnx --precision bf16       also its error against f32
  landfall bench model.onnx --shapes "x=1x64;x=8x64" --html report.html
  landfall bench model.lfm --shapes "ids=1x16,mask=1x16;ids=1x64,mask=1x64"

Times are medians of whole runs, copies of inputs and outputs included. The
rival runs in turn with Landfall, on the same inputs and as many threads.)";

struct BenchCommand {
  ModelOptions model;
  std::string sweep;
  std::string against;
  std::string python;
  std::string html;
  int repeat = 0;
};

/// "a=1x2,b=3;a=4x2,b=5": two points of two shapes. Commas also divide
/// extents: a part without '=' belongs to the shape before it.
std::vector<std::vector<std::string>> parse_sweep(const std::string &text) {
  std::vector<std::vector<std::string>> points;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = std::min(text.find(';', begin), text.size());
    std::vector<std::string> shapes;
    for (size_t at = begin; at < end;) {
      size_t stop = std::min(text.find(',', at), end);
      std::string part = text.substr(at, stop - at);
      size_t first = part.find_first_not_of(" \n");
      part = first == std::string::npos ? "" : part.substr(first);
      if (part.find('=') == std::string::npos && !shapes.empty())
        shapes.back() += "," + part;
      else if (!part.empty())
        shapes.push_back(part);
      at = stop + 1;
    }
    if (!shapes.empty())
      points.push_back(std::move(shapes));
    begin = end + 1;
  }
  if (points.empty())
    points.emplace_back();
  return points;
}

class Bench {
public:
  /// `exact` is the same model without --precision; null: there was none.
  Bench(const BenchCommand &command, OpenedModel &opened, const Json &package,
        Rival *rival, OpenedModel *exact)
      : command_(command), opened_(opened), package_(package), rival_(rival),
        exact_(exact) {}

  /// Of the point with these shapes; `count` says how many there are.
  Result<BenchPoint> measure(const std::vector<std::string> &shapes,
                             size_t number, size_t count) {
    place_ = count > 1 ? fmt::format(", shape {} of {}", number, count) : "";
    InputOptions options = command_.model.inputs;
    options.shapes.insert(options.shapes.end(), shapes.begin(), shapes.end());
    BenchPoint point;
    warned_ = false;
    point.inputs =
        TRY(prepare_inputs(opened_.entry, TRY(parse_input_options(options))));
    show_progress(point);
    double ms = TRY(warm_up(point));
    if (exact_)
      TRY(measure_rounding(point));
    // Threads that still spin for work after a run would disturb the other
    // side's next one: short runs are measured some at a time, after one that
    // does not count.
    int turn = int(std::clamp(20 / ms, 1.0, 20.0)), uncounted = ms < 50 ? 1 : 0;
    Clock::time_point start = Clock::now();
    while (!is_enough(point.times.size(), Clock::now() - start)) {
      if (command_.repeat > 0)
        turn = std::min(turn, command_.repeat - int(point.times.size()));
      append(point.times, TRY(run(point, turn, uncounted)));
      if (rival_)
        append(point.rival_times, TRY(rival_->run(turn, uncounted)));
      show_progress(point);
    }
    if (!is_native(package_, nullptr) || warned_ || !command_.html.empty())
      point.profile =
          TRY(profile(opened_, point.inputs, command_.model.entry, 1));
    progress_.clear();
    return point;
  }

private:
  void show_progress(const BenchPoint &point) {
    progress_.show(fmt::format("measuring {}{}: {} runs", command_.model.path,
                               place_, point.times.size()));
  }

  static void append(std::vector<double> &all,
                     const std::vector<double> &some) {
    all.insert(all.end(), some.begin(), some.end());
  }

  /// Warm-up: first runs plan memory and fault in pages. Returns the time of
  /// the slower side.
  Result<double> warm_up(BenchPoint &point) {
    TRY(run(point, 0, 1));
    auto before = counters_of(opened_.model);
    double ms = TRY(run(point, 1, 0))[0];
    if (auto after = counters_of(opened_.model); before && after)
      point.counters = difference(*after, *before);
    if (!rival_)
      return ms;
    TRY(rival_->set_inputs(tensors_of(point)));
    ms = std::max(ms, TRY(rival_->run(1, 1))[0]);
    TRY(compare_outputs(point));
    return ms;
  }

  /// What rounding factors of sums does to the outputs.
  Status measure_rounding(BenchPoint &point) {
    lf::RunOptions options;
    options.set_entry(command_.model.entry);
    auto exact = TRY(run_once(*exact_, point.inputs, options));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].kind() != LF_TENSOR)
        continue;
      Tensor rounded = from_value(outputs_[i].get(), nullptr);
      Tensor truth = from_value(exact[i].get(), nullptr);
      if (auto difference = largest_difference(rounded, truth))
        point.rounding_error =
            std::max(point.rounding_error.value_or(0), *difference);
    }
    return {};
  }

  std::vector<NamedTensor> tensors_of(const BenchPoint &point) const {
    std::vector<NamedTensor> tensors;
    std::vector<lf::Port> ports = opened_.entry.inputs();
    for (size_t i = 0; i < ports.size(); ++i)
      if (const auto &tensor = point.inputs.tensors[i])
        tensors.push_back({ports[i].name(), *tensor});
    return tensors;
  }

  Status compare_outputs(BenchPoint &point) {
    auto theirs = TRY(rival_->outputs(outputs_.size()));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].kind() != LF_TENSOR || !theirs[i])
        continue;
      Tensor ours = from_value(outputs_[i].get(), nullptr);
      if (auto difference = largest_difference(ours, *theirs[i]))
        point.difference = std::max(point.difference.value_or(0), *difference);
    }
    return {};
  }

  Result<std::vector<double>> run(BenchPoint &point, int count, int uncounted) {
    lf::RunOptions options;
    options.set_entry(command_.model.entry);
    options.set_statistics(point.statistics);
    options.set_warning(
        [](void *warned, const char *) { *static_cast<bool *>(warned) = true; },
        &warned_);
    std::vector<double> times;
    for (int i = -uncounted; i < count; ++i) {
      Clock::time_point start = Clock::now();
      outputs_ = TRY(run_once(opened_, point.inputs, options));
      std::chrono::duration<double, std::milli> taken = Clock::now() - start;
      if (i >= 0)
        times.push_back(taken.count());
    }
    return times;
  }

  /// The number of runs, unless given: 5 to 200, about two seconds.
  bool is_enough(size_t runs, Clock::duration taken) const {
    if (command_.repeat > 0)
      return runs >= size_t(command_.repeat);
    return runs >= 200 || (runs >= 5 && taken > std::chrono::seconds(2));
  }

  const BenchCommand &command_;
  OpenedModel &opened_;
  const Json &package_;
  Rival *rival_;
  OpenedModel *exact_;
  /// Whether a run of the point warned: the device may refuse its sizes.
  bool warned_ = false;
  Progress progress_;
  std::string place_; ///< Of the point that is measured, for `progress_`.
  std::vector<lf::Value> outputs_;
};

Status bench(const BenchCommand &command) {
  if (!command.against.empty() && is_package(command.model.path))
    return Error{ErrorCode::invalid_argument,
                 "--against onnxruntime needs the .onnx file, which both "
                 "compile; a .lfm is for Landfall alone"};
  if (!command.html.empty())
    TRY(check_not_read(command.html,
                       files_read(command.model.path, command.model.device)));
  OpenedModel opened = TRY(open_model(command.model));
  Json package = parse_json(
      TRY(attempt([&] { return opened.package.describe("summary"); })));
  std::optional<Rival> rival;
  if (!command.against.empty())
    rival.emplace(TRY(Rival::start(command.model.path, opened.device["threads"],
                                   command.python)));
  Rival *rival_or_none = rival ? &*rival : nullptr;
  std::optional<OpenedModel> exact;
  if (command.model.precision != "f32") {
    ModelOptions options = command.model;
    options.precision = "f32";
    exact.emplace(TRY(open_model(options)));
  }
  Bench measurement(command, opened, package, rival_or_none,
                    exact ? &*exact : nullptr);
  std::vector<BenchPoint> points;
  std::vector<std::vector<std::string>> sweep = parse_sweep(command.sweep);
  for (const auto &shapes : sweep)
    points.push_back(
        TRY(measurement.measure(shapes, points.size() + 1, sweep.size())));
  std::optional<MachineRates> machine;
  if (!command.html.empty() && opened.device["target"] == "cpu")
    machine = measure_rates(opened.device["threads"]);
  Json report = bench_json(opened, package, rival_or_none, points,
                           machine ? &*machine : nullptr);
  if (!command.html.empty())
    TRY(write_html(command.html, "bench", command.model.path, report));
  if (command.model.json)
    print_json(report);
  else
    print_bench_text(opened, package, rival_or_none, points);
  return {};
}

} // namespace

Command bench_command() {
  auto command = std::make_shared<BenchCommand>();
  Command made{"bench", "Measure a model, also against onnxruntime", footer};
  add_model_options(made, command->model);
  add_input_options(made, command->model.inputs);
  made.add({.names = "--shapes",
            .value = &command->sweep,
            .description =
                "Shapes to measure, divided by ';', each one or more "
                "NAME=SHAPE divided by ','",
            .operand = "SWEEP"});
  made.add(
      {.names = "--repeat",
       .value = &command->repeat,
       .description = "Runs at each point. Default: about two seconds' worth",
       .operand = "N",
       .range = {{1, 1000000}}});
  made.add({.names = "--against",
            .value = &command->against,
            .description = "Measure a rival, too: onnxruntime",
            .operand = "NAME",
            .words = {"onnxruntime"}});
  add_html(made, command->html);
  made.add({.names = "--python",
            .value = &command->python,
            .description =
                "The Python that has the rival. Default: .venv's, python3",
            .operand = "FILE"});
  made.run = [command](bool &) { return bench(*command); };
  return made;
}

} // namespace landfall::cli
