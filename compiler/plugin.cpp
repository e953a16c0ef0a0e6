//===- plugin.cpp - The compiler library's C entry points ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/compiler_plugin.h"

#include "base/expendable_thread.h"
#include "compiler/compile.h"
#include "compiler/support_report.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <llvm/Support/ErrorHandling.h>
#include <mutex>
#include <nlohmann/json.hpp>

namespace landfall::compiler {

namespace {

using Json = nlohmann::json;

/// {"x": "?x3x?x?"}.
bool is_dynamic(const Json &value) {
  return value.is_object() && std::ranges::all_of(value, [](const Json &dims) {
           return dims.is_string();
         });
}

/// Reads the options object; unknown keys are refused by name.
Result<CompileOptions> parse_options(const char *text) {
  CompileOptions options;
  Json json = Json::parse(text && *text ? text : "{}", nullptr, false);
  if (!json.is_object())
    return Error{ErrorCode::invalid_argument,
                 "compile options must be a JSON object"};
  for (auto &[key, value] : json.items()) {
    bool strings = value.is_array();
    for (const Json &item : strings ? value : Json::array())
      strings &= item.is_string();
    if (key == "target" && value.is_string())
      options.target = value;
    else if (key == "variants" && strings)
      options.variants = value.get<std::vector<std::string>>();
    else if (key == "print_after" && strings)
      options.print_after = value.get<std::vector<std::string>>();
    else if (key == "dump_dir" && value.is_string())
      options.dump_directory = value;
    else if (key == "skip_steps" && strings)
      options.skipped = SkippedSteps(value.get<std::vector<std::string>>());
    else if (key == "require_target" && value.is_boolean())
      options.require_target = value;
    else if (key == "strict_names" && value.is_boolean())
      options.strict_names = value;
    else if (key == "precision" && (value == "f32" || value == "bf16"))
      options.precision = value == "bf16" ? DType::bf16 : DType::f32;
    else if (key == "cache" && value.is_boolean())
      options.cache = value;
    else if (key == "dynamic" && is_dynamic(value))
      for (auto &[input, dims] : value.items())
        options.dynamic.emplace_back(input, dims);
    else
      return Error{
          ErrorCode::invalid_argument,
          "unknown compile option or wrong value: '" + key +
              "'; known: target, dump_dir (strings), precision (f32 or bf16), "
              "variants, print_after, skip_steps (lists of strings), "
              "require_target, strict_names, cache (bools), dynamic (strings "
              "by input)"};
  }
  return options;
}

/// What a call gives back, in malloc'ed memory that the caller frees.
struct Answer {
  uint8_t **bytes;
  size_t *size;

  /// Null if there is no memory; the size is set all the same.
  uint8_t *allocate(size_t count) const {
    *size = count;
    return *bytes = static_cast<uint8_t *>(std::malloc(count));
  }
};

/// Gives a result; false if there is no memory for it.
bool give(Package package, const Answer &answer) {
  return serialize_into(std::move(package),
                        [&](size_t size) { return answer.allocate(size); });
}

bool give(std::string_view text, const Answer &answer) {
  uint8_t *bytes = answer.allocate(text.size());
  if (bytes)
    std::memcpy(bytes, text.data(), text.size());
  return bytes != nullptr;
}

/// Without a handler, LLVM's containers end the process when there is no memory
/// for them; with this one they do as `new` does.
void prepare_for_no_memory() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::install_bad_alloc_error_handler([](void *, const char *, bool) {
      ExpendableThread::give_up_here();
      throw std::bad_alloc();
    });
    ExpendableThread::give_up_without_memory();
  });
}

/// There may be no memory for more than the code.
int give_error(const Error &error, const Answer &answer) noexcept {
  *answer.bytes = nullptr;
  try {
    std::vector<uint8_t> bytes = serialize(error);
    give({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, answer);
  } catch (const std::bad_alloc &) {
    *answer.bytes = nullptr;
  }
  if (!*answer.bytes)
    *answer.size = 0;
  return static_cast<int>(error.code);
}

/// `compile` takes CompileOptions and returns a Result of what is given.
template <typename Compile>
int run(const char *options_json, landfall_progress progress,
        landfall_source source, void *user, const Answer &answer,
        Compile compile) {
  auto attempt = [&]() -> Status {
    CompileOptions options = TRY(parse_options(options_json));
    if (progress) {
      options.on_step = [&](std::string_view step, double ms) {
        progress(user, std::string(step).c_str(), ms, nullptr);
      };
      options.on_warning = [&](const std::string &text) {
        progress(user, "warning", 0, text.c_str());
      };
      options.on_ir = [&](std::string_view step, std::string_view ir) {
        progress(user, std::string(step).c_str(), 0, std::string(ir).c_str());
      };
    }
    if (source)
      options.on_source = [&](const std::string &path) {
        source(user, path.c_str());
      };
    if (give(TRY(compile(options)), answer))
      return {};
    return Error{ErrorCode::out_of_memory,
                 "there is no memory for the result, " +
                     std::to_string(*answer.size) + " bytes"};
  };
  prepare_for_no_memory();
  // The caller may not be C++: nothing may be thrown at it.
  auto guarded = [&]() -> Status {
    try {
      return attempt();
    } catch (const std::bad_alloc &) {
      return Error{ErrorCode::out_of_memory,
                   "there is not enough memory to compile the model"};
    }
  };
  Status done = guarded();
  return done ? 0 : give_error(done.error(), answer);
}

} // namespace

} // namespace landfall::compiler

using namespace landfall::compiler;

extern "C" int landfall_compile_file(const char *path, const char *options_json,
                                     landfall_progress progress,
                                     landfall_source source, void *user,
                                     uint8_t **result, size_t *size) {
  return run(options_json, progress, source, user, {result, size},
             [&](const CompileOptions &options) {
               return compile_file(path, options);
             });
}

extern "C" int landfall_compile_bytes(const uint8_t *model, size_t model_size,
                                      const char *directory,
                                      const char *options_json,
                                      landfall_progress progress,
                                      landfall_source source, void *user,
                                      uint8_t **result, size_t *size) {
  return run(options_json, progress, source, user, {result, size},
             [&](const CompileOptions &options) {
               return compile_bytes({model, model_size}, directory, options);
             });
}

extern "C" int landfall_query_file(const char *path, const char *options_json,
                                   uint8_t **result, size_t *size) {
  return run(
      options_json, nullptr, nullptr, nullptr, {result, size},
      [&](const CompileOptions &options) { return query_file(path, options); });
}

extern "C" int landfall_query_bytes(const uint8_t *model, size_t model_size,
                                    const char *directory,
                                    const char *options_json, uint8_t **result,
                                    size_t *size) {
  return run(options_json, nullptr, nullptr, nullptr, {result, size},
             [&](const CompileOptions &options) {
               return query_bytes({model, model_size}, directory, options);
             });
}

extern "C" void landfall_compiler_free(void *memory) { std::free(memory); }
