//===- entries.cpp - Entry points and their ports in C --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"
#include "runtime/input_check.h"

using namespace landfall;

namespace {

std::vector<lf_port> ports(const std::vector<SignatureValue> &values) {
  std::vector<lf_port> list;
  for (const SignatureValue &value : values)
    list.push_back({&value, runtime::signature_text(value)});
  return list;
}

const SignatureDim *dimension(const lf_port *port, int number) {
  bool exists = port && number >= 0 &&
                static_cast<size_t>(number) < port->value->dims.size();
  return exists ? &port->value->dims[number] : nullptr;
}

const lf_port *port_at(const std::vector<lf_port> &list, size_t number) {
  return number < list.size() ? &list[number] : nullptr;
}

} // namespace

PackageContents::PackageContents(std::shared_ptr<const Package> opened)
    : package(std::move(opened)) {
  // Alternatives, which come after it, are of one signature.
  for (const EntryPoint &entry : package->program.entries)
    if (!find(entry.name.c_str()))
      entries.push_back({&entry, ports(entry.inputs), ports(entry.outputs)});
}

const lf_entry *PackageContents::find(const char *name) const {
  for (const lf_entry &entry : entries)
    if (entry.entry->name == (name ? name : "main"))
      return &entry;
  return nullptr;
}

extern "C" {

size_t lf_package_entry_count(const lf_package *package) {
  return package ? package->contents->entries.size() : 0;
}

const lf_entry *lf_package_entry(const lf_package *package, size_t number) {
  return number < lf_package_entry_count(package)
             ? &package->contents->entries[number]
             : nullptr;
}

const lf_entry *lf_package_find_entry(const lf_package *package,
                                      const char *name) {
  return package ? package->contents->find(name) : nullptr;
}

const lf_entry *lf_model_find_entry(const lf_model *model, const char *name) {
  return model ? model->contents->find(name) : nullptr;
}

const char *lf_entry_name(const lf_entry *entry) {
  return entry ? entry->entry->name.c_str() : "";
}
size_t lf_entry_input_count(const lf_entry *entry) {
  return entry ? entry->inputs.size() : 0;
}
size_t lf_entry_output_count(const lf_entry *entry) {
  return entry ? entry->outputs.size() : 0;
}
const lf_port *lf_entry_input(const lf_entry *entry, size_t number) {
  return entry ? port_at(entry->inputs, number) : nullptr;
}
const lf_port *lf_entry_output(const lf_entry *entry, size_t number) {
  return entry ? port_at(entry->outputs, number) : nullptr;
}

size_t lf_model_input_count(const lf_model *model) {
  return lf_entry_input_count(lf_model_find_entry(model, nullptr));
}
size_t lf_model_output_count(const lf_model *model) {
  return lf_entry_output_count(lf_model_find_entry(model, nullptr));
}
const lf_port *lf_model_input(const lf_model *model, size_t number) {
  return lf_entry_input(lf_model_find_entry(model, nullptr), number);
}
const lf_port *lf_model_output(const lf_model *model, size_t number) {
  return lf_entry_output(lf_model_find_entry(model, nullptr), number);
}

const char *lf_port_name(const lf_port *port) {
  return port ? port->value->name.c_str() : "";
}

lf_kind lf_port_kind(const lf_port *port) {
  if (!port)
    return LF_NONE;
  switch (port->value->kind) {
  case ValueKind::tensor:
  case ValueKind::unknown_rank:
    return LF_TENSOR;
  case ValueKind::sequence:
    return LF_SEQUENCE;
  case ValueKind::optional:
    return LF_OPTIONAL;
  case ValueKind::map:
    return LF_MAP;
  }
  return LF_NONE;
}

lf_dtype lf_port_dtype(const lf_port *port) {
  return port ? static_cast<lf_dtype>(info(port->value->dtype).onnx) : 0;
}

int lf_port_rank(const lf_port *port) {
  return port && port->value->kind == ValueKind::tensor
             ? static_cast<int>(port->value->dims.size())
             : -1;
}

int64_t lf_port_extent(const lf_port *port, int number) {
  const SignatureDim *dim = dimension(port, number);
  return dim ? dim->fixed : -1;
}

const char *lf_port_symbol(const lf_port *port, int number) {
  const SignatureDim *dim = dimension(port, number);
  return dim ? dim->symbol.c_str() : "";
}

int lf_port_has_default(const lf_port *port) {
  return port && port->value->presence != Presence::required;
}

const char *lf_port_text(const lf_port *port) {
  return port ? port->text.c_str() : "";
}
}
