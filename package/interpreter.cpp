//===- interpreter.cpp - Walks a planned kernel ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/interpreter.h"
#include "package/kernel_plan.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall {
namespace {

/// An operand with its extents evaluated.
struct Buffer {
  DType dtype;
  uint8_t *data;
  std::vector<int64_t> extents;
  std::vector<int64_t> strides; ///< In bytes.
};

/// Steps between two looks at the budget: about a millisecond.
constexpr uint64_t poll_interval = uint64_t(1) << 16;

class Interpreter {
public:
  Interpreter(const Kernel &kernel, const KernelArguments &arguments,
              Precision precision, const InterpreterBudget &budget)
      : kernel_(kernel), arguments_(arguments), precision_(precision),
        budget_(budget), plan_(plan_kernel(kernel, precision)),
        values_(plan_.slot_count) {}

  Status run() {
    TRY(prepare());
    bool done = kernel_.kind == KernelClass::loops ? run_loops() : run_points();
    return done ? Status() : Status(std::move(error_));
  }

  uint64_t steps_done() const { return steps_done_; }

private:
  Error internal(std::string what) const {
    return {ErrorCode::internal,
            fmt::format("kernel '{}': {}; this is a bug in Landfall, please "
                        "report it",
                        kernel_.name, what)};
  }

  //===--- Before the first point -----------------------------------------===//

  Status prepare() {
    if (arguments_.operands.size() != kernel_.operands.size() ||
        arguments_.sizes.size() != kernel_.size_count)
      return internal("launched with a wrong number of operands or sizes");
    for (size_t i = 0; i < kernel_.operands.size(); ++i)
      buffers_.push_back(TRY(make_buffer(i)));
    loops_ = TRY(extents_of(kernel_.loops));
    reduce_ = TRY(extents_of(kernel_.reduce));
    for (const FixedSlot &constant : plan_.constants)
      values_[constant.slot] = constant.value;
    for (const SizeSlot &size : plan_.sizes)
      values_[size.slot].i = arguments_.sizes[size.size];
    const StepBlock &body = plan_.blocks[plan_.body];
    for (size_t dim = 0; dim < loops_.size(); ++dim) {
      std::vector<Step> &steps = steps_within_.emplace_back();
      for (const Step &step : body.steps)
        if (step.level >= int(dim))
          steps.push_back(step);
    }
    return {};
  }

  Result<std::vector<int64_t>> extents_of(const std::vector<Extent> &dims) {
    std::vector<int64_t> extents;
    for (const Extent &dim : dims) {
      int64_t extent = dim.constant ? dim.value : arguments_.sizes[dim.value];
      if (extent < 0)
        return internal(fmt::format("launched with the extent {}", extent));
      extents.push_back(extent);
    }
    return extents;
  }

  Result<Buffer> make_buffer(size_t number) {
    const KernelOperand &operand = kernel_.operands[number];
    Buffer buffer;
    buffer.dtype = operand.dtype;
    buffer.data = static_cast<uint8_t *>(arguments_.operands[number]);
    buffer.extents = TRY(extents_of(operand.dims));
    buffer.strides.resize(buffer.extents.size());
    int64_t stride = size_of(operand.dtype);
    for (size_t dim = buffer.extents.size(); dim-- > 0;) {
      buffer.strides[dim] = stride;
      if (__builtin_mul_overflow(stride, buffer.extents[dim], &stride))
        return internal(fmt::format("operand {} is too large", number));
    }
    return buffer;
  }

  //===--- The loop space -------------------------------------------------===//

  /// Calls `visit` for each point of `extents`, with its indices in the slots
  /// `params[0..)`, until a call fails. It is given the outermost loop whose
  /// index has changed since the last point; -1 at the first.
  template <typename Visit>
  bool for_each_point(const std::vector<int64_t> &extents, const Slot *params,
                      const Visit &visit) {
    for (size_t dim = 0; dim < extents.size(); ++dim) {
      values_[params[dim]].i = 0;
      if (extents[dim] == 0)
        return true;
    }
    int changed = -1;
    while (true) {
      if (!visit(changed))
        return false;
      size_t dim = extents.size();
      while (dim-- > 0) {
        if (++values_[params[dim]].i < extents[dim])
          break;
        values_[params[dim]].i = 0;
      }
      if (dim == SIZE_MAX)
        return true;
      changed = int(dim);
    }
  }

  /// The steps of the body that are not the same as at the last point.
  bool run_body(int changed) {
    return run_steps(changed < 0 ? plan_.blocks[plan_.body].steps
                                 : steps_within_[size_t(changed)]);
  }

  bool run_loops() {
    const StepBlock &body = plan_.blocks[plan_.body];
    return for_each_point(loops_, body.params.data(),
                          [&](int changed) { return run_body(changed); });
  }

  /// A map or contraction: the yields are stored to the written operands in
  /// order.
  bool run_points() {
    const StepBlock &body = plan_.blocks[plan_.body];
    std::vector<Buffer *> outputs;
    for (size_t i = 0; i < buffers_.size(); ++i)
      if (kernel_.operands[i].written)
        outputs.push_back(&buffers_[i]);
    int64_t point = 0;
    return for_each_point(loops_, body.params.data(), [&](int changed) {
      if (kernel_.kind == KernelClass::contraction && !run_sum(body))
        return false;
      if (!run_body(changed))
        return false;
      for (size_t i = 0; i < outputs.size(); ++i) {
        const Buffer &to = *outputs[i];
        store_scalar(to.dtype, to.data + point * size_of(to.dtype),
                     values_[body.yields[i]]);
      }
      ++point;
      return true;
    });
  }

  /// Computes the sum at this point into the body's last parameter.
  bool run_sum(const StepBlock &body) {
    const StepBlock &factors = plan_.blocks[plan_.factors];
    size_t rank = loops_.size();
    for (size_t dim = 0; dim < rank; ++dim)
      values_[factors.params[dim]] = values_[body.params[dim]];
    Slot a = factors.yields[0], b = factors.yields[1];
    bool real = is_real(kernel_.accumulator);
    double sum = 0;
    uint64_t integer_sum = 0;
    bool done = for_each_point(reduce_, factors.params.data() + rank, [&](int) {
      if (!run_block(factors))
        return false;
      if (real)
        sum += values_[a].d * values_[b].d;
      else
        integer_sum += uint64_t(values_[a].i) * uint64_t(values_[b].i);
      return true;
    });
    values_[body.params[rank]] =
        real ? rounded_sum(sum)
             : integer_value(
                   wrap_integer(kernel_.accumulator, int64_t(integer_sum)));
    return done;
  }

  ScalarValue rounded_sum(double sum) const {
    DType type = kernel_.accumulator;
    if (precision_ == Precision::high || type == DType::f64)
      return real_value(sum);
    return real_value(type == DType::f32 ? RoundToFloat::round(type, sum)
                                         : RoundThroughFloat::round(type, sum));
  }

  //===--- Blocks and steps -----------------------------------------------===//

  bool run_block(const StepBlock &block) { return run_steps(block.steps); }

  bool run_steps(const std::vector<Step> &steps) {
    // A block without steps counts as well: a loop over one ends too.
    steps_done_ += std::max<size_t>(1, steps.size());
    if (steps_done_ >= next_poll_ && !goes_on())
      return false;
    for (const Step &step : steps) {
      if (step.kind == NodeKind::scalar)
        values_[step.result] =
            step.operation(values_[step.a], values_[step.b], values_[step.c]);
      else if (!run_step(step))
        return false;
    }
    return true;
  }

  /// Whether the budget allows more steps; if not, sets the error.
  bool goes_on() {
    bool stopped = budget_.stop && *budget_.stop;
    if (stopped || steps_done_ > budget_.steps) {
      error_ = {ErrorCode::cancelled,
                stopped ? "the run was cancelled"
                        : fmt::format("the interpreter's budget of {} steps is "
                                      "used up",
                                      budget_.steps)};
      error_.at(kernel_.origins);
      return false;
    }
    next_poll_ = steps_done_ + poll_interval;
    return true;
  }

  bool run_step(const Step &step) {
    switch (step.kind) {
    case NodeKind::load:
      return load(step);
    case NodeKind::store:
      return store(step);
    case NodeKind::loop:
      return loop(step);
    case NodeKind::loop_while:
      return loop_while(step);
    case NodeKind::branch:
      return branch(step);
    default:
      return check(step);
    }
  }

  bool load(const Step &step) {
    if (step.guarded && !values_[step.b].i) {
      values_[step.result] = values_[step.c];
      return true;
    }
    const uint8_t *element = locate(step);
    if (!element)
      return false;
    values_[step.result] = load_scalar(buffers_[step.index].dtype, element);
    return true;
  }

  bool store(const Step &step) {
    if (step.guarded && !values_[step.b].i)
      return true;
    uint8_t *element = locate(step);
    if (!element)
      return false;
    store_scalar(buffers_[step.index].dtype, element, values_[step.a]);
    return true;
  }

  /// The address of the element of a load or store; null, with an error, if it
  /// is outside the operand.
  uint8_t *locate(const Step &step) {
    const Buffer &buffer = buffers_[step.index];
    int64_t offset = 0;
    for (size_t dim = 0; dim < step.count; ++dim) {
      int64_t index = values_[plan_.lists[step.first + dim]].i;
      if (uint64_t(index) >= uint64_t(buffer.extents[dim])) {
        error_ = internal(fmt::format(
            "{} of operand {} at index {} of dimension {}, whose extent is {}",
            step.kind == NodeKind::load ? "load" : "store", step.index, index,
            dim, buffer.extents[dim]));
        return nullptr;
      }
      offset += index * buffer.strides[dim];
    }
    return buffer.data + offset;
  }

  void start_carried(const Step &step, const Slot *params) {
    for (uint32_t i = 0; i < step.count; ++i)
      values_[params[i]] = values_[plan_.lists[step.first + i]];
  }

  /// Copies all values in parallel, as a yield may be another's parameter.
  void advance_carried(const Slot *yields, const Slot *params, size_t count) {
    if (count == 1) {
      values_[params[0]] = values_[yields[0]];
      return;
    }
    if (scratch_.size() < count)
      scratch_.resize(count);
    for (size_t i = 0; i < count; ++i)
      scratch_[i] = values_[yields[i]];
    for (size_t i = 0; i < count; ++i)
      values_[params[i]] = scratch_[i];
  }

  bool loop(const Step &step) {
    const StepBlock &block = plan_.blocks[step.blocks[0]];
    const Slot *carried = block.params.data() + 1;
    start_carried(step, carried);
    int64_t end = values_[step.b].i;
    for (int64_t i = values_[step.a].i; i < end; ++i) {
      values_[block.params[0]].i = i;
      if (!run_block(block))
        return false;
      advance_carried(block.yields.data(), carried, step.count);
    }
    return true;
  }

  bool loop_while(const Step &step) {
    const StepBlock &block = plan_.blocks[step.blocks[0]];
    start_carried(step, block.params.data());
    bool proceed = true;
    while (proceed) {
      if (!run_block(block))
        return false;
      proceed = values_[block.yields[0]].i;
      advance_carried(block.yields.data() + 1, block.params.data(), step.count);
    }
    return true;
  }

  bool branch(const Step &step) {
    const StepBlock &block =
        plan_.blocks[step.blocks[values_[step.a].i ? 0 : 1]];
    if (!run_block(block))
      return false;
    for (uint32_t i = 0; i < step.count; ++i)
      values_[step.result + i] = values_[block.yields[i]];
    return true;
  }

  bool check(const Step &step) {
    if (values_[step.a].i)
      return true;
    error_ =
        failed_check(kernel_, step.index, step.count ? values_[step.b].i : 0);
    return false;
  }

  const Kernel &kernel_;
  const KernelArguments &arguments_;
  Precision precision_;
  const InterpreterBudget &budget_;
  KernelPlan plan_;
  std::vector<ScalarValue> values_;
  std::vector<ScalarValue> scratch_;
  std::vector<Buffer> buffers_;
  std::vector<int64_t> loops_;
  std::vector<int64_t> reduce_;
  /// For each loop, the steps of the body that depend on it or one inside.
  std::vector<std::vector<Step>> steps_within_;
  uint64_t steps_done_ = 0;
  uint64_t next_poll_ = poll_interval;
  Error error_;
};

} // namespace

Error failed_check(const Kernel &kernel, uint32_t check, int64_t value) {
  const KernelCheck &failed = kernel.checks[check];
  Error error{failed.code, failed.message};
  if (!failed.value_name.empty())
    error.sizes.push_back({failed.value_name, value});
  return error.at(failed.node).at(kernel.origins);
}

Status interpret(const Kernel &kernel, const KernelArguments &arguments,
                 Precision precision, uint64_t *steps,
                 const InterpreterBudget &budget) {
  Interpreter interpreter(kernel, arguments, precision, budget);
  Status status = interpreter.run();
  if (steps)
    *steps += interpreter.steps_done();
  return status;
}

} // namespace landfall
