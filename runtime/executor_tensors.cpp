//===- executor_tensors.cpp - Instructions on tensors ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/interpreter.h"
#include "runtime/executor_operands.h"

#include <fmt/format.h>

namespace landfall::runtime {

Status Executor::tensor_step(const Instruction &instruction) {
  Operands operands(instruction);
  switch (instruction.op) {
  case Op::dim:
    return take_dim(operands);
  case Op::read:
    return read_element(operands);
  case Op::input:
    return take_input(operands);
  case Op::output:
    return give_output(operands);
  case Op::weight: {
    RunValue &value = values_[operands.next()];
    value.boxed.reset();
    value.kind = RunValue::Kind::tensor;
    value.tensor = parts_.weights[operands.next()];
    return {};
  }
  case Op::place:
    return place(operands);
  case Op::alloc:
    return allocate(operands);
  case Op::alias:
    return make_alias(operands);
  case Op::part:
    return take_part(operands);
  case Op::copy:
    return copy(operands);
  case Op::share: {
    uint32_t destination = operands.next();
    return share(destination, operands.next());
  }
  case Op::drop:
    values_[operands.next()].clear();
    return {};
  case Op::arena:
    return size_arena(operands);
  case Op::box:
    return box(operands);
  case Op::expect:
    return expect(operands);
  case Op::rank:
    return take_rank(operands);
  default:
    return broken("an unknown instruction");
  }
}

Result<TensorRef *> Executor::tensor(uint32_t value) {
  if (values_[value].kind != RunValue::Kind::tensor)
    return broken(fmt::format("v{} holds no tensor", value));
  return &values_[value].tensor;
}

/// Makes the register a tensor without memory and releases its old contents.
Result<TensorRef *>
Executor::new_tensor(uint32_t value, DType dtype,
                     std::span<const uint32_t> dim_registers) {
  RunValue &target = values_[value];
  target.clear();
  target.tensor.dtype = dtype;
  target.tensor.dims.clear();
  for (uint32_t r : dim_registers)
    target.tensor.dims.push_back(ints_[r]);
  target.tensor.bytes = TRY(tensor_bytes(dtype, target.tensor.dims));
  target.kind = RunValue::Kind::tensor;
  return &target.tensor;
}

Status Executor::take_dim(Operands operands) {
  int64_t &result = ints_[operands.next()];
  TensorRef &source = *TRY(tensor(operands.next()));
  uint32_t axis = operands.next();
  if (axis >= source.dims.size())
    return broken(fmt::format("it wants dimension {} of a tensor of rank {}",
                              axis, source.dims.size()));
  result = source.dims[axis];
  return {};
}

Status Executor::read_element(Operands operands) {
  int64_t &result = ints_[operands.next()];
  TensorRef &source = *TRY(tensor(operands.next()));
  size_t size = size_of(source.dtype);
  size_t offset = operands.next() * size;
  if (!is_integer(source.dtype) && source.dtype != DType::boolean)
    return broken(fmt::format("it reads an integer from a {} tensor",
                              name(source.dtype)));
  if (offset + size > source.bytes)
    return Error{ErrorCode::run_failed,
                 fmt::format("element {} of a tensor of shape {} is needed, "
                             "and it has no such element",
                             offset / size, dims_text(source.dims))};
  DeviceSpan span = source.span;
  span.offset += offset;
  uint64_t element = 0;
  TRY(queue_->read(&element, span, size));
  result = load_scalar(source.dtype, &element).i;
  return {};
}

Status Executor::take_input(Operands operands) {
  RunValue &value = values_[operands.next()];
  uint32_t number = operands.next();
  value.clear();
  const SignatureValue &signature = entry_->inputs[number];
  bool is_given =
      number < inputs_.size() &&
      !std::holds_alternative<std::monostate>(inputs_[number].value);
  if (!is_given && signature.presence == Presence::defaulted) {
    value.kind = RunValue::Kind::tensor;
    value.tensor = parts_.weights[signature.default_weight];
    return {};
  }
  if (number >= inputs_.size())
    return broken(
        fmt::format("it takes input {} of {}", number, inputs_.size()));
  const HostValue &input = inputs_[number];
  ValueKind kind = signature.kind;
  bool may_be_tensor =
      kind == ValueKind::tensor || kind == ValueKind::unknown_rank;
  if (!may_be_tensor || !is_on_device(input)) {
    value.boxed = std::make_shared<HostValue>(TRY(deep_copy(input)));
    value.kind = RunValue::Kind::boxed;
    return {};
  }
  const HostTensor &source = std::get<HostTensor>(input.value);
  value.kind = RunValue::Kind::tensor;
  if (source.dtype == DType::string)
    return upload(source, value.tensor);
  auto wrapped =
      pool_->wrap(source.bytes.data.data(), source.bytes.data.size());
  if (!wrapped)
    return upload(source, value.tensor);
  value.tensor.dtype = source.dtype;
  value.tensor.dims = source.dims;
  value.tensor.bytes = source.bytes.data.size();
  value.tensor.span = {(*wrapped)->memory()};
  wrapped_inputs_.push_back(wrapped.take());
  return {};
}

Status Executor::give_output(Operands operands) {
  uint32_t number = operands.next();
  RunValue &value = values_[operands.next()];
  if (number >= outputs_.size())
    return broken(
        fmt::format("it gives output {} of {}", number, outputs_.size()));
  if (value.kind == RunValue::Kind::tensor)
    outputs_[number] = {TRY(deliver(number, value.tensor))};
  else if (value.kind == RunValue::Kind::boxed)
    outputs_[number] = *value.boxed;
  else
    return broken(fmt::format("output {} is empty", number));
  return {};
}

Status Executor::size_arena(Operands operands) {
  int64_t bytes = ints_[operands.next()];
  if (bytes < 0)
    return broken(fmt::format("the arena has {} bytes", bytes));
  auto needed = static_cast<size_t>(bytes);
  if (budget_ && needed > arena_counted_) {
    TRY(budget_->take(needed - arena_counted_));
    arena_counted_ = needed;
  }
  if (arena_ && arena_->memory().bytes >= needed)
    return {};
  if (placed_)
    return broken("the arena grows while it is in use");
  arena_.reset();
  arena_ = TRY(uncounted_memory(needed));
  return {};
}

Status Executor::place(Operands operands) {
  uint32_t value = operands.next();
  DType dtype = static_cast<DType>(operands.next());
  int64_t offset = ints_[operands.next()];
  TensorRef &tensor = *TRY(new_tensor(value, dtype, operands.list()));
  size_t capacity = arena_ ? arena_->memory().bytes : 0;
  if (offset < 0 || offset % 64 != 0 ||
      static_cast<size_t>(offset) > capacity ||
      tensor.bytes > capacity - offset)
    return broken(fmt::format("it places {} bytes at {} in an arena of {}",
                              tensor.bytes, offset, capacity));
  placed_ = true;
  if (arena_)
    tensor.span = {arena_->memory(), static_cast<size_t>(offset)};
  return {};
}

Status Executor::allocate(Operands operands) {
  uint32_t value = operands.next();
  DType dtype = static_cast<DType>(operands.next());
  TensorRef &tensor = *TRY(new_tensor(value, dtype, operands.list()));
  tensor.owner = TRY(memory(tensor.bytes));
  tensor.span = {tensor.owner->memory()};
  return {};
}

Status Executor::make_alias(Operands operands) {
  uint32_t value = operands.next();
  TensorRef source = *TRY(tensor(operands.next()));
  TensorRef &alias = *TRY(new_tensor(value, source.dtype, operands.list()));
  if (alias.bytes != source.bytes)
    return Error{ErrorCode::run_failed,
                 fmt::format("a tensor of shape {} cannot be reshaped to {}",
                             dims_text(source.dims), dims_text(alias.dims))};
  alias.span = source.span;
  alias.owner = std::move(source.owner);
  return {};
}

Status Executor::take_part(Operands operands) {
  uint32_t value = operands.next();
  TensorRef source = *TRY(tensor(operands.next()));
  int64_t number = ints_[operands.next()];
  TensorRef &part = *TRY(new_tensor(value, source.dtype, operands.list()));
  size_t offset = 0;
  if (number < 0 ||
      __builtin_mul_overflow(part.bytes, size_t(number), &offset) ||
      offset > source.bytes || part.bytes > source.bytes - offset)
    return broken(fmt::format("it takes part {} of shape {} of a tensor of "
                              "shape {}",
                              number, dims_text(part.dims),
                              dims_text(source.dims)));
  part.span = source.span;
  part.span.offset += offset;
  part.owner = std::move(source.owner);
  return {};
}

Status Executor::copy(Operands operands) {
  TensorRef &destination = *TRY(tensor(operands.next()));
  TensorRef &source = *TRY(tensor(operands.next()));
  if (destination.bytes != source.bytes)
    return broken(fmt::format("it copies {} bytes to {}", source.bytes,
                              destination.bytes));
  return queue_->copy(destination.span, source.span, source.bytes);
}

Status Executor::share(uint32_t destination, uint32_t source) {
  if (destination != source)
    values_[destination] = values_[source];
  return {};
}

Status Executor::expect(Operands operands) {
  const RunValue &value = values_[operands.next()];
  auto dtype = static_cast<DType>(operands.next());
  uint32_t rank = operands.next();
  if (value.kind != RunValue::Kind::tensor)
    return Error{
        ErrorCode::run_failed,
        fmt::format("expected a tensor of {} and rank {} here, and got "
                    "a sequence, optional or map",
                    name(dtype), rank)};
  const TensorRef &tensor = value.tensor;
  if (tensor.dtype == dtype && tensor.dims.size() == rank)
    return {};
  return Error{ErrorCode::run_failed,
               fmt::format("expected a tensor of {} and rank {} here, as the "
                           "model's types say, and got one of {} and rank {}; "
                           "check what the model's sequences and optionals are "
                           "given",
                           name(dtype), rank, name(tensor.dtype),
                           tensor.dims.size())};
}

Status Executor::take_rank(Operands operands) {
  int64_t &result = ints_[operands.next()];
  const RunValue &value = values_[operands.next()];
  if (value.kind != RunValue::Kind::tensor)
    return Error{ErrorCode::run_failed,
                 "expected a tensor here, and got a sequence, optional or "
                 "map"};
  result = static_cast<int64_t>(value.tensor.dims.size());
  return {};
}

} // namespace landfall::runtime
