#include "data/mix/published_set.h"

#include "data/unusable.h"

namespace pixelsail::detail {
namespace {

std::size_t objects_of(const DatasetConfig& config, std::int64_t usual) {
  return static_cast<std::size_t>(config.objects_per_sample > 0 ? config.objects_per_sample : usual);
}

}  // namespace

PublishedSet::PublishedSet(const DatasetConfig& config, const DataConfig& data,
                           std::int64_t objects_per_sample)
    : root_(dataset_root(config, data)),
      name_(config.kind + " " + config.split),
      texts_(sentences(config.texts)),
      objects_(objects_of(config, objects_per_sample)) {
  if (config.turns_per_sample != 1)
    throw ConfigError(config.kind + ": turns_per_sample has no meaning with rules: published");
}

Sample PublishedSet::make(std::int64_t index, Draws& draws) const {
  Sample sample;
  sample.published = true;
  sample.id = name_ + " " + std::to_string(index);
  try {
    fill(index, draws, sample);
  } catch (const UnusableSample& error) {
    throw with_context(error, name_ + ": " + where(index));
  } catch (const DataError& error) {
    throw with_context(UnusableSample(kMalformedRecord, error.what()), name_);
  } catch (const nlohmann::json::exception& error) {
    throw with_context(UnusableSample(kMalformedRecord, error.what()), name_ + ": " + where(index));
  }
  sample.turns = turns_of(sample.conversation);
  return sample;
}

PublishedList::PublishedList(const DatasetConfig& config, const DataConfig& data,
                             const std::filesystem::path& file, std::string key, std::string_view usual)
    : PublishedSet(config, data), records_(file, std::move(key)) {
  if (!config.split_by.empty()) throw ConfigError(config.kind + ": split_by has no meaning here");
  by_published_rules(config, usual, "published");
  if (records_.size() == 0) throw DataError(file.string() + ": holds no record");
}

Json list_of(const Json& record, const char* key, const std::string& where) {
  const auto found = record.find(key);
  if (found == record.end() || found->is_null()) return Json::array();
  if (!found->is_array()) throw DataError(where + ": \"" + key + "\" should be a list");
  return *found;
}

std::vector<Utterance> read_conversation(const Json& record, const std::string& where) {
  std::vector<Utterance> conversation;
  const Json entries = list_of(record, "conversations", where);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string place = where + ".conversations[" + std::to_string(i) + "]";
    const std::string& from = json_string(entries[i], "from", place);
    if (from != "human" && from != "gpt")
      throw UnusableSample("unknown_role",
                           "conversations[" + std::to_string(i) + "] is from \"" + from + "\"");
    conversation.push_back({.is_human = from == "human", .text = json_string(entries[i], "value", place)});
  }
  return conversation;
}

void require_train(const DatasetConfig& config) {
  if (config.split != "train")
    throw ConfigError(config.kind + ": split should be train, not \"" + config.split + "\"");
}

}  // namespace pixelsail::detail
