//===- unused_llvm.cpp - What LLD's archive refers to and nobody uses -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// LLD's archive refers to LLVM's link-time optimiser, and that, in Debian's
// build, to the loop optimiser Polly, of which there is no archive. Kernels are
// linked from machine code, so neither is ever used. It also initialises all
// targets of LLVM; those that are not kept (CMakeLists.txt) would add 60 MB.
//
//===----------------------------------------------------------------------===//
#include <llvm/Plugins/PassPlugin.h>

llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", LLVM_VERSION_STRING, nullptr,
          nullptr};
}

/// In the place of what initialises a target that is left out.
extern "C" void landfall_no_target() {}
