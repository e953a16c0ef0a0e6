//===- kernel.cpp - A claimed part as a node of ONNX Runtime --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/kernel.h"

#include "adapters/onnxruntime/kernel_run.h"

#include <algorithm>

namespace landfall::onnxruntime {

namespace {

size_t find(const std::vector<std::string> &names, const std::string &name) {
  auto found = std::ranges::find(names, name);
  return found == names.end() ? KernelRun::none
                              : static_cast<size_t>(found - names.begin());
}

[[noreturn]] void refuse(const std::string &what, const std::string &name) {
  throw Failure(ort_fail, "Landfall: the compiled model and its node do not "
                          "fit: " +
                              what + " '" + name + "' is missing");
}

} // namespace

Kernel::Kernel(const Api &api, const Options &options, const Log &log,
               const lf::Package &package, NodePorts ports)
    : api_(api), log_(log), ports_(std::move(ports)),
      model_(package, options.device, options.load_json()) {
  CreateState = create_state;
  Compute = compute;
  ReleaseState = release_state;
  lf::Entry entry = model_.entry();
  for (const lf::Port &port : entry.inputs()) {
    inputs_.push_back(find(ports_.inputs, port.name()));
    if (inputs_.back() == KernelRun::none && !port.has_default())
      refuse("input", port.name());
  }
  std::vector<std::string> names;
  for (const lf::Port &port : entry.outputs()) {
    names.push_back(port.name());
    outputs_.push_back(find(ports_.outputs, port.name()));
  }
  for (const std::string &name : ports_.outputs)
    if (find(names, name) == KernelRun::none)
      refuse("output", name);
}

OrtStatus *Kernel::create_state(OrtNodeComputeInfo *info,
                                OrtNodeComputeContext *, void **state) {
  *state = info;
  return nullptr;
}

OrtStatus *Kernel::compute(OrtNodeComputeInfo *, void *state,
                           OrtKernelContext *context) {
  auto &kernel =
      *static_cast<Kernel *>(static_cast<OrtNodeComputeInfo *>(state));
  return guarded(kernel.api_, [&] { KernelRun(kernel, context).perform(); });
}

void Kernel::release_state(OrtNodeComputeInfo *, void *) {}

std::unique_ptr<lf::Session> Kernel::take_session() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<lf::Session> session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  return std::make_unique<lf::Session>(model_.session());
}

void Kernel::give_back(std::unique_ptr<lf::Session> session) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(session));
}

void Kernel::warn(void *kernel, const char *text) noexcept {
  auto &self = *static_cast<Kernel *>(kernel);
  try {
    {
      std::lock_guard lock(self.mutex_);
      if (!self.told_.insert(text).second)
        return;
    }
    self.log_.write(log_warning, text);
  } catch (const std::exception &) {
    return; // The run goes on without the line.
  }
}

} // namespace landfall::onnxruntime
