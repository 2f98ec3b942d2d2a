#pragma once

/// What the data sets by the published rules share: the name, the sentences, and what becomes of faults. A record that
/// is wrong in any way is a sample that cannot be used, with the name of the reason; it never stops a run.

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/mix/sentences.h"
#include "io/json.h"
#include "io/json_list_file.h"

namespace pixelsail::detail {

/// Objects of one sample, and the most regions that are asked about.
inline constexpr std::int64_t kObjectsPerSample = 5;

class PublishedSet : public Dataset {
 public:
  /// Throws ConfigError for settings that have no meaning for a published data set.
  PublishedSet(const DatasetConfig& config, const DataConfig& data,
               std::int64_t objects_per_sample = kObjectsPerSample);

  const std::string& name() const final { return name_; }
  Sample make(std::int64_t index, Draws& draws) const final;

 protected:
  /// "FILE: [12]", for messages.
  virtual std::string where(std::int64_t index) const = 0;
  /// Picture, conversation, masks or prompts of the sample; turns are made of the conversation.
  virtual void fill(std::int64_t index, Draws& draws, Sample& sample) const = 0;

  const std::filesystem::path& root() const { return root_; }
  const Sentences& texts() const { return texts_; }
  std::size_t objects_per_sample() const { return objects_; }

 private:
  std::filesystem::path root_;
  std::string name_;
  const Sentences& texts_;
  std::size_t objects_;
};

/// A sample a record of a JSON list.
class PublishedList : public PublishedSet {
 public:
  /// `usual`: the rules of the kind where the configuration says none.
  PublishedList(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file,
                std::string key = {}, std::string_view usual = "published");
  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }

 protected:
  std::string where(std::int64_t index) const override {
    return records_.where(static_cast<std::size_t>(index));
  }
  const JsonListFile& records() const { return records_; }
  Json record(std::int64_t index) const { return records_.read(static_cast<std::size_t>(index)); }

 private:
  JsonListFile records_;
};

/// The list under `key`, without one where it is missing or null. Throws DataError for anything else.
Json list_of(const Json& record, const char* key, const std::string& where);

/// Reads [{"from": "human" or "gpt", "value": ...}]. Throws UnusableSample (unknown_role) for other speakers.
std::vector<Utterance> read_conversation(const Json& record, const std::string& where);

/// Throws ConfigError unless the split is "train": for data sets that have no other.
void require_train(const DatasetConfig& config);

}  // namespace pixelsail::detail
