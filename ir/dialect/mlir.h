//===- mlir.h - The MLIR that this project uses, in one place --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The precompiled header of ir/, compiler/ and their passes. No operator file
// and no runtime file includes it.
//
//===----------------------------------------------------------------------===//
#pragma once

// Interfaces are made in memory from malloc, whether there was any or not.
#include "llvm/Support/MemAlloc.h"
#define malloc(size) ::llvm::safe_malloc(size)
#include "mlir/Support/InterfaceSupport.h"
#undef malloc

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "mlir/Transforms/RegionUtils.h"
