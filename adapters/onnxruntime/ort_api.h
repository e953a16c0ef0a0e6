//===- ort_api.h - ONNX Runtime's plugin interface, declared ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The binary interface by which ONNX Runtime 1.24 and later (API 24) loads an
// execution provider, as far as this provider uses it. No header of ONNX
// Runtime is needed: its tables are append-only, so ort_api.def can say at
// which slot each function stands, and a test compares that with the installed
// wheel.
//
// Conventions: C calling convention, enums are int, strings are UTF-8 with a
// NUL. A function that returns an OrtStatus hands it to the caller, who calls
// ReleaseStatus; NULL is success.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>

namespace landfall::onnxruntime {

/// The oldest API with all that is needed, and what every structure of ours
/// says it was made for: ONNX Runtime then calls no slot of a later one.
inline constexpr uint32_t api_version = 24;

// Opaque objects of ONNX Runtime.
struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtAllocator;
struct OrtTypeInfo;
struct OrtTensorTypeAndShapeInfo;
struct OrtSequenceTypeInfo;
struct OrtOptionalTypeInfo;
struct OrtKernelContext;
struct OrtNodeComputeContext;
struct OrtKeyValuePairs;
struct OrtLogger;
struct OrtHardwareDevice;
struct OrtEpDevice;
struct OrtMemoryInfo;
struct OrtGraph;
struct OrtNode;
struct OrtValueInfo;
struct OrtExternalInitializerInfo;
struct OrtOpAttr;
struct OrtEpGraphSupportInfo;
struct OrtDataTransferImpl;
struct OrtSyncStreamImpl;

// Numbers of ONNX Runtime's enumerations.
enum ErrorCode : int {
  ort_fail = 1,
  ort_invalid_argument = 2,
  ort_runtime_exception = 6,
  ort_not_implemented = 9,
  ort_ep_fail = 11
};
enum Severity : int {
  log_verbose = 0,
  log_info = 1,
  log_warning = 2,
  log_error = 3
};
enum ValueKind : int {
  kind_tensor = 1,
  kind_sequence = 2,
  kind_map = 3,
  kind_sparse_tensor = 5,
  kind_optional = 6
};
enum AttributeType : int {
  attribute_int = 1,
  attribute_ints = 2,
  attribute_float = 3,
  attribute_floats = 4,
  attribute_string = 5,
  attribute_strings = 6,
  attribute_graph = 7,
  attribute_tensor = 8
};
enum HardwareType : int {
  hardware_cpu = 0,
  hardware_gpu = 1,
  hardware_npu = 2
};

/// What a library exports to hand out its tables.
struct OrtApiBase {
  const void *(*GetApi)(uint32_t version); ///< NULL: a newer one is asked for.
  const char *(*GetVersionString)();
};

// -- What the plugin fills in -------------------------------------------------
// Slot k is at byte 8 + 8k. Slots that are NULL are optional; api_version keeps
// ONNX Runtime from reading beyond the last one that is declared here.

struct OrtEp;
struct OrtNodeComputeInfo;

struct OrtEpFactory {
  uint32_t ort_version_supported = api_version;
  const char *(*GetName)(const OrtEpFactory *) = nullptr;
  const char *(*GetVendor)(const OrtEpFactory *) = nullptr;
  OrtStatus *(*GetSupportedDevices)(OrtEpFactory *,
                                    const OrtHardwareDevice *const *hardware,
                                    size_t hardware_count,
                                    OrtEpDevice **devices, size_t limit,
                                    size_t *count) = nullptr;
  /// The options are valid during the call only.
  OrtStatus *(*CreateEp)(OrtEpFactory *,
                         const OrtHardwareDevice *const *hardware,
                         const OrtKeyValuePairs *const *metadata, size_t count,
                         const OrtSessionOptions *options,
                         const OrtLogger *logger, OrtEp **ep) = nullptr;
  void (*ReleaseEp)(OrtEpFactory *, OrtEp *) = nullptr;
  uint32_t (*GetVendorId)(const OrtEpFactory *) = nullptr;
  /// By the rules of semantic versioning.
  const char *(*GetVersion)(const OrtEpFactory *) = nullptr;
  OrtStatus *(*ValidateCompiledModelCompatibilityInfo)(
      OrtEpFactory *, const OrtHardwareDevice *const *, size_t, const char *,
      int *) = nullptr;
  OrtStatus *(*CreateAllocator)(OrtEpFactory *, const OrtMemoryInfo *,
                                const OrtKeyValuePairs *,
                                OrtAllocator **) = nullptr;
  void (*ReleaseAllocator)(OrtEpFactory *, OrtAllocator *) = nullptr;
  OrtStatus *(*CreateDataTransfer)(OrtEpFactory *,
                                   OrtDataTransferImpl **) = nullptr;
  bool (*IsStreamAware)(const OrtEpFactory *) = nullptr;
  const void *unused[5] = {}; ///< Up to the last slot of API 24.
};

struct OrtEp {
  uint32_t ort_version_supported = api_version;
  const char *(*GetName)(const OrtEp *) = nullptr;
  OrtStatus *(*GetCapability)(OrtEp *, const OrtGraph *graph,
                              OrtEpGraphSupportInfo *info) = nullptr;
  /// The EP owns the compute infos (ReleaseNodeComputeInfos); the runtime owns
  /// the nodes, which are wanted where EPContext models are made.
  OrtStatus *(*Compile)(OrtEp *, const OrtGraph **graphs,
                        const OrtNode **fused_nodes, size_t count,
                        OrtNodeComputeInfo **infos,
                        OrtNode **context_nodes) = nullptr;
  void (*ReleaseNodeComputeInfos)(OrtEp *, OrtNodeComputeInfo **infos,
                                  size_t count) = nullptr;
  const void *unused[10] = {}; ///< Up to the last slot of API 24.
};

struct OrtNodeComputeInfo {
  uint32_t ort_version_supported = api_version;
  OrtStatus *(*CreateState)(OrtNodeComputeInfo *, OrtNodeComputeContext *,
                            void **state) = nullptr;
  /// Called from several threads at once, with one state.
  OrtStatus *(*Compute)(OrtNodeComputeInfo *, void *state,
                        OrtKernelContext *context) = nullptr;
  void (*ReleaseState)(OrtNodeComputeInfo *, void *state) = nullptr;
};

struct OrtNodeFusionOptions {
  uint32_t ort_version_supported = api_version;
  /// The fused node's constants are not its inputs.
  bool drop_constant_initializers = true;
};

static_assert(offsetof(OrtEpFactory, CreateEp) == 8 + 8 * 3);
static_assert(offsetof(OrtEpFactory, IsStreamAware) == 8 + 8 * 11);
static_assert(sizeof(OrtEpFactory) == 8 + 8 * 17);
static_assert(offsetof(OrtEp, ReleaseNodeComputeInfos) == 8 + 8 * 3);
static_assert(sizeof(OrtEp) == 8 + 8 * 14);
static_assert(offsetof(OrtNodeComputeInfo, ReleaseState) == 8 + 8 * 2);

// -- What the runtime gives ---------------------------------------------------

/// The functions of ort_api.def, found at their slots.
struct Api {
#define ORT_API(slot, since, name, result, arguments) result(*name) arguments;
#define ORT_EP_API(slot, since, name, result, arguments)                       \
  result(*name) arguments;
#define ORT_EDITOR_API(slot, since, name, result, arguments)                   \
  result(*name) arguments;
#include "adapters/onnxruntime/ort_api.def"
};

/// Reads the tables. NULL: the runtime has no API 24. It lives as long as the
/// runtime is loaded.
const Api *read_api(const OrtApiBase &base);

} // namespace landfall::onnxruntime
