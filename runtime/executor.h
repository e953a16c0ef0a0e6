//===- executor.h - Running the bytecode -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/loaded_parts.h"
#include "runtime/memory_budget.h"
#include "runtime/session.h"

#include <chrono>
#include <map>

namespace landfall::runtime {

/// The interpreter of a loaded model's host bytecode (package/program.h). It
/// keeps registers, arena and queue between runs. Not thread-safe: one run at a
/// time. The program must have been verified; `parts` must outlive it.
class Executor {
public:
  /// A run ends with ErrorCode::cancelled soon after `cancel` has become true.
  Executor(const LoadedParts &parts, const std::atomic<bool> &cancel);
  ~Executor();

  /// `inputs` must have passed check_inputs. When it returns, also with an
  /// error, the device has finished and the inputs' bytes are no longer used.
  /// Outputs own their memory.
  Result<std::vector<HostValue>> run(const EntryPoint &entry,
                                     std::span<const HostValue> inputs,
                                     const RunOptions &options);

private:
  using Clock = std::chrono::steady_clock;
  class Operands;

  Status execute(uint32_t start);
  Result<uint32_t> step(uint32_t at);
  Status integer_step(const Instruction &instruction);
  Status tensor_step(const Instruction &instruction);

  Status take_dim(Operands operands);
  Status read_element(Operands operands);
  Status take_input(Operands operands);
  Status give_output(Operands operands);
  Status size_arena(Operands operands);
  Status place(Operands operands);
  Status allocate(Operands operands);
  Status make_alias(Operands operands);
  Status take_part(Operands operands);
  Status copy(Operands operands);
  Status share(uint32_t destination, uint32_t source);
  Status launch(uint32_t at);
  Status launch_watched(uint32_t kernel, uint32_t at);
  Status box(Operands operands);
  Status expect(Operands operands);
  Status take_rank(Operands operands);

  Result<TensorRef *> tensor(uint32_t value);
  Result<TensorRef *> new_tensor(uint32_t value, DType dtype,
                                 std::span<const uint32_t> dim_registers);
  Result<std::shared_ptr<Allocation>> memory(size_t bytes);
  Result<std::shared_ptr<Allocation>> uncounted_memory(size_t bytes);
  Result<HostTensor> host_tensor(DType dtype, const std::vector<int64_t> &dims);
  Result<HostValue> deep_copy(const HostValue &value);
  Status upload(const HostTensor &source, TensorRef &tensor);
  Status upload_texts(std::span<const std::string> texts,
                      const TensorRef &tensor);
  Result<HostTensor> download(const TensorRef &tensor);
  Result<HostTensor> download_texts(const TensorRef &tensor);
  Result<HostTensor> detach(const TensorRef &tensor);
  Result<HostTensor> deliver(uint32_t output, const TensorRef &tensor);
  Result<std::shared_ptr<const HostValue>> boxed_argument(uint32_t value);
  Status push_to(uint32_t result, std::span<const uint32_t> registers,
                 std::span<std::shared_ptr<const HostValue>> arguments);
  Error failed_requirement(const Instruction &instruction) const;
  void note_refusal(uint32_t kernel);
  void clean_up();
  void tell_refusals() const;
  void report(Clock::time_point start) const;

  const LoadedParts &parts_;
  const std::atomic<bool> &cancel_;
  const Program &program_;
  std::unique_ptr<Queue> queue_;
  std::shared_ptr<MemoryPool> pool_;
  std::shared_ptr<Allocation> arena_;
  std::vector<int64_t> ints_;
  std::vector<RunValue> values_;

  // State of the current run.
  const EntryPoint *entry_ = nullptr;
  std::span<const HostValue> inputs_;
  const RunOptions *options_ = nullptr;
  TextTable texts_; ///< The package's, and what this run's strings add.
  std::vector<HostValue> outputs_;
  std::vector<std::shared_ptr<Allocation>> wrapped_inputs_;
  std::shared_ptr<MemoryBudget> budget_; ///< Null: memory is not limited.
  size_t arena_counted_ = 0; ///< The bytes of the arena in `budget_`.
  bool placed_ = false; ///< The arena is in use and must not be reallocated.
  std::vector<const TensorRef *> launch_tensors_;
  std::vector<DeviceSpan> launch_spans_;
  std::vector<int64_t> launch_sizes_;
  size_t launches_ = 0;
  FallbackCount fallbacks_before_; ///< The queue's, at the start of the run.
  struct Refusal {
    std::string reason; ///< The first.
    size_t launches = 0;
  };
  std::map<uint32_t, Refusal> refusals_; ///< By kernel.
  Clock::time_point first_launch_;
};

} // namespace landfall::runtime
