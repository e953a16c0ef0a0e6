//===- models.cpp - Models in C -------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/host_work.h"
#include "runtime/c_api/device_options.h"
#include "runtime/c_api/device_report.h"
#include "runtime/c_api/objects.h"

using namespace landfall;
using namespace landfall::c_api;

namespace {

Result<std::unique_ptr<lf_model>>
load(const lf_package &package, const char *device, const char *options) {
  auto &contents = package.contents;
  std::string name = device ? device : contents->package->target;
  LoadOptions parsed = TRY(parse_load_options(options ? options : ""));
  if (parsed.require_target)
    TRY(require_target(*contents->package));
  std::shared_ptr<runtime::Device> made =
      TRY(runtime::create_device(name, parsed.device));
  auto loaded = TRY(runtime::LoadedModel::load(
      contents->package, std::move(made), parsed.require_target));
  return std::make_unique<lf_model>(std::move(loaded), contents,
                                    std::move(name));
}

} // namespace

extern "C" {

lf_status lf_model_load(const lf_package *package, const char *device,
                        const char *options, lf_model **model,
                        lf_error **error) {
  return make("model", model, error,
              [&]() -> Result<std::unique_ptr<lf_model>> {
                if (!package)
                  return missing("package");
                return load(*package, device, options);
              });
}

void lf_model_free(lf_model *model) { delete model; }

lf_status lf_model_describe_device(const lf_model *model, lf_buffer **json,
                                   lf_error **error) {
  return make("json", json, error, [&]() -> MadeBuffer {
    if (!model)
      return missing("model");
    return text_buffer(
        TRY(device_text(model->device, model->loaded->device())));
  });
}

lf_status lf_model_counters(const lf_model *model, lf_buffer **json,
                            lf_error **error) {
  return make("json", json, error, [&]() -> MadeBuffer {
    if (!model)
      return missing("model");
    auto counters = TRY(model->loaded->device().counters());
    return text_buffer(counters_json(counters).dump());
  });
}
}
