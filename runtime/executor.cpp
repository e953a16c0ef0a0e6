//===- executor.cpp - Running the bytecode --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/executor.h"
#include "runtime/executor_operands.h"

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace landfall::runtime {

Executor::Executor(const LoadedParts &parts, const std::atomic<bool> &cancel)
    : parts_(parts), cancel_(cancel), program_(parts.package->program),
      pool_(std::make_shared<MemoryPool>(parts.device)),
      ints_(program_.int_registers), values_(program_.value_registers),
      texts_(&parts.texts) {}

Executor::~Executor() = default;

Result<std::vector<HostValue>> Executor::run(const EntryPoint &entry,
                                             std::span<const HostValue> inputs,
                                             const RunOptions &options) {
  Clock::time_point start;
  if (options.statistics) // A clock takes as long as a small kernel.
    start = Clock::now();
  if (!queue_) {
    queue_ = TRY(parts_.device->create_queue());
    queue_->stop_when(cancel_);
  }
  entry_ = &entry;
  inputs_ = inputs;
  options_ = &options;
  outputs_.assign(entry.outputs.size(), {});
  launches_ = 0;
  fallbacks_before_ = queue_->fallback_count();
  refusals_.clear();
  queue_->limit_steps(options.step_limit);
  budget_ = options.memory_limit > 0
                ? std::make_shared<MemoryBudget>(options.memory_limit)
                : nullptr;
  arena_counted_ = 0;
  placed_ = false;
  std::fill(ints_.begin(), ints_.end(), 0);

  Status executed;
  std::exception_ptr thrown;
  try {
    executed = execute(entry.start);
  } catch (const std::bad_alloc &) {
    thrown = std::current_exception();
  }
  // Also after an error: work in flight may use the inputs.
  Status finished = queue_->finish();
  std::vector<HostValue> outputs = std::move(outputs_);
  clean_up();
  tell_refusals();
  report(start);
  if (thrown)
    std::rethrow_exception(thrown);
  // Also when all instructions were done: the device may have left work out.
  if (cancel_.load(std::memory_order_relaxed))
    return Error{ErrorCode::cancelled, "the run was cancelled"};
  TRY(std::move(executed));
  TRY(std::move(finished));
  return outputs;
}

/// Releases all state of the run except the arena and the pool.
void Executor::clean_up() {
  for (RunValue &value : values_)
    value.clear();
  wrapped_inputs_.clear();
  outputs_.clear();
  budget_.reset();
  texts_.drop_own();
  placed_ = false;
  pool_->trim();
}

void Executor::tell_refusals() const {
  if (!options_->on_warning)
    return;
  for (const auto &[kernel, refusal] : refusals_)
    options_->on_warning(fmt::format(
        "{}: the device does not run its kernel at these sizes, because {}; "
        "launches that the host interpreted: {}; --require-target forbids it",
        describe(parts_.package->kernels[kernel].origins), refusal.reason,
        refusal.launches));
}

void Executor::report(Clock::time_point start) const {
  if (!options_->statistics)
    return;
  auto ms = [start](Clock::time_point end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
  };
  Clock::time_point now = Clock::now();
  options_->statistics->total_ms = ms(now);
  options_->statistics->planning_ms = ms(launches_ > 0 ? first_launch_ : now);
  options_->statistics->arena_bytes = arena_ ? arena_->memory().bytes : 0;
  options_->statistics->launches = launches_;
  options_->statistics->fallbacks =
      difference(queue_->fallback_count(), fallbacks_before_);
}

Status Executor::execute(uint32_t start) {
  uint32_t at = start;
  while (program_.code[at].op != Op::stop) {
    if (cancel_.load(std::memory_order_relaxed))
      return {};
    Result<uint32_t> next = step(at);
    if (!next)
      return next.take_error().at(origin(program_, at));
    at = *next;
  }
  return {};
}

/// Executes the instruction at `at`; returns the number of the next one.
Result<uint32_t> Executor::step(uint32_t at) {
  const Instruction &instruction = program_.code[at];
  const std::vector<uint32_t> &args = instruction.args;
  switch (instruction.op) {
  case Op::jump:
    return args[0];
  case Op::jump_if:
    return ints_[args[0]] != 0 ? args[1] : at + 1;
  case Op::jump_ifnot:
    return ints_[args[0]] == 0 ? args[1] : at + 1;
  case Op::require:
    if (ints_[args[0]] == 0)
      return failed_requirement(instruction);
    return at + 1;
  case Op::launch:
    TRY(launch(at));
    return at + 1;
  case Op::dim:
  case Op::read:
  case Op::input:
  case Op::output:
  case Op::weight:
  case Op::place:
  case Op::alloc:
  case Op::alias:
  case Op::part:
  case Op::copy:
  case Op::share:
  case Op::drop:
  case Op::arena:
  case Op::box:
  case Op::expect:
  case Op::rank:
    TRY(tensor_step(instruction));
    return at + 1;
  default:
    TRY(integer_step(instruction));
    return at + 1;
  }
}

Error Executor::failed_requirement(const Instruction &instruction) const {
  const std::vector<uint32_t> &args = instruction.args;
  const Requirement &requirement = program_.requirements[args[1]];
  Error error{ErrorCode::run_failed, requirement.message};
  for (size_t i = 0; i < requirement.sizes.size(); ++i)
    error.sizes.push_back({requirement.sizes[i], ints_[args[3 + i]]});
  return error;
}

namespace {

Error overflow(std::string_view what, int64_t a, int64_t b) {
  return {ErrorCode::run_failed,
          fmt::format("a size computation overflows: {} {} {}; an input's "
                      "extents are too large",
                      a, what, b)};
}

Error undefined(std::string_view what, int64_t a, int64_t b) {
  return {
      ErrorCode::run_failed,
      fmt::format("a size computation has no result: {} {} {}", a, what, b)};
}

/// Rounds towards minus infinity; b is not 0, and not -1 with a = min.
int64_t floor_divide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

} // namespace

Status Executor::integer_step(const Instruction &instruction) {
  const std::vector<uint32_t> &args = instruction.args;
  int64_t &result = ints_[args[0]];
  if (instruction.op == Op::constant) {
    result = static_cast<int64_t>(args[1] | uint64_t(args[2]) << 32);
    return {};
  }
  int64_t a = ints_[args[1]];
  int64_t b = instruction.op == Op::move ? 0 : ints_[args[2]];
  switch (instruction.op) {
  case Op::move:
    result = a;
    break;
  case Op::add:
    if (__builtin_add_overflow(a, b, &result))
      return overflow("+", a, b);
    break;
  case Op::mul:
    if (__builtin_mul_overflow(a, b, &result))
      return overflow("*", a, b);
    break;
  case Op::floordiv:
    if (b == 0 || (b == -1 && a == INT64_MIN))
      return undefined("divided by", a, b);
    result = floor_divide(a, b);
    break;
  case Op::mod:
    if (b == 0)
      return undefined("modulo", a, b);
    result = b == -1 ? 0 : a - floor_divide(a, b) * b;
    break;
  case Op::min:
    result = std::min(a, b);
    break;
  case Op::max:
    result = std::max(a, b);
    break;
  case Op::broadcast:
    result = a == 1 ? b : a;
    break;
  case Op::equal:
    result = a == b;
    break;
  case Op::less:
    result = a < b;
    break;
  default:
    return Error{ErrorCode::internal, "an unknown instruction"};
  }
  return {};
}

} // namespace landfall::runtime
