//===- loop_generator.h - Code for maps and loops --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The general generator: any map, any imperative kernel and, as a map, any
// contraction. See loop_plan.h for how loops are arranged.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/local_memory.h"
#include "compiler/kernels/frame/task_generator.h"

#include <memory>

namespace landfall::kernels {

/// `local`, if the machine has any, must outlive the generator.
std::unique_ptr<TaskGenerator>
make_loop_generator(const Kernel &kernel, const Machine &machine,
                    const LocalMemory *local = nullptr);

} // namespace landfall::kernels
