//===- ort_api.cpp - ONNX Runtime's tables, read --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/ort_api.h"

namespace landfall::onnxruntime {

namespace {

using Table = const void *const *;

template <typename Function> void find(Function &function, Table table, int k) {
  function = reinterpret_cast<Function>(const_cast<void *>(table[k]));
}

Api tables_of(Table main) {
  Api api = {};
#define ORT_API(slot, since, name, result, arguments)                          \
  static_assert((since) <= api_version);                                       \
  find(api.name, main, slot);
#include "adapters/onnxruntime/ort_api.def"
  auto ep = static_cast<Table>(api.GetEpApi());
  auto editor = static_cast<Table>(api.GetModelEditorApi());
#define ORT_EP_API(slot, since, name, result, arguments)                       \
  static_assert((since) <= api_version);                                       \
  find(api.name, ep, slot);
#define ORT_EDITOR_API(slot, since, name, result, arguments)                   \
  static_assert((since) <= api_version);                                       \
  find(api.name, editor, slot);
#include "adapters/onnxruntime/ort_api.def"
  return api;
}

} // namespace

const Api *read_api(const OrtApiBase &base) {
  auto main = static_cast<Table>(base.GetApi(api_version));
  if (!main)
    return nullptr;
  static const Api api = tables_of(main);
  return &api;
}

} // namespace landfall::onnxruntime
