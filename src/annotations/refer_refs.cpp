#include "annotations/refer_refs.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "io/json_elements.h"
#include "io/json_number.h"
#include "io/pickle/pickle.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

const std::set<std::string> kRefMembers = {"ref_id", "ann_id", "image_id", "split", "sentences", "kind"};
const std::set<std::string> kUnusedMembers = {"tokens", "sent_ids"};

/// Pickled values share containers, so a small file can stand for an endless tree: the conversion counts its
/// nodes.
class PickleToJson {
 public:
  explicit PickleToJson(std::string file) : file_(std::move(file)) {}

  Json convert(const PickleValue& value, const std::set<std::string>* keep, int depth = 0) {
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) throw DataError(file_ + ": too large or nested in itself");
    const auto& storage = value.storage();
    if (const auto* v = std::get_if<bool>(&storage)) return *v;
    if (const auto* v = std::get_if<std::int64_t>(&storage)) return *v;
    if (const auto* v = std::get_if<double>(&storage)) return *v;
    if (const auto* v = std::get_if<std::string>(&storage)) return *v;
    if (std::holds_alternative<std::shared_ptr<PickleList>>(storage)) {
      Json list = Json::array();
      for (const PickleValue& item : value.as_list()) list.push_back(convert(item, nullptr, depth + 1));
      return list;
    }
    if (std::holds_alternative<std::shared_ptr<PickleDict>>(storage)) {
      Json object = Json::object();
      for (const auto& [key, item] : value.as_dict()) {
        const auto* name = std::get_if<std::string>(&key.storage());
        if (!name || kUnusedMembers.contains(*name) || (keep && !keep->contains(*name))) continue;
        object[*name] = convert(item, nullptr, depth + 1);
      }
      return object;
    }
    return nullptr;
  }

 private:
  static constexpr std::int64_t kMaxNodes = 50'000'000;
  static constexpr int kMaxDepth = 8;
  std::string file_;
  std::int64_t nodes_ = 0;
};

class RefReader {
 public:
  RefReader(std::string file, const ReferRule& rule) : file_(std::move(file)), rule_(rule) {}

  void add(const Json& ref, std::size_t index) {
    const std::size_t before = result_.expressions.size();
    try {
      read(ref, index);
    } catch (const DataError&) {
      if (!rule_.tolerant) throw;
      result_.expressions.resize(before);
      ++result_.faulty;
    }
  }

  ReferRefs finish() {
    if (!result_.expressions.empty()) return std::move(result_);
    std::string others;
    for (const std::string& name : other_splits_) others += (others.empty() ? "" : ", ") + name;
    throw DataError(file_ + ": no expression of split \"" + rule_.split + "\"" +
                    (others.empty() ? "" : " (other splits there: " + others + ")"));
  }

 private:
  void read(const Json& ref, std::size_t index) {
    std::string where = file_ + ": ref " + std::to_string(index);
    if (!ref.is_object()) throw DataError(where + ": expected a dict");
    const std::string& split = json_string(ref, "split", where);
    if (!split_matches(split, rule_)) {
      other_splits_.insert(split);
      return;
    }
    ReferExpression base;
    base.ref_id = json_int(ref, "ref_id", where);
    where += " (ref_id " + std::to_string(base.ref_id) + ")";
    if (!ref_ids_.insert(base.ref_id).second) throw DataError(where + ": ref_id occurs twice");
    base.image_id = json_int(ref, "image_id", where);
    base.ann_ids = annotations(ref, where);
    base.kind = kind(ref, where);

    const Json& sentences = json_at(ref, "sentences", where);
    if (!sentences.is_array()) throw DataError(where + ": sentences is no list");
    if (sentences.empty()) ++result_.refs_without_sentences;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      add_sentence(base, sentences[i], where + ": sentence " + std::to_string(i));
    }
  }

  void add_sentence(const ReferExpression& base, const Json& sentence, const std::string& where) {
    if (!sentence.is_object()) throw DataError(where + ": expected a dict");
    ReferExpression e = base;
    if (rule_.tolerant) {
      e.sentence = json_string(sentence, sentence.contains("sent") ? "sent" : "raw", where);
      e.raw = sentence.contains("raw") ? json_string(sentence, "raw", where) : e.sentence;
      result_.expressions.push_back(std::move(e));
      return;
    }
    e.sent_id = json_int(sentence, "sent_id", where);
    if (!sent_ids_.insert(e.sent_id).second) {
      throw DataError(where + ": sent_id " + std::to_string(e.sent_id) + " occurs twice");
    }
    e.sentence = json_string(sentence, "sent", where);
    if (e.sentence.find_first_not_of(" \t\r\n") == std::string::npos)
      throw DataError(where + ": empty sentence");
    e.raw = sentence.contains("raw") && !sentence["raw"].is_null() ? json_string(sentence, "raw", where)
                                                                   : e.sentence;
    if (const std::string own = kind(sentence, where); !own.empty()) e.kind = own;
    result_.expressions.push_back(std::move(e));
  }

  static std::string kind(const Json& object, const std::string& where) {
    return object.contains("kind") && !object["kind"].is_null() ? json_string(object, "kind", where)
                                                                : std::string();
  }

  std::vector<std::int64_t> annotations(const Json& ref, const std::string& where) const {
    const Json& value = json_at(ref, "ann_id", where);
    if (!value.is_array()) {
      const std::int64_t id = json_int(ref, "ann_id", where);
      return rule_.several_targets && id == -1 ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{id};
    }
    if (!rule_.several_targets) throw DataError(where + ": ann_id is a list, expected one number");
    std::vector<std::int64_t> ids;
    for (const Json& id : value) {
      const auto number = whole_json_number(id);
      if (!number) throw DataError(where + ": ann_id holds something that is no whole number: " + id.dump());
      ids.push_back(*number);
    }
    if (ids.empty()) throw DataError(where + ": ann_id is empty (no target is written [-1])");
    if (ids == std::vector<std::int64_t>{-1}) return {};
    if (std::ranges::find(ids, -1) != ids.end())
      throw DataError(where + ": ann_id mixes -1 with annotations");
    return ids;
  }

  std::string file_;
  ReferRule rule_;
  ReferRefs result_;
  std::set<std::string> other_splits_;
  std::unordered_set<std::int64_t> ref_ids_, sent_ids_;
};

}  // namespace

bool split_matches(const std::string& of_ref, const ReferRule& rule) {
  if (rule.exact || !rule.split.starts_with("test")) return of_ref == rule.split;
  if (rule.split == "test") return of_ref.find("test") != std::string::npos;
  return of_ref.find(rule.split.back()) != std::string::npos;
}

ReferRefs read_refs(const std::filesystem::path& path, const ReferRule& rule) {
  RefReader reader(path.string(), rule);
  if (path.extension() == ".json") {
    JsonSection section;
    section.element = [&](Json&& ref, std::size_t index) { reader.add(ref, index); };
    section.keep = kRefMembers;
    section.drop = kUnusedMembers;
    read_json_elements(path, {{"", section}});
  } else {
    const PickleValue file = read_pickle(path);
    if (!std::holds_alternative<std::shared_ptr<PickleList>>(file.storage())) {
      throw DataError(path.string() + ": expected a list of refs");
    }
    PickleToJson converter(path.string());
    std::size_t index = 0;
    for (const PickleValue& ref : file.as_list()) reader.add(converter.convert(ref, &kRefMembers), index++);
  }
  return reader.finish();
}

}  // namespace pixelsail::detail
