//===- package_manifest.cpp - A package's description of itself -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/package_manifest.h"
#include "package/parsed_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace landfall {
namespace {

struct Field {
  const char *name;
  std::string Package::*member;
};

constexpr Field fields[] = {
    {"target", &Package::target},         {"producer", &Package::producer},
    {"model_name", &Package::model_name}, {"model_hash", &Package::model_hash},
    {"options", &Package::options},
};

using Json = nlohmann::ordered_json;

/// {"records": [[generator, [[who, reason], ...]], ...],
///  "sections": [[record of kernel 0, ...], ...]}: equal records stand once.
Json generation_json(const Package &package) {
  Json records = Json::array(), sections = Json::array();
  std::vector<GenerationRecord> known;
  for (const CodeSection &section : package.code) {
    Json numbers = Json::array();
    for (const GenerationRecord &record : section.generation) {
      auto at = std::ranges::find(known, record);
      numbers.push_back(at - known.begin());
      if (at != known.end())
        continue;
      known.push_back(record);
      Json refusals = Json::array();
      for (const Refusal &refusal : record.refusals)
        refusals.push_back({refusal.who, refusal.reason});
      records.push_back(Json::array({record.generator, refusals}));
    }
    sections.push_back(numbers);
  }
  return {{"records", records}, {"sections", sections}};
}

using ReadJson = nlohmann::json;

bool are_texts(const ReadJson &json) {
  return json.is_array() && json.size() == 2 && json[0].is_string() &&
         json[1].is_string();
}

std::optional<GenerationRecord> read_record(const ReadJson &json) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() ||
      !json[1].is_array())
    return std::nullopt;
  GenerationRecord record{json[0].get<std::string>(), {}};
  for (const ReadJson &refusal : json[1]) {
    if (!are_texts(refusal))
      return std::nullopt;
    record.refusals.push_back(
        {refusal[0].get<std::string>(), refusal[1].get<std::string>()});
  }
  return record;
}

Error misread() {
  return {ErrorCode::invalid_package,
          "its 'generation' does not fit the code sections"};
}

Status read_section(const ReadJson &numbers,
                    const std::vector<GenerationRecord> &records,
                    size_t kernels, CodeSection &section) {
  if (!numbers.is_array() || (!numbers.empty() && numbers.size() != kernels))
    return misread();
  for (const ReadJson &number : numbers) {
    if (!number.is_number_unsigned() ||
        number.get<uint64_t>() >= records.size())
      return misread();
    section.generation.push_back(records[number.get<uint64_t>()]);
  }
  return {};
}

Status read_generation(const ReadJson &json, Package &package) {
  if (!json.is_object() || !json.contains("records") ||
      !json.contains("sections"))
    return misread();
  const ReadJson &list = json["records"], &sections = json["sections"];
  if (!list.is_array() || !sections.is_array() ||
      sections.size() != package.code.size())
    return misread();
  std::vector<GenerationRecord> records;
  for (const ReadJson &entry : list) {
    std::optional<GenerationRecord> record = read_record(entry);
    if (!record)
      return misread();
    records.push_back(std::move(*record));
  }
  for (size_t k = 0; k < sections.size(); ++k)
    TRY(read_section(sections[k], records, package.kernels.size(),
                     package.code[k]));
  return {};
}

/// [[number of the kernel, reason, whether there is code], ...].
Json fallbacks_json(const Package &package) {
  Json list = Json::array();
  for (const Fallback &fallback : package.fallbacks)
    list.push_back(
        Json::array({fallback.kernel, fallback.reason, fallback.has_code}));
  return list;
}

Status read_fallbacks(const ReadJson &json, Package &package) {
  Error misread{ErrorCode::invalid_package,
                "its 'fallbacks' do not fit the kernels"};
  if (!json.is_array())
    return misread;
  for (const ReadJson &row : json) {
    if (!row.is_array() || row.size() != 3 || !row[0].is_number_unsigned() ||
        !row[1].is_string() || !row[2].is_boolean())
      return misread;
    auto kernel = row[0].get<uint64_t>();
    if (kernel >= package.kernels.size() ||
        (!package.fallbacks.empty() &&
         kernel <= package.fallbacks.back().kernel))
      return misread;
    package.fallbacks.push_back(
        {uint32_t(kernel), row[1].get<std::string>(), row[2].get<bool>()});
  }
  return {};
}

} // namespace

std::string write_manifest(const Package &package) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Field &field : fields)
    json[field.name] = package.*field.member;
  if (!package.code.empty())
    json["generation"] = generation_json(package);
  if (!package.fallbacks.empty())
    json["fallbacks"] = fallbacks_json(package);
  // Names come from models, which need not be UTF-8.
  auto replace = nlohmann::ordered_json::error_handler_t::replace;
  return json.dump(-1, ' ', false, replace) + "\n";
}

Status read_manifest(std::string_view text, Package &package) {
  ParsedJson parsed(text);
  const nlohmann::json &json = *parsed;
  if (!json.is_object())
    return Error{ErrorCode::invalid_package, "it is not a JSON object"};
  for (const Field &field : fields) {
    auto found = json.find(field.name);
    if (found == json.end() || !found->is_string())
      return Error{ErrorCode::invalid_package,
                   fmt::format("it has no text '{}'", field.name)};
    package.*field.member = found->get<std::string>();
  }
  if (json.contains("fallbacks"))
    TRY(read_fallbacks(json["fallbacks"], package));
  // A target may not say.
  if (json.contains("generation"))
    return read_generation(json["generation"], package);
  return {};
}

} // namespace landfall
