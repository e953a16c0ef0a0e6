//===- loop_generator.h - Code for maps and loops --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The general generator. It takes every kernel: maps, imperative kernels
// (KernelClass::loops), and contractions rewritten as maps
// (contraction_as_map.h). loop_plan.h decides the loop order and the lanes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/local_memory.h"
#include "compiler/kernels/frame/task_generator.h"

#include <memory>

namespace landfall::kernels {

/// `local`: the core's scratchpad, or null; it must outlive the generator.
/// The options' observer is told how the description is rewritten first.
std::unique_ptr<TaskGenerator>
make_loop_generator(const Kernel &kernel, const Machine &machine,
                    const LocalMemory *local = nullptr,
                    const GeneratorOptions &options = {});

} // namespace landfall::kernels
