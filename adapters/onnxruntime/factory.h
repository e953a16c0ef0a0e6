//===- factory.h - What ONNX Runtime makes providers with -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/failure.h"

#include <string>
#include <vector>

namespace landfall::onnxruntime {

/// Offers every device of Landfall that is here as one of ONNX Runtime's, and
/// makes a provider for each session that uses one. Lives as long as the
/// library is registered.
class Factory : public OrtEpFactory {
public:
  explicit Factory(const Api &api);
  ~Factory();
  Factory(const Factory &) = delete;
  Factory &operator=(const Factory &) = delete;

private:
  static const char *get_name(const OrtEpFactory *);
  static const char *get_vendor(const OrtEpFactory *);
  static uint32_t get_vendor_id(const OrtEpFactory *);
  static const char *get_version(const OrtEpFactory *);
  static OrtStatus *get_devices(OrtEpFactory *,
                                const OrtHardwareDevice *const *, size_t,
                                OrtEpDevice **, size_t, size_t *);
  static OrtStatus *create_ep(OrtEpFactory *, const OrtHardwareDevice *const *,
                              const OrtKeyValuePairs *const *, size_t,
                              const OrtSessionOptions *, const OrtLogger *,
                              OrtEp **);
  static void release_ep(OrtEpFactory *, OrtEp *);
  static OrtStatus *create_data_transfer(OrtEpFactory *,
                                         OrtDataTransferImpl **);

  OrtEpDevice *offer(const std::string &device,
                     const OrtHardwareDevice *hardware);
  /// `type`: a HardwareType.
  const OrtHardwareDevice *make_hardware(const std::string &device, int type);

  const Api &api_;
  std::vector<OrtHardwareDevice *> hardware_; ///< That we have made.
};

} // namespace landfall::onnxruntime
