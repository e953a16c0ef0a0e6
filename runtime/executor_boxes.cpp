//===- executor_boxes.cpp - Instructions on boxed values ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/box_functions.h"
#include "runtime/executor_operands.h"

#include <fmt/format.h>

namespace landfall::runtime {

Result<std::shared_ptr<const HostValue>>
Executor::boxed_argument(uint32_t value) {
  switch (values_[value].kind) {
  case RunValue::Kind::tensor:
    return std::make_shared<const HostValue>(
        TRY(download(values_[value].tensor)));
  case RunValue::Kind::boxed:
    return values_[value].boxed;
  case RunValue::Kind::nothing:
    break;
  }
  return broken(fmt::format("v{} holds nothing", value));
}

Status Executor::box(Operands operands) {
  auto function = static_cast<BoxFunction>(operands.next());
  std::span<const uint32_t> results = operands.list();
  if (results.size() != 1)
    return broken("a boxed value's function has one result");
  std::vector<std::shared_ptr<const HostValue>> arguments;
  std::span<const uint32_t> registers = operands.list();
  for (uint32_t value : registers)
    arguments.push_back(TRY(boxed_argument(value)));
  std::span<const uint32_t> extra = operands.list();
  if (function == BoxFunction::sequence_push)
    return push_to(results[0], registers, arguments);
  std::vector<const HostValue *> pointers;
  for (const auto &argument : arguments)
    pointers.push_back(argument.get());
  HostValue result = TRY(apply_box_function(function, pointers, extra));
  RunValue &target = values_[results[0]];
  target.clear();
  if (unboxes(function) && is_on_device(result)) {
    TRY(upload(std::get<HostTensor>(result.value), target.tensor));
    target.kind = RunValue::Kind::tensor;
    return {};
  }
  target.boxed = std::make_shared<HostValue>(std::move(result));
  target.kind = RunValue::Kind::boxed;
  return {};
}

/// Changes the sequence in place if no other register has it.
Status
Executor::push_to(uint32_t result, std::span<const uint32_t> registers,
                  std::span<std::shared_ptr<const HostValue>> arguments) {
  if (arguments.size() < 2)
    return broken("nothing to insert");
  values_[registers[0]].clear();
  std::shared_ptr<const HostValue> taken = std::move(arguments[0]);
  auto list = taken.use_count() == 1
                  ? std::const_pointer_cast<HostValue>(std::move(taken))
                  : std::make_shared<HostValue>(*taken);
  TRY(push(*list, *arguments[1],
           arguments.size() > 2 ? arguments[2].get() : nullptr));
  RunValue &target = values_[result];
  target.clear();
  target.boxed = std::move(list);
  target.kind = RunValue::Kind::boxed;
  return {};
}

} // namespace landfall::runtime
