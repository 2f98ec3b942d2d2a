// Conversations about pictures in the layout of LLaVA's instruction data, ROOT/llava/llava_<split>.json:
//   [{"id","image":"folder/name.jpg","conversations":[{"from":"human","value":"<image>\nquestion"},
//     {"from":"gpt","value":"answer"},..]}]
// or with a record a line, and with pictures below ROOT/images (or ROOT); a record without "image" is text alone. The published
// mix has a gigabyte: a record is read when it is visited. One sample is one record with `turns_per_sample` of its pairs; by
// the published rules the whole conversation (data/mix/llava_whole.h).

#include "annotations/annotation_file.h"
#include "data/dataset.h"
#include "data/mix/llava_whole.h"
#include "io/json_list_file.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::string_view kImageToken = "<image>";

/// One conversation, about at most one picture.
struct Conversation {
  std::string image;
  std::vector<SampleTurn> turns;
};

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

/// Takes the place of the picture out of a question: the picture always stands in front of the conversation.
bool take_image_token(std::string& text, const std::string& where) {
  const std::size_t at = text.find(kImageToken);
  if (at == std::string::npos) return false;
  text.erase(at, kImageToken.size());
  if (text.find(kImageToken) != std::string::npos)
    throw DataError(where + ": more than one " + std::string(kImageToken));
  if (at < text.size() && text[at] == '\n') {
    text.erase(at, 1);
  } else if (at > 0 && at == text.size() && text[at - 1] == '\n') {
    text.erase(at - 1, 1);
  }
  return true;
}

/// "human" and "gpt" in turn, each with text. As in LLaVA's own training a first turn that is not from "human" is
/// left out, and a last question without an answer, from which nothing is learned.
std::vector<SampleTurn> parse_turns(const Json& list, bool has_image, const std::string& where) {
  const bool is_list = list.is_array() && !list.empty();
  const bool skips_first =
      is_list && list.front().is_object() && list.front().contains("from") && list.front()["from"] != "human";
  const std::size_t begin = skips_first ? 1 : 0;
  const std::size_t end = is_list ? begin + (list.size() - begin) / 2 * 2 : 0;
  if (begin == end || !is_list)
    throw DataError(where + ": \"conversations\" should be pairs of a question and an answer");
  std::vector<SampleTurn> turns;
  bool image_placed = false;
  for (std::size_t i = begin; i < end; ++i) {
    const std::string place = where + ".conversations[" + std::to_string(i) + "]";
    const bool asks = (i - begin) % 2 == 0;
    const std::string& role = json_string(list[i], "from", place);
    if (role != (asks ? "human" : "gpt"))
      throw DataError(place + ": should be from \"" + (asks ? "human" : "gpt") + "\", not \"" + role + "\"");
    std::string text = json_string(list[i], "value", place);
    if (asks && take_image_token(text, place)) {
      if (!has_image)
        throw DataError(place + ": " + std::string(kImageToken) + ", but the record has no image");
      if (image_placed) throw DataError(place + ": a second " + std::string(kImageToken));
      image_placed = true;
    }
    if (blank(text)) throw DataError(place + ": empty");
    if (asks) {
      turns.push_back({.question = std::move(text), .answer = {}, .masks = std::nullopt});
    } else {
      turns.back().answer = std::move(text);
    }
  }
  if (has_image && !image_placed) throw DataError(where + ": an image, but no " + std::string(kImageToken));
  return turns;
}

class LlavaDataset : public Dataset {
 public:
  LlavaDataset(const std::filesystem::path& file, std::filesystem::path root, const DatasetConfig& config)
      : records_(file),
        file_name_(file.filename().string()),
        root_(std::move(root)),
        name_(config.kind + " " + config.split),
        turns_(static_cast<std::size_t>(config.turns_per_sample)) {
    if (records_.size() == 0) throw DataError(file.string() + ": holds no conversation");
    require_usable_record();
  }

  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }

  Sample make(std::int64_t index, Draws& draws) const override {
    const auto record = static_cast<std::size_t>(index);
    const Conversation conversation = read(record);
    Sample sample;
    sample.id = name_ + " " + file_name_ + ":" + std::to_string(record);
    if (!conversation.image.empty()) {
      const std::filesystem::path below = root_ / "images" / conversation.image;
      std::error_code ignored;  // of a name that no file can have
      sample.image = std::filesystem::exists(below, ignored) ? below : root_ / conversation.image;
      sample.image_key = sample.image.filename().string();
    }
    for (const std::size_t i : draws.some("turns", conversation.turns.size(), turns_))
      sample.turns.push_back(conversation.turns[i]);
    return sample;
  }

 private:
  /// One odd record among hundreds of thousands is a broken sample (data.on_error), no broken file; a file of nothing else
  /// is one.
  void require_usable_record() const {
    std::string first_fault;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      try {
        read(i);
        return;
      } catch (const DataError& error) {
        if (first_fault.empty()) first_fault = error.what();
      }
    }
    throw DataError(first_fault);
  }

  Conversation read(std::size_t index) const {
    const Json record = records_.read(index);
    const std::string where = records_.where(index);
    Conversation conversation;
    if (record.contains("image") && !record["image"].is_null()) {
      conversation.image = json_string(record, "image", where);
      if (!stays_inside(conversation.image))
        throw DataError(where + ": image \"" + conversation.image + "\" leads out of its folder");
    }
    conversation.turns =
        parse_turns(json_at(record, "conversations", where), !conversation.image.empty(), where);
    return conversation;
  }

  JsonListFile records_;
  std::string file_name_;
  std::filesystem::path root_;
  std::string name_;
  std::size_t turns_;
};

}  // namespace

std::unique_ptr<Dataset> make_llava(const DatasetConfig& config, const DataConfig& data) {
  if (!config.split_by.empty()) throw ConfigError("llava: split_by has no meaning here");
  if (detail::by_published_rules(config, "simple")) return detail::make_llava_whole(config, data);
  const auto root = detail::dataset_root(config, data);
  if (std::filesystem::is_regular_file(root))
    return std::make_unique<LlavaDataset>(root, root.parent_path(), config);
  return std::make_unique<LlavaDataset>(
      find_annotation_file(root, {"llava"}, "llava_" + config.split + ".json"), root, config);
}

}  // namespace pixelsail
