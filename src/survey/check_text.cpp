#include "survey/check_text.h"

#include <cstdio>

namespace pixelsail {
namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f %%", 100 * share);
  return text;
}

std::string counts_line(const char* what, const std::map<std::string, std::int64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? std::string("  ") + what + ": " : ", ") + name + " " + std::to_string(count);
  return text.empty() ? text : text + "\n";
}

std::string dataset_text(const DatasetCheck& check) {
  std::string text = check.kind + " " + check.split + " in " + check.root + ": ";
  if (!check.error.empty()) return text + "CANNOT BE READ\n  " + check.error + "\n";
  text += check.faults.empty() ? "no faults\n" : "FAULTS\n";
  text += "  " + std::to_string(check.records) + " records, " + std::to_string(check.looked_at) +
          " looked at, " + std::to_string(check.looked_at - check.unusable()) + " usable, " +
          percent(check.dropped_share()) + " dropped\n";
  if (check.published) {
    text += "  published: " + std::to_string(*check.published) +
            (*check.published == check.records ? ", the same here\n"
                                               : ", here " + std::to_string(check.records) + "\n");
  }
  text += "  tokens of a sample: " + spread_text(check.tokens) + "\n";
  text += "  of them scored: " + spread_text(check.scored_tokens) + "\n";
  text += "  masks of a sample: " + spread_text(check.masks) + "\n";
  text += counts_line("left out when read", check.left_out_when_read) + counts_line("notes", check.notes);
  for (const auto& [reason, fault] : check.faults) {
    text += "  fault: " + std::to_string(fault.count) + " x " + reason + "\n";
    for (const std::string& place : fault.first) text += "      " + place + "\n";
    if (fault.count > static_cast<std::int64_t>(fault.first.size())) text += "      ...\n";
  }
  return text;
}

OrderedJson dataset_json(const DatasetCheck& check) {
  OrderedJson json;
  json["kind"] = check.kind;
  json["split"] = check.split;
  json["root"] = check.root;
  json["error"] = check.error;
  json["records"] = check.records;
  json["published"] = nullptr;
  if (check.published) json["published"] = *check.published;
  json["looked_at"] = check.looked_at;
  json["usable"] = check.looked_at - check.unusable();
  json["dropped_share"] = check.dropped_share();
  json["faults"] = OrderedJson::array();
  for (const auto& [reason, fault] : check.faults)
    json["faults"].push_back({{"reason", reason}, {"count", fault.count}, {"first", fault.first}});
  json["left_out_when_read"] = check.left_out_when_read;
  json["notes"] = check.notes;
  json["tokens"] = spread_json(check.tokens);
  json["scored_tokens"] = spread_json(check.scored_tokens);
  json["masks"] = spread_json(check.masks);
  return json;
}

}  // namespace

std::string data_check_text(const DataCheck& check) {
  std::string text;
  for (const DatasetCheck& dataset : check.datasets)
    text += (text.empty() ? "" : "\n") + dataset_text(dataset);
  for (const TeacherCheck& teacher : check.teachers) {
    text += "teacher " + teacher.slot;
    if (!teacher.module.empty()) text += " by the module " + teacher.module;
    if (!teacher.folder.empty()) text += " in " + teacher.folder;
    if (!teacher.error.empty()) text += ": CANNOT BE READ\n  " + teacher.error;
    if (teacher.error.empty() && !teacher.folder.empty())
      text += ": " + std::to_string(teacher.images) + " pictures";
    text += '\n';
  }
  return text;
}

OrderedJson data_check_json(const DataCheck& check) {
  std::int64_t faults = 0;
  OrderedJson json, datasets = OrderedJson::array(), teachers = OrderedJson::array();
  for (const DatasetCheck& dataset : check.datasets) {
    faults += static_cast<std::int64_t>(dataset.faults.size()) + (dataset.error.empty() ? 0 : 1);
    datasets.push_back(dataset_json(dataset));
  }
  for (const TeacherCheck& teacher : check.teachers) {
    faults += teacher.error.empty() ? 0 : 1;
    teachers.push_back({{"slot", teacher.slot},
                        {"folder", teacher.folder},
                        {"module", teacher.module},
                        {"images", teacher.images},
                        {"error", teacher.error}});
  }
  json["faults"] = faults;
  json["datasets"] = std::move(datasets);
  json["teachers"] = std::move(teachers);
  return json;
}

}  // namespace pixelsail
