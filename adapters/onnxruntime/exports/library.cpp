//===- library.cpp - The two functions that the library exports -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/factory.h"

#include <memory>
#include <string>

using namespace landfall::onnxruntime;

namespace {

/// A runtime without API 24 can still be told so: the first two of its
/// functions are those that make statuses.
OrtStatus *too_old(const OrtApiBase &base) {
  auto table = static_cast<const void *const *>(base.GetApi(1));
  auto create = reinterpret_cast<decltype(Api::CreateStatus)>(
      const_cast<void *>(table[0]));
  std::string message = "Landfall's execution provider needs onnxruntime 1.24 "
                        "or newer; this is " +
                        std::string(base.GetVersionString());
  return create(ort_not_implemented, message.c_str());
}

} // namespace

extern "C" {

LF_API OrtStatus *CreateEpFactories(const char *, const OrtApiBase *base,
                                    const OrtLogger *, OrtEpFactory **factories,
                                    size_t limit, size_t *count) {
  *count = 0;
  const Api *api = read_api(*base);
  if (!api)
    return too_old(*base);
  return guarded(*api, [&] {
    if (limit < 1)
      throw Failure(ort_invalid_argument,
                    "Landfall: there is no room for a factory");
    factories[0] = std::make_unique<Factory>(*api).release();
    *count = 1;
  });
}

LF_API OrtStatus *ReleaseEpFactory(OrtEpFactory *factory) {
  delete static_cast<Factory *>(factory);
  return nullptr;
}
}
