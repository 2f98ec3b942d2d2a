#include "eval/answer_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

#include "io/ordered_json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kBatches = "batches.jsonl";
constexpr const char* kHeader = "run.json";

std::string count_suffix(const Shard& shard) {
  return "-of-" + std::to_string(shard.count);
}

/// Cuts the file after its last newline.
void cut_torn_line(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw DataError(path.string() + ": cannot be opened");
  std::streamoff end = file.tellg();
  const std::streamoff size = end;
  std::vector<char> block;
  while (end > 0) {
    const std::streamoff begin = std::max<std::streamoff>(0, end - (std::streamoff{1} << 16));
    block.resize(static_cast<std::size_t>(end - begin));
    file.seekg(begin);
    if (!file.read(block.data(), end - begin)) throw DataError(path.string() + ": cannot be read");
    const auto newline = std::find(block.rbegin(), block.rend(), '\n');
    if (newline != block.rend()) {
      end = begin + (block.rend() - newline);
      break;
    }
    end = begin;
  }
  file.close();
  if (end != size) fs::resize_file(path, static_cast<std::uintmax_t>(end));
}

struct AnsweredBatch {
  std::size_t batch = 0;
  double seconds = 0;
  std::vector<OrderedJson> lines;
  bool failed() const {
    return std::ranges::any_of(lines, [](const OrderedJson& line) { return line.contains("error"); });
  }
};

AnsweredBatch answered_batch(OrderedJson&& json, const std::string& where) {
  const auto is_line = [](const OrderedJson& line) {
    return line.is_object() && (!line.contains("error") || line.at("error").is_string());
  };
  const auto seconds = json.find("seconds");
  if (!json.is_object() || !json.contains("batch") || !json.at("batch").is_number_unsigned() ||
      !json.contains("lines") || !json.at("lines").is_array() ||
      !std::ranges::all_of(json.at("lines"), is_line) || (seconds != json.end() && !seconds->is_number()))
    throw DataError(where + ": is no line of answers");
  AnsweredBatch batch{.batch = json.at("batch").get<std::size_t>(),
                      .seconds = seconds == json.end() ? 0 : seconds->get<double>(),
                      .lines = {}};
  for (OrderedJson& line : json.at("lines")) batch.lines.push_back(std::move(line));
  return batch;
}

/// Calls `take` for every complete line; the last one may still be being written.
void read_batches(const fs::path& file, const std::function<void(AnsweredBatch&&)>& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return;
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    if (in.eof()) return;  // no newline behind it
    ++number;
    const std::string where = file.string() + ":" + std::to_string(number);
    take(answered_batch(parse_ordered_json(text, where), where));
  }
}

std::string value_text(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? "not set" : found->dump();
}

}  // namespace

AnswerLog::AnswerLog(const fs::path& directory, const Shard& shard, const OrderedJson& identity,
                     EarlierAnswers earlier)
    : parts_(directory / "parts"),
      own_(parts_ / (std::to_string(shard.index) + count_suffix(shard))),
      identity_(identity) {
  lock_.emplace(own_);
  if (earlier == EarlierAnswers::kDiscard) {
    fs::remove(own_ / kBatches);
    for (const auto& entry : fs::directory_iterator(parts_)) {
      if (!entry.path().filename().string().ends_with(count_suffix(shard))) fs::remove_all(entry.path());
    }
  } else if (fs::exists(own_ / kBatches) && fs::file_size(own_ / kBatches) > 0) {
    check_identity(own_);
    cut_torn_line(own_ / kBatches);
  }
  write_json_atomic(own_ / kHeader, identity_);
  read_parts();
  open();
}

AnswerLog::~AnswerLog() {
  if (file_ != nullptr) std::fclose(file_);
}

void AnswerLog::check_identity(const fs::path& part) const {
  const std::string remedy = " (--restart discards it, another --out keeps it)";
  const fs::path header = part / kHeader;
  if (!fs::exists(header))
    throw ConfigError((part / kBatches).string() + ": belongs to an unknown run, " + header.string() +
                      " is missing" + remedy);
  const Json old = read_json(header);
  const Json now = Json::parse(identity_.dump());
  std::set<std::string> keys;
  for (const auto& [key, value] : old.items()) keys.insert(key);
  for (const auto& [key, value] : now.items()) keys.insert(key);
  std::string differences;
  for (const std::string& key : keys) {
    const std::string before = value_text(old, key), after = value_text(now, key);
    if (before != after)
      differences += (differences.empty() ? "" : ", ") + key + ": " + before + " -> " + after;
  }
  if (!differences.empty())
    throw ConfigError((part / kBatches).string() + ": belongs to another run" + remedy + ": " + differences);
}

void AnswerLog::read_parts() {
  for (const auto& entry : fs::directory_iterator(parts_)) read_part(entry.path());
}

void AnswerLog::read_part(const fs::path& part) {
  if (!fs::exists(part / kBatches) || fs::file_size(part / kBatches) == 0) return;
  check_identity(part);
  read_batches(part / kBatches, [&](AnsweredBatch&& batch) {
    if (!batch.failed()) done_.insert(batch.batch);
  });
}

void AnswerLog::open() {
  file_ = std::fopen((own_ / kBatches).c_str(), "ab");
  if (file_ == nullptr)
    throw RunError((own_ / kBatches).string() + ": cannot be opened for writing: " + std::strerror(errno));
}

void AnswerLog::append(std::size_t batch, double seconds, const std::vector<OrderedJson>& lines) {
  const OrderedJson json{{"batch", batch}, {"seconds", seconds}, {"lines", lines}};
  // Bytes of an answer that are no UTF-8 (a cut-off character) become U+FFFD.
  const std::string text = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0)
    throw RunError((own_ / kBatches).string() + ": cannot be written: " + std::strerror(errno));
  done_.insert(batch);
}

std::optional<AnswerLog::Complete> AnswerLog::collect(const fs::path& directory,
                                                      const std::vector<QuestionBatch>& plan) {
  std::map<std::size_t, AnsweredBatch> answered;
  for (const auto& entry : fs::directory_iterator(directory / "parts")) {
    read_batches(entry.path() / kBatches, [&](AnsweredBatch&& batch) {
      // Of a batch that failed and was answered again the last one stands.
      answered[batch.batch] = std::move(batch);
    });
  }
  Complete result;
  for (std::size_t b = 0; b < plan.size(); ++b) {
    const auto found = answered.find(b);
    if (found == answered.end() || found->second.lines.size() != plan[b].size()) return std::nullopt;
    result.seconds += found->second.seconds;
    for (std::size_t i = 0; i < plan[b].size(); ++i) {
      const std::size_t question = plan[b][i];
      if (result.lines.size() <= question) result.lines.resize(question + 1);
      result.lines[question] = std::move(found->second.lines[i]);
    }
  }
  return result;
}

}  // namespace pixelsail
