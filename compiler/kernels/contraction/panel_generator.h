//===- panel_generator.h - Code for products with panels -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/panel_cut.h"
#include "compiler/kernels/frame/task_generator.h"

#include <memory>

namespace landfall::kernels {

/// Generates the loop nest of panel_nest.h. Weights are in `panels`; if
/// `turned`, they are the M side.
std::unique_ptr<TaskGenerator>
panel_generator(const ContractionProblem &problem,
                const analysis::Panels &panels, bool turned);
/// The same for sides that are words of bytes; rows may be windows.
std::unique_ptr<TaskGenerator>
word_generator(const ContractionProblem &problem, WordSides sides,
               std::optional<WordWindows> windows = {});

/// The same for weights that each task unpacks; they are no words.
std::unique_ptr<TaskGenerator> unpacked_generator(BlockProblem problem);

} // namespace landfall::kernels
