//===- module.h - A model in core IR ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/constant_data.h"
#include "ir/size/size.h"
#include "package/program.h"

#include <memory>
#include <string>

namespace landfall::ir {

/// A model being compiled: its MLIR module, sizes, constants and signature.
/// Not thread-safe; owns its own MLIR context.
class Module {
public:
  Module();
  ~Module();
  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;

  SizeContext &sizes();
  /// The IR's text; with `locations`, with the model nodes' names as locations.
  std::string print(bool locations = false) const;

  /// The members for passes (ir/module/module_impl.h, needs MLIR).
  struct Impl;
  Impl &impl() { return *impl_; }
  const Impl &impl() const { return *impl_; }

private:
  std::unique_ptr<Impl> impl_;
};

} // namespace landfall::ir
