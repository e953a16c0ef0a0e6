//===- kernel_run.cpp - One run of a fused node ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/kernel_run.h"

#include "adapters/onnxruntime/tensors.h"

#include <chrono>

namespace landfall::onnxruntime {

namespace {

double seconds_of(const auto &action) {
  auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

} // namespace

KernelRun::KernelRun(Kernel &kernel, OrtKernelContext *context)
    : kernel_(kernel), api_(kernel.api_), context_(context),
      inputs_(kernel.ports_.inputs.size()),
      outputs_(kernel.ports_.outputs.size()) {
  for (size_t i = 0; i < inputs_.size(); ++i)
    check(api_, api_.KernelContext_GetInput(context_, i, &inputs_[i]));
}

void KernelRun::perform() {
  Judge *judge = kernel_.judge_.get();
  std::shared_ptr<Reference> reference =
      judge ? judge->reference() : std::shared_ptr<Reference>();
  if (!reference)
    return run_landfall();
  if (judge->state() == Judge::State::aside)
    return run_reference(*reference);
  compare(*reference);
}

void KernelRun::run_landfall() {
  std::vector<lf::Value> values;
  std::vector<const lf_value *> pointers;
  values.reserve(kernel_.inputs_.size());
  for (size_t input : kernel_.inputs_) {
    values.push_back(input == none ? lf::Value()
                                   : to_landfall(api_, inputs_[input]));
    pointers.push_back(values.back().get());
  }
  lf::RunOptions options;
  options.set_output_memory(place_output, this);
  options.set_warning(Kernel::warn, &kernel_);
  // A session whose run throws is not given back.
  std::unique_ptr<lf::Session> session = kernel_.take_session();
  std::vector<lf::Value> results =
      session->run(pointers, &options, kernel_.outputs_.size());
  for (size_t k = 0; k < results.size(); ++k)
    if (kernel_.outputs_[k] != none)
      deliver(kernel_.outputs_[k], results[k].get());
  results.clear();
  kernel_.give_back(std::move(session));
}

OrtValue *KernelRun::make_output(size_t number, const int64_t *dims,
                                 size_t rank) {
  check(api_, api_.KernelContext_GetOutput(context_, number, dims, rank,
                                           &outputs_[number]));
  return outputs_[number];
}

void *KernelRun::place(size_t output, lf_dtype dtype, const int64_t *dims,
                       size_t rank, size_t bytes) {
  size_t number = kernel_.outputs_[output];
  if (number == none)
    return nullptr;
  OrtValue *tensor = make_output(number, dims, rank);
  TensorView view(api_, tensor);
  // Packed types take fewer bytes there, and deliver() packs them.
  if (view.dtype() != dtype || view.bytes() != bytes)
    return nullptr;
  void *data = nullptr;
  check(api_, api_.GetTensorMutableData(tensor, &data));
  return data;
}

void *KernelRun::place_output(void *user, size_t output, lf_dtype dtype,
                              const int64_t *dims, size_t rank,
                              size_t bytes) noexcept {
  try {
    return static_cast<KernelRun *>(user)->place(output, dtype, dims, rank,
                                                 bytes);
  } catch (const std::exception &) {
    return nullptr; // deliver() meets the same failure, and reports it.
  }
}

void KernelRun::deliver(size_t output, const lf_value *result) {
  if (lf_value_kind(result) != LF_TENSOR)
    throw Failure(ort_fail, "Landfall: output '" +
                                kernel_.ports_.outputs[output] +
                                "' is no tensor");
  OrtValue *tensor = outputs_[output];
  if (!tensor)
    tensor =
        make_output(output, lf_tensor_dims(result), lf_tensor_rank(result));
  else if (lf_tensor_dtype(result) != LF_STRING &&
           TensorView(api_, tensor).data() == lf_tensor_data(result))
    return; // It is there already.
  copy_to_ort(api_, result, tensor);
}

void KernelRun::run_reference(Reference &reference) {
  std::vector<OwnedOrtValue> results =
      reference.run(kernel_.ports_.inputs, inputs_, kernel_.ports_.outputs);
  for (size_t k = 0; k < results.size(); ++k) {
    TensorView view(api_, results[k].get());
    copy_tensor(api_, results[k].get(),
                make_output(k, view.dims().data(), view.dims().size()));
  }
}

void KernelRun::compare(Reference &reference) {
  Judge &judge = *kernel_.judge_;
  std::vector<OwnedOrtValue> expected;
  double theirs = 0;
  try {
    theirs = seconds_of([&] {
      expected =
          reference.run(kernel_.ports_.inputs, inputs_, kernel_.ports_.outputs);
    });
  } catch (const Failure &) {
    return run_landfall(); // There is nothing to compare with.
  }
  double ours = 0;
  try {
    ours = seconds_of([&] { run_landfall(); });
  } catch (const std::exception &error) {
    judge.step_aside(error.what());
    return run_reference(reference);
  }
  double farthest = 0;
  std::string output;
  for (size_t k = 0; k < expected.size(); ++k) {
    double far = distance(api_, expected[k].get(), outputs_[k]);
    if (far > farthest) {
      farthest = far;
      output = kernel_.ports_.outputs[k];
    }
  }
  judge.add_run(farthest, output, ours, theirs);
  if (judge.state() != Judge::State::aside)
    return;
  for (size_t k = 0; k < expected.size(); ++k)
    copy_tensor(api_, expected[k].get(), outputs_[k]);
}

} // namespace landfall::onnxruntime
