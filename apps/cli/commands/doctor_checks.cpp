//===- doctor_checks.cpp - What is checked of an installation -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/doctor_checks.h"

#include "apps/cli/commands/child_process.h"
#include "apps/cli/commands/loaded_libraries.h"
#include "apps/cli/commands/opened_model.h"
#include "apps/cli/commands/python_interpreter.h"
#include "apps/cli/commands/sample_model.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/units.h"
#include "base/disk_cache.h"

#include <algorithm>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <sys/statvfs.h>
#include <unistd.h>

namespace landfall::cli {

namespace fs = std::filesystem;

namespace {

std::string joined(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

Finding broken(std::string subject, Error error) {
  Finding finding{std::move(subject), render(error)};
  finding.data["error"] = error_json(error);
  finding.error = std::move(error);
  return finding;
}

Finding missing(std::string subject, std::string text) {
  Finding finding{std::move(subject), std::move(text)};
  finding.is_missing = true;
  return finding;
}

bool is_there(const std::string &path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Finding check_runtime() {
  std::string path = runtime_library(), version = lf_version();
  if (version != LF_VERSION)
    return broken(
        "runtime",
        {ErrorCode::device,
         fmt::format("this program is of version {} and has loaded '{}' of "
                     "version {}; another installation stands before it in "
                     "LD_LIBRARY_PATH",
                     LF_VERSION, path, version)});
  return {"runtime",
          fmt::format("{} from {}", version, path),
          {{"version", version}, {"path", path}}};
}

/// Compiles the sample for a device, everything generated anew.
Result<lf::Package> compile_sample(const std::string &device) {
  std::string model = sample_model();
  Json options = {
      {"device", device}, {"variants", {"native"}}, {"cache", false}};
  return attempt([&] {
    return lf::Package::compile_bytes(model.data(), model.size(), "",
                                      options.dump());
  });
}

/// `package` is set to the sample for the CPU if the compiler works.
Finding check_compiler(std::optional<lf::Package> &package) {
  std::string path = beside_runtime("liblandfall_compiler");
  Result<lf::Package> compiled = compile_sample("cpu");
  if (!compiled && !is_there(path))
    return missing("compiler", fmt::format("'{}' is not installed: packages "
                                           "run, models cannot be compiled",
                                           path));
  if (!compiled)
    return broken("compiler", compiled.take_error());
  Json summary = parse_json(compiled->describe("summary"));
  std::vector<std::string> libraries = foreign_libraries(), llvm;
  for (const std::string &name : libraries)
    if (name.starts_with("libMLIR") || name.starts_with("libLLVM"))
      llvm.push_back(name);
  package = std::move(*compiled);
  std::string variant = summary["variants"][0]["variant"];
  return {"compiler",
          fmt::format("compiles for {} with {}", variant,
                      llvm.empty() ? "an LLVM inside" : joined(llvm)),
          {{"path", path}, {"variant", variant}, {"libraries", libraries}}};
}

/// Runs the sample, each kernel compared with the interpreter.
Status run_sample(const lf::Package &package, const std::string &device) {
  constexpr int rows = 5;
  std::vector<float> input = sample_input(rows), expected = sample_output(rows);
  auto outputs = TRY(attempt([&] {
    lf::RunOptions options;
    options.set_verify(true);
    return lf::Model(package, device)
        .session()
        .run({lf::Value::tensor({rows, int64_t(input.size()) / rows}, input)},
             &options);
  }));
  const float *found = outputs[0].data<float>();
  for (size_t k = 0; k < expected.size(); ++k)
    if (k >= outputs[0].element_count() || found[k] != expected[k])
      return Error{ErrorCode::device,
                   fmt::format("'{}' computes a wrong product: element {} is "
                               "not {}",
                               device, k, expected[k])};
  return {};
}

/// Packages for each target, which all of its devices run.
class Samples {
public:
  explicit Samples(std::optional<lf::Package> cpu) {
    if (cpu)
      packages_.emplace("cpu", std::move(*cpu));
    else
      has_compiler_ = false;
  }
  /// Null without a compiler.
  Result<const lf::Package *> find(const std::string &target,
                                   const std::string &device) {
    if (!has_compiler_)
      return nullptr;
    auto found = packages_.find(target);
    if (found == packages_.end())
      found = packages_.emplace(target, TRY(compile_sample(device))).first;
    return &found->second;
  }

private:
  bool has_compiler_ = true;
  std::map<std::string, lf::Package> packages_;
};

Finding check_device(const std::string &name, Samples &samples) {
  std::string subject = "device " + name;
  auto described = attempt([&] { return lf::describe_device(name); });
  if (!described)
    return missing(subject, "not here: " + described.error().message);
  Json about = parse_json(*described);
  auto package = samples.find(about["target"], name);
  if (!package)
    return broken(subject, package.take_error());
  if (*package)
    if (Status ran = run_sample(**package, name); !ran)
      return broken(subject, ran.take_error());
  std::string text = about["hardware"];
  if (*package)
    text += "; a kernel runs and equals the interpreter's";
  about["kernel_runs"] = *package != nullptr;
  return {subject, text, about};
}

Finding check_cache() {
  DiskCache cache(DiskCache::user_folder());
  const std::string &folder = cache.folder();
  Json data = {{"folder", folder}};
  if (folder.empty())
    return {"cache", "off: LANDFALL_CACHE is off, or HOME is not set", data};
  std::error_code ignored;
  fs::path existing = folder;
  while (!fs::exists(existing, ignored) && existing.has_relative_path())
    existing = existing.parent_path();
  struct statvfs system;
  uint64_t free_bytes = statvfs(existing.c_str(), &system) == 0
                            ? uint64_t(system.f_bavail) * system.f_frsize
                            : 0;
  if (access(existing.c_str(), W_OK) != 0)
    return broken(
        "cache",
        {ErrorCode::io, fmt::format("'{}' may not be written to, so nothing is "
                                    "kept; LANDFALL_CACHE names another folder",
                                    existing.string())});
  if (existing == folder && !cache.is_private())
    return broken("cache",
                  {ErrorCode::io,
                   fmt::format("'{}' is not used: it must be a folder of yours "
                               "that nobody else may write to; chmod go-w",
                               folder)});
  DiskCache::Contents contents = cache.contents();
  data.update({{"objects", contents.files},
               {"bytes", contents.bytes},
               {"limit_bytes", DiskCache::default_limit},
               {"free_bytes", free_bytes}});
  return {"cache",
          fmt::format("{}: {} objects, {} of at most {}; {} free on the disk",
                      folder, contents.files, bytes_text(contents.bytes),
                      bytes_text(DiskCache::default_limit),
                      bytes_text(free_bytes)),
          data};
}

Finding check_images() {
  std::string path = beside_runtime("liblandfall_images");
  if (!is_there(path))
    return missing("images", fmt::format("'{}' is not installed: models with "
                                         "ImageDecoder decode no image",
                                         path));
  std::vector<std::string> before = foreign_libraries();
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return broken("images",
                  {ErrorCode::unsupported,
                   fmt::format("'{}' cannot be loaded: {}", path, dlerror())});
  std::vector<std::string> added = foreign_libraries();
  std::erase_if(added, [&](const std::string &name) {
    return std::ranges::find(before, name) != before.end();
  });
  dlclose(library);
  return {
      "images",
      fmt::format("{}{}", path, added.empty() ? "" : " with " + joined(added)),
      {{"path", path}, {"libraries", added}}};
}

/// Prints one line, JSON. Only landfall is imported: others take seconds.
constexpr const char *python_probe = R"PYTHON(
import importlib.metadata, json, platform, sys
sys.path[:1] = [sys.argv[1]] if sys.argv[1] else []
found = {"python": platform.python_version(), "landfall": None}
for name in ("numpy", "onnx", "onnxruntime", "torch"):
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found[name] = None
try:
    import landfall
    found["landfall"] = landfall.__version__
except ImportError as problem:
    found["problem"] = str(problem)
print(json.dumps(found))
)PYTHON";

/// The first interpreter that imports landfall; else what is wrong with the
/// first that starts.
Finding check_python(const std::string &chosen) {
  std::string package = python_package_folder();
  std::optional<Finding> last;
  for (const std::string &python : python_interpreters(chosen)) {
    auto child = ChildProcess::start({python, "-c", python_probe, package});
    auto answer = child ? child->receive() : std::nullopt;
    Json found = answer ? Json::parse(*answer, nullptr, false) : Json();
    if (!found.is_object())
      continue;
    found["interpreter"] = python;
    if (found["landfall"] == LF_VERSION) {
      std::string text =
          fmt::format("{} ({})", python, found["python"].get<std::string>());
      for (const char *name :
           {"landfall", "numpy", "onnx", "onnxruntime", "torch"})
        text +=
            fmt::format(", {} {}", name,
                        found[name].is_string() ? found[name].get<std::string>()
                                                : "is missing");
      return {"python", text, found};
    }
    std::string reason =
        found["landfall"].is_string()
            ? "it has landfall " + found["landfall"].get<std::string>()
            : found["problem"].get<std::string>();
    Error error = {ErrorCode::unsupported,
                   fmt::format("'{}' does not import landfall {}: {}", python,
                               LF_VERSION, reason)};
    if (!last)
      last = package.empty() ? missing("python", render(error))
                             : broken("python", error);
  }
  return last ? *last : missing("python", "no interpreter was found");
}

} // namespace

std::vector<Finding> check_installation(const std::string &python) {
  std::vector<Finding> findings = {check_runtime()};
  std::optional<lf::Package> package;
  findings.push_back(check_compiler(package));
  Samples samples(std::move(package));
  for (const std::string &name : lf::devices())
    findings.push_back(check_device(name, samples));
  findings.push_back(check_cache());
  findings.push_back(check_images());
  findings.push_back(check_python(python));
  return findings;
}

} // namespace landfall::cli
