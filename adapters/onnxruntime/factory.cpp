//===- factory.cpp - What ONNX Runtime makes providers with ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/factory.h"

#include "adapters/onnxruntime/provider.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace landfall::onnxruntime {

namespace {

Factory &self(OrtEpFactory *factory) {
  return *static_cast<Factory *>(factory);
}

/// The key of an OrtEpDevice's metadata that names Landfall's device.
constexpr const char *device_key = "device";

/// Pairs of texts, of which ONNX Runtime takes copies.
class Pairs {
public:
  explicit Pairs(const Api &api) : api_(api) {
    api_.CreateKeyValuePairs(&pairs_);
  }
  ~Pairs() { api_.ReleaseKeyValuePairs(pairs_); }
  Pairs(const Pairs &) = delete;
  Pairs &operator=(const Pairs &) = delete;

  void add(const char *key, const std::string &value) {
    api_.AddKeyValuePair(pairs_, key, value.c_str());
  }
  const OrtKeyValuePairs *get() const { return pairs_; }

private:
  const Api &api_;
  OrtKeyValuePairs *pairs_ = nullptr;
};

std::map<std::string, std::string>
entries_of(const Api &api, const OrtSessionOptions *options) {
  OrtKeyValuePairs *entries = nullptr;
  check(api, api.GetSessionOptionsConfigEntries(options, &entries));
  const char *const *keys = nullptr, *const *values = nullptr;
  size_t count = 0;
  api.GetKeyValuePairs(entries, &keys, &values, &count);
  std::map<std::string, std::string> map;
  for (size_t i = 0; i < count; ++i)
    map[keys[i]] = values[i];
  api.ReleaseKeyValuePairs(entries);
  return map;
}

/// A device of Landfall that is here.
struct Device {
  std::string name;
  /// ONNX Runtime's policies choose by that: a device that is simulated, or
  /// works in the host's memory, is the CPU's work.
  HardwareType type = hardware_cpu;
};

std::vector<Device> find_devices() {
  std::vector<Device> devices;
  for (const std::string &name : lf::devices()) {
    nlohmann::json about;
    try {
      about = nlohmann::json::parse(lf::describe_device(name));
    } catch (const lf::Error &) {
      continue; // The machine has none.
    }
    bool is_a_card = !about["simulated"].get<bool>() &&
                     about["memory_bytes"].get<uint64_t>() > 0;
    devices.push_back({name, is_a_card ? hardware_npu : hardware_cpu});
  }
  // The first is what ONNX Runtime takes if it is left to choose.
  std::ranges::stable_partition(
      devices, [](const Device &device) { return device.name == "cpu"; });
  return devices;
}

/// The device of a session: the option's; else that of the OrtEpDevice that the
/// application chose; else the CPU.
std::string chosen_device(const Api &api,
                          const OrtKeyValuePairs *const *metadata,
                          size_t count) {
  if (count != 1 || !metadata || !metadata[0])
    return "cpu";
  const char *name = api.GetKeyValue(metadata[0], device_key);
  return name ? name : "cpu";
}

/// By any name that the library knows it: "reef2", "reef", "reef:my.chip".
void check_device(const std::string &device) {
  try {
    lf::describe_device(device);
  } catch (const lf::Error &error) {
    throw Failure(ort_invalid_argument, "Landfall: the option 'device' is '" +
                                            device + "': " + error.what());
  }
}

} // namespace

Factory::Factory(const Api &api) : api_(api) {
  GetName = get_name;
  GetVendor = get_vendor;
  GetSupportedDevices = get_devices;
  CreateEp = create_ep;
  ReleaseEp = release_ep;
  GetVendorId = get_vendor_id; // Selection policies call it, set or not.
  GetVersion = get_version;
  CreateDataTransfer = create_data_transfer;
}

Factory::~Factory() {
  for (OrtHardwareDevice *device : hardware_)
    api_.ReleaseHardwareDevice(device);
}

const char *Factory::get_name(const OrtEpFactory *) { return provider_name; }

const char *Factory::get_vendor(const OrtEpFactory *) { return "Landfall"; }

uint32_t Factory::get_vendor_id(const OrtEpFactory *) {
  return 0; // Of no PCI vendor.
}

const char *Factory::get_version(const OrtEpFactory *) { return lf_version(); }

OrtStatus *Factory::get_devices(OrtEpFactory *factory,
                                const OrtHardwareDevice *const *hardware,
                                size_t hardware_count, OrtEpDevice **devices,
                                size_t limit, size_t *count) {
  Factory &made = self(factory);
  *count = 0;
  return guarded(made.api_, [&] {
    for (const Device &device : find_devices()) {
      if (*count == limit)
        return;
      const OrtHardwareDevice *place = nullptr;
      for (size_t i = 0; i < hardware_count && device.name == "cpu"; ++i)
        if (made.api_.HardwareDevice_Type(hardware[i]) == hardware_cpu)
          place = hardware[i];
      if (!place)
        place = made.make_hardware(device.name, device.type);
      devices[(*count)++] = made.offer(device.name, place);
    }
  });
}

const OrtHardwareDevice *Factory::make_hardware(const std::string &device,
                                                int type) {
  Pairs metadata(api_);
  metadata.add(device_key, device);
  OrtHardwareDevice *hardware = nullptr;
  check(api_, api_.CreateHardwareDevice(type, 0,
                                        static_cast<uint32_t>(hardware_.size()),
                                        "Landfall", metadata.get(), &hardware));
  hardware_.push_back(hardware);
  return hardware;
}

OrtEpDevice *Factory::offer(const std::string &device,
                            const OrtHardwareDevice *hardware) {
  Pairs metadata(api_);
  metadata.add(device_key, device);
  OrtEpDevice *made = nullptr;
  check(api_,
        api_.CreateEpDevice(this, hardware, metadata.get(), nullptr, &made));
  return made;
}

OrtStatus *Factory::create_ep(OrtEpFactory *factory,
                              const OrtHardwareDevice *const *,
                              const OrtKeyValuePairs *const *metadata,
                              size_t count,
                              const OrtSessionOptions *session_options,
                              const OrtLogger *logger, OrtEp **ep) {
  const Api &api = self(factory).api_;
  *ep = nullptr;
  return guarded(api, [&] {
    Options options = read_options(entries_of(api, session_options));
    if (options.device.empty())
      options.device = chosen_device(api, metadata, count);
    check_device(options.device);
    *ep = std::make_unique<Provider>(api, std::move(options), Log(api, logger))
              .release();
  });
}

void Factory::release_ep(OrtEpFactory *, OrtEp *ep) {
  delete static_cast<Provider *>(ep);
}

OrtStatus *Factory::create_data_transfer(OrtEpFactory *,
                                         OrtDataTransferImpl **transfer) {
  *transfer = nullptr; // Tensors stay in the host's memory.
  return nullptr;
}

} // namespace landfall::onnxruntime
