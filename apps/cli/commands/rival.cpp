//===- rival.cpp - onnxruntime, in a process of its own -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/rival.h"

#include "apps/cli/commands/python_interpreter.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

/// Reads a JSON object a line, answers with one. Arrays pass through files,
/// under their numbers: any name is then possible.
constexpr const char *script = R"PYTHON(
import json, sys, time

def say(**message):
    print(json.dumps(message), flush=True)

try:
    import numpy, onnxruntime
except ImportError as problem:
    say(absent=str(problem))
    sys.exit()

def start(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"])

def save(path, values):
    arrays = {str(i): v for i, v in enumerate(values)
              if isinstance(v, numpy.ndarray) and v.dtype != object}
    numpy.savez(path, **arrays)
    return sorted(map(int, arrays))

def answer(question):
    global inputs, values
    if "inputs" in question:
        with numpy.load(question["inputs"]) as arrays:
            inputs = {name: arrays[str(i)]
                      for i, name in enumerate(question["names"])}
        return {}
    if "outputs" in question:
        return {"saved": save(question["outputs"], values)}
    return {"ms": [run() for _ in range(question["runs"] + question["warm_up"])]
            [question["warm_up"]:]}

def run():
    global values
    begin = time.perf_counter()
    values = session.run(None, inputs)
    return (time.perf_counter() - begin) * 1000

try:
    session = start(sys.argv[1], int(sys.argv[2]))
    say(version=onnxruntime.__version__)
except Exception as problem:
    say(error=str(problem))
    sys.exit()
for line in sys.stdin:
    try:
        say(**answer(json.loads(line)))
    except Exception as problem:
        say(error=str(problem))
)PYTHON";

Error gone() {
  return {ErrorCode::unsupported,
          "onnxruntime's process has ended without an answer"};
}

Result<Json> parse_answer(const std::optional<std::string> &line) {
  if (!line)
    return gone();
  Json answer = Json::parse(*line, nullptr, false);
  if (!answer.is_object())
    return gone();
  if (answer.contains("error") && answer["error"].is_string())
    return Error{ErrorCode::unsupported,
                 "onnxruntime: " + answer["error"].get<std::string>()};
  return answer;
}

} // namespace

Result<TemporaryDirectory> TemporaryDirectory::create() {
  std::error_code ignored;
  std::string name =
      (std::filesystem::temp_directory_path(ignored) / "landfall-XXXXXX")
          .string();
  if (!mkdtemp(name.data()))
    return Error{ErrorCode::io, fmt::format("cannot make a directory like "
                                            "'{}': {}",
                                            name, std::strerror(errno))};
  return TemporaryDirectory(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

Result<Rival> Rival::start(const std::string &model, int threads,
                           const std::string &python) {
  std::string tried;
  for (const std::string &interpreter : python_interpreters(python)) {
    tried += (tried.empty() ? "" : ", ") + interpreter;
    auto child = ChildProcess::start(
        {interpreter, "-c", script, model, std::to_string(threads)});
    if (!child)
      continue;
    auto greeting = child->receive();
    if (!greeting)
      continue;
    Json answer = TRY(parse_answer(greeting));
    if (!answer.contains("version") || !answer["version"].is_string())
      continue;
    Rival rival(child.take(), TRY(TemporaryDirectory::create()));
    rival.version_ = answer["version"].get<std::string>();
    return rival;
  }
  return Error{ErrorCode::unsupported,
               fmt::format("--against onnxruntime needs a Python that has it "
                           "(pip install onnxruntime); tried: {}. --python "
                           "names another",
                           tried)};
}

Result<Json> Rival::ask(const Json &question) {
  if (!child_.send(
          question.dump(-1, ' ', true, Json::error_handler_t::replace)))
    return gone();
  return parse_answer(child_.receive());
}

Status Rival::set_inputs(const std::vector<NamedTensor> &inputs) {
  std::vector<NamedTensor> numbered;
  Json names = Json::array();
  for (const NamedTensor &input : inputs) {
    numbered.push_back({std::to_string(numbered.size()), input.tensor});
    names.push_back(input.name);
  }
  std::string path = directory_.file("inputs.npz");
  TRY(write_npz(path, numbered));
  TRY(ask({{"inputs", path}, {"names", names}}));
  return {};
}

Result<std::vector<double>> Rival::run(int count, int warm_up) {
  Json answer = TRY(ask({{"runs", count}, {"warm_up", warm_up}}));
  std::vector<double> times;
  for (const Json &ms : answer.value("ms", Json::array()))
    if (ms.is_number())
      times.push_back(ms.get<double>());
  if (times.size() != size_t(count))
    return gone();
  return times;
}

Result<std::vector<std::optional<Tensor>>> Rival::outputs(size_t count) {
  std::string path = directory_.file("outputs.npz");
  Json answer = TRY(ask({{"outputs", path}}));
  std::vector<std::optional<Tensor>> result(count);
  for (const Json &number : answer.value("saved", Json::array()))
    if (number.is_number_unsigned() && number.get<size_t>() < count)
      result[number.get<size_t>()] = TRY(read_tensor_file(
          path, std::to_string(number.get<size_t>()), std::nullopt));
  return result;
}

} // namespace landfall::cli
