//===- reference.cpp - A part, run by ONNX Runtime itself -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/reference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace landfall::onnxruntime {

namespace {

std::vector<const char *> pointers(const std::vector<std::string> &names) {
  std::vector<const char *> list;
  for (const std::string &name : names)
    list.push_back(name.c_str());
  return list;
}

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Bfloat16 {
  uint16_t bits;
  explicit operator double() const {
    return std::bit_cast<float>(uint32_t(bits) << 16);
  }
};

template <typename Real>
double distance_of(const void *expected, const void *actual, size_t count) {
  auto *wanted = static_cast<const Real *>(expected);
  auto *given = static_cast<const Real *>(actual);
  double largest = 0, difference = 0;
  for (size_t i = 0; i < count; ++i) {
    double want = static_cast<double>(wanted[i]),
           have = static_cast<double>(given[i]);
    if (want == have || (std::isnan(want) && std::isnan(have)))
      continue;
    if (!std::isfinite(want) || !std::isfinite(have))
      return infinite;
    difference = std::max(difference, std::abs(want - have));
  }
  for (size_t i = 0; i < count; ++i)
    if (std::isfinite(static_cast<double>(wanted[i])))
      largest = std::max(largest, std::abs(static_cast<double>(wanted[i])));
  return difference == 0 ? 0 : largest == 0 ? infinite : difference / largest;
}

template <typename Integer>
double rounding_distance(const void *expected, const void *actual,
                         size_t count) {
  auto *wanted = static_cast<const Integer *>(expected);
  auto *given = static_cast<const Integer *>(actual);
  for (size_t i = 0; i < count; ++i)
    if (std::abs(int(wanted[i]) - int(given[i])) > 1)
      return infinite;
  return 0;
}

} // namespace

Reference::Reference(const Api &api, const PartModel &model, int64_t threads)
    : api_(api) {
  OrtSessionOptions *options = nullptr;
  check(api_, api_.CreateSessionOptions(&options));
  auto release = [this](OrtSessionOptions *owned) {
    api_.ReleaseSessionOptions(owned);
  };
  std::unique_ptr<OrtSessionOptions, decltype(release)> owner(options, release);
  if (threads > 0)
    check(api_, api_.SetIntraOpNumThreads(options, static_cast<int>(threads)));
  // The process has one environment, which this adds a reference to.
  check(api_, api_.CreateEnv(log_warning, "landfall", &env_));
  if (OrtStatus *status = api_.CreateSessionFromArray(
          env_, model.bytes.data(), model.bytes.size(), options, &session_)) {
    api_.ReleaseEnv(env_);
    check(api_, status);
  }
}

Reference::~Reference() {
  api_.ReleaseSession(session_);
  api_.ReleaseEnv(env_);
}

std::vector<OwnedOrtValue>
Reference::run(const std::vector<std::string> &input_names,
               const std::vector<const OrtValue *> &inputs,
               const std::vector<std::string> &output_names) {
  std::vector<OrtValue *> outputs(output_names.size());
  check(api_,
        api_.Run(session_, nullptr, pointers(input_names).data(), inputs.data(),
                 inputs.size(), pointers(output_names).data(), outputs.size(),
                 outputs.data()));
  std::vector<OwnedOrtValue> owned;
  for (OrtValue *output : outputs)
    owned.emplace_back(api_, output);
  return owned;
}

void copy_tensor(const Api &api, const OrtValue *from, OrtValue *to) {
  TensorView source(api, from), target(api, to);
  if (source.dtype() == LF_STRING) {
    lf::Value strings = to_landfall(api, from);
    copy_to_ort(api, strings.get(), to);
    return;
  }
  if (source.dtype() != target.dtype() || source.bytes() != target.bytes())
    throw Failure(ort_fail, "Landfall: onnxruntime's result has another "
                            "type or size than Landfall's");
  if (source.bytes() == 0)
    return;
  void *data = nullptr;
  check(api, api.GetTensorMutableData(to, &data));
  std::memcpy(data, source.data(), source.bytes());
}

double distance(const Api &api, const OrtValue *expected,
                const OrtValue *actual) {
  TensorView wanted(api, expected), given(api, actual);
  if (wanted.dtype() != given.dtype() ||
      !std::ranges::equal(wanted.dims(), given.dims()))
    return infinite;
  size_t count = wanted.element_count();
  if (wanted.dtype() == LF_STRING)
    return wanted.strings() == given.strings() ? 0 : infinite;
  if (count == 0)
    return 0;
  const void *a = wanted.data(), *b = given.data();
  switch (wanted.dtype()) {
  case LF_FLOAT32:
    return distance_of<float>(a, b, count);
  case LF_FLOAT64:
    return distance_of<double>(a, b, count);
  case LF_FLOAT16:
    return distance_of<_Float16>(a, b, count);
  case LF_BFLOAT16:
    return distance_of<Bfloat16>(a, b, count);
  case LF_INT8:
    return rounding_distance<int8_t>(a, b, count);
  case LF_UINT8:
    return rounding_distance<uint8_t>(a, b, count);
  default:
    return std::memcmp(a, b, wanted.bytes()) == 0 ? 0 : infinite;
  }
}

} // namespace landfall::onnxruntime
