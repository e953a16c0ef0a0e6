//===- package_manifest.h - A package's description of itself --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/package.h"

namespace landfall {

/// The target, producer, model and options of a package and how its kernels
/// were generated, as JSON text.
std::string write_manifest(const Package &package);
/// Sets those fields of a package whose kernels and code sections are there;
/// unknown members are left alone (newer writers add some).
Status read_manifest(std::string_view json, Package &package);

} // namespace landfall
