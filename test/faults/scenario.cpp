//===- scenario.cpp - What is done while faults are injected --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Through the C interface alone, as a program that uses Landfall.
//
//===----------------------------------------------------------------------===//
#include "test/faults/scenario.h"
#include "onnx_format/model_writer_for_test.h"
#include "test/faults/card_scenario.h"
#include "test/faults/inject.h"
#include "test/faults/work.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <landfall/landfall.hpp>
#include <thread>

namespace landfall::faults {

namespace {

//===--- A model ----------------------------------------------------------===//

/// Several kernels, a reshape, a sequence, a copy of a weight.
onnx::test::Message model_bytes() {
  using namespace onnx::test;
  Floats weight(columns * columns);
  for (size_t k = 0; k < weight.size(); ++k)
    weight[k] = float(k % 5) - 1.5f;
  std::string data(reinterpret_cast<const char *>(weight.data()),
                   weight.size() * sizeof(float));
  return model(
      graph({node("MatMul", {"x", "w"}, {"a"}), node("Softmax", {"a"}, {"b"}),
             node("SequenceConstruct", {"b", "x"}, {"s"}),
             node("SequenceLength", {"s"}, {"n"}),
             node("Cast", {"n"}, {"m"}, {int_attribute("to", float_type)}),
             node("Add", {"b", "m"}, {"c"}), node("MatMul", {"c", "w"}, {"y"})},
            {value("x", float_type, {"N", std::to_string(columns)})},
            {value("y", float_type, {"N", std::to_string(columns)})},
            {tensor("w", float_type, {columns, columns}, data)}));
}

std::string read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

//===--- Judging ----------------------------------------------------------===//

Outcome lost(const char *when, const Attempt &attempt) {
  std::fprintf(stderr, "%s: %s: %s\n", when, lf_status_name(attempt.status),
               attempt.message);
  return Outcome::lost;
}

/// The error that a fault may cause. A card whose simulator lacks memory is
/// lost.
bool is_expected(lf_status status, Calls calls, bool has_card = true) {
  switch (status) {
  case LF_OUT_OF_MEMORY:
    return true;
  case LF_IO:
    return calls == Calls::files;
  case LF_DEVICE:
    return has_card;
  default:
    return false;
  }
}

//===--- Running ----------------------------------------------------------===//

struct RunScenario {
  std::string package; ///< The path.
  const char *device;
  const char *options;
  Calls calls;
  bool from_file; ///< The fault may come while the package is loaded.

  Outcome operator()(const Fault &fault, uint64_t *calls_done) const {
    Attempt before, during;
    Work work, again;
    Floats expected = undisturbed();
    if (!from_file) {
      work.open(before, package);
      work.load(before, device, options);
      work.run(before);
    }
    if (before.status != LF_OK || expected.empty())
      return lost("before the fault", before);
    arm(calls, fault.number, fault.goes_on);
    if (from_file) {
      work.open(during, package);
      work.load(during, device, options);
    }
    work.run(during);
    uint64_t done = disarm();
    if (calls_done)
      *calls_done = done;
    if (during.status == LF_OK && work.result() != expected)
      return Outcome::wrong;
    if (during.status != LF_OK &&
        !is_expected(during.status, calls, has_card()))
      return lost("the fault", during);
    if (has_card()) // It may be about to end.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return recovers(work, again, expected, during.status != LF_OK);
  }

private:
  bool has_card() const { return std::strncmp(device, "reef", 4) == 0; }

  Floats undisturbed() const {
    Attempt attempt;
    Work work;
    work.open(attempt, package);
    work.load(attempt, device, options);
    work.run(attempt);
    return attempt.status == LF_OK ? work.result() : Floats();
  }

  /// The same session must work, or a new one if there is none.
  Outcome recovers(Work &work, Work &again, const Floats &expected,
                   bool had_failed) const {
    Attempt after;
    Work &used = work.session ? work : again;
    if (!work.session) {
      used.open(after, package);
      used.load(after, device, options);
    }
    used.run(after);
    if (after.status != LF_OK)
      return lost("after the fault", after);
    if (used.result() != expected)
      return Outcome::wrong;
    return had_failed ? Outcome::refused : Outcome::right;
  }
};

//===--- Files ------------------------------------------------------------===//

/// Replaces a file by a package: old or new contents, and nothing beside it.
struct SaveScenario {
  std::string folder, package;

  Outcome operator()(const Fault &fault, uint64_t *calls_done) const {
    std::string place = folder + "/save", target = place + "/out.lfm";
    std::filesystem::remove_all(place);
    std::filesystem::create_directory(place);
    std::string before = fault.seed % 2 ? "what was there" : "";
    if (!before.empty())
      write(target, before);
    Work work;
    Attempt opening, saving, again;
    work.open(opening, package);
    arm(Calls::files, fault.number, fault.goes_on);
    saving.call(lf_package_save, work.package, target.c_str());
    uint64_t done = disarm();
    if (calls_done)
      *calls_done = done;
    std::string after = read(target), whole = read(package);
    bool is_new = saving.status == LF_OK;
    // The name may have been made before the last step failed.
    if (after != whole && (is_new || after != before))
      return lost("contents", saving);
    size_t files =
        std::distance(std::filesystem::directory_iterator(place), {});
    if (files != (after.empty() ? 0 : 1))
      return lost("files left behind", saving);
    if (!is_new && !is_expected(saving.status, Calls::files, false))
      return lost("the fault", saving);
    again.call(lf_package_save, work.package, target.c_str());
    if (again.status != LF_OK || read(target) != whole)
      return lost("after the fault", again);
    return is_new ? Outcome::right : Outcome::refused;
  }
};

/// Compiles a file.
struct CompileScenario {
  std::string model, device;
  Calls calls;

  Outcome operator()(const Fault &fault, uint64_t *calls_done) const {
    Work work, again;
    Attempt during, after;
    compile(again, after); // So that the library is loaded.
    arm(calls, fault.number, fault.goes_on);
    compile(work, during);
    uint64_t done = disarm();
    if (calls_done)
      *calls_done = done;
    if (during.status != LF_OK && !is_expected(during.status, calls, false))
      return lost("the fault", during);
    Work last;
    compile(last, after);
    if (after.status != LF_OK)
      return lost("after the fault", after);
    return during.status == LF_OK ? Outcome::right : Outcome::refused;
  }

private:
  void compile(Work &work, Attempt &attempt) const {
    std::string options = R"({"device": ")" + device + R"("})";
    attempt.call(lf_compile_file, model.c_str(), options.c_str(),
                 lf_progress(nullptr), nullptr, &work.package);
  }
};

/// Compiles a file while the cache is filled, or found full.
struct CacheScenario {
  std::string folder, model;

  Outcome operator()(const Fault &fault, uint64_t *calls_done) const {
    std::string cache = folder + "/cache";
    setenv("LANDFALL_CACHE", cache.c_str(), 1);
    Attempt before, during, after;
    std::string whole = compiled(before);
    if (fault.seed % 2 == 0)
      std::filesystem::remove_all(cache);
    arm(Calls::files, fault.number, fault.goes_on);
    Work work;
    during.call(lf_compile_file, model.c_str(), "{}", lf_progress(nullptr),
                nullptr, &work.package);
    uint64_t done = disarm();
    if (calls_done)
      *calls_done = done;
    bool is_right = during.status == LF_OK;
    if (is_right && saved(work) != whole)
      return Outcome::wrong;
    if (!is_right && !is_expected(during.status, Calls::files, false))
      return lost("the fault", during);
    if (compiled(after) != whole)
      return lost("after the fault", after);
    return is_right ? Outcome::right : Outcome::refused;
  }

private:
  std::string compiled(Attempt &attempt) const {
    Work work;
    attempt.call(lf_compile_file, model.c_str(), "{}", lf_progress(nullptr),
                 nullptr, &work.package);
    return attempt.status == LF_OK ? saved(work) : "";
  }
  std::string saved(const Work &work) const {
    std::string path = folder + "/cached.lfm";
    Attempt saving;
    saving.call(lf_package_save, work.package, path.c_str());
    return saving.status == LF_OK ? read(path) : "";
  }
};

} // namespace

std::vector<Scenario> scenarios(const std::string &folder) {
  std::string model = folder + "/m.onnx";
  onnx::test::Message bytes = model_bytes();
  write(model, {bytes.begin(), bytes.end()});
  auto compiled = [&](const std::string &device) {
    std::string path = folder + "/" + device + ".lfm";
    lf::Package::compile(model, R"({"device": ")" + device + R"("})")
        .save(path);
    return path;
  };
  std::string cpu = compiled("cpu"), null = compiled("null"),
              reef = compiled("reef");
  constexpr const char *one = R"({"threads": 1})", *two = R"({"threads": 2})",
                       *own = R"({"own_process": true})";
  std::vector<Scenario> all = {
      {"memory/run/null", RunScenario{null, "null", one, Calls::memory, false}},
      {"memory/load/null", RunScenario{null, "null", one, Calls::memory, true}},
      {"memory/run/cpu", RunScenario{cpu, "cpu", two, Calls::memory, false}},
      {"memory/load/cpu", RunScenario{cpu, "cpu", two, Calls::memory, true}},
      {"memory/run/reef",
       RunScenario{reef, "reef1", one, Calls::memory, false}},
      {"memory/load/reef",
       RunScenario{reef, "reef1", one, Calls::memory, true}},
      {"files/load/cpu", RunScenario{cpu, "cpu", one, Calls::files, true}},
      {"files/load/card", RunScenario{reef, "reef1", own, Calls::files, true}},
      {"files/save", SaveScenario{folder, cpu}},
      {"files/compile", CompileScenario{model, "cpu", Calls::files}},
      {"files/cache", CacheScenario{folder, model}},
      {"memory/compile", CompileScenario{model, "cpu", Calls::memory}},
  };
  add_card_scenarios(all, reef);
  return all;
}

} // namespace landfall::faults
