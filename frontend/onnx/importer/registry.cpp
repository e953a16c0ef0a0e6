//===- registry.cpp -------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/registry.h"

namespace landfall::frontend {

const OperatorRecord *find_operator(std::string_view domain,
                                    std::string_view type, int version) {
  const OperatorRecord *best = nullptr;
  for (RecordList list : operator_files())
    for (const OperatorRecord &record : list())
      if (record.type == type && record.domain == domain &&
          record.since_version <= version &&
          (!best || record.since_version > best->since_version))
        best = &record;
  return best;
}

} // namespace landfall::frontend
