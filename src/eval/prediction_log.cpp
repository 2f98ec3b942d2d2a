#include "eval/prediction_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

using Key = std::pair<std::int64_t, std::int64_t>;

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

std::string lines_of(std::span<const Prediction> predictions) {
  std::string text;
  for (const Prediction& prediction : predictions) text += prediction_to_line(prediction) + '\n';
  return text;
}

std::string value_text(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? "not set" : found->dump();
}

}  // namespace

PredictionLog::PredictionLog(const fs::path& directory, const OrderedJson& identity, bool restart)
    : path_(directory / "predictions.jsonl"), header_(directory / "run.json"), lock_(directory) {
  const bool has_predictions = fs::exists(path_) && fs::file_size(path_) > 0;
  if (has_predictions && restart) {
    fs::remove(path_);
  } else if (has_predictions) {
    check_identity(identity);
    take_over();
  }
  write_json_atomic(header_, identity);
  open();
}

PredictionLog::~PredictionLog() {
  close();
}

void PredictionLog::check_identity(const OrderedJson& identity) const {
  const std::string remedy = " (--restart discards it, another --out keeps it)";
  if (!fs::exists(header_)) {
    throw ConfigError(path_.string() + ": belongs to an unknown run, " + header_.string() + " is missing" +
                      remedy);
  }
  const Json old = read_json(header_);
  const Json now = Json::parse(identity.dump());
  std::set<std::string> keys;
  for (const auto& [key, value] : old.items()) keys.insert(key);
  for (const auto& [key, value] : now.items()) keys.insert(key);
  std::string differences;
  for (const std::string& key : keys) {
    const std::string before = value_text(old, key), after = value_text(now, key);
    if (before != after)
      differences += (differences.empty() ? "" : ", ") + key + ": " + before + " -> " + after;
  }
  if (!differences.empty()) {
    throw ConfigError(path_.string() + ": belongs to another run" + remedy + ": " + differences);
  }
}

void PredictionLog::take_over() {
  cut_torn_line(path_);
  predictions_ = read_predictions(path_);
  const auto failed = [](const Prediction& prediction) { return !prediction.error.empty(); };
  if (std::erase_if(predictions_, failed) > 0) write_file_atomic(path_, lines_of(predictions_));
}

void PredictionLog::open() {
  file_ = std::fopen(path_.c_str(), "ab");
  if (!file_) throw RunError(path_.string() + ": cannot be opened for writing: " + std::strerror(errno));
}

void PredictionLog::close() noexcept {
  if (file_) std::fclose(file_);
  file_ = nullptr;
}

std::vector<ReferExpression> PredictionLog::remaining(std::span<const ReferExpression> expressions) const {
  std::set<Key> done;
  for (const Prediction& prediction : predictions_) done.emplace(prediction.ref_id, prediction.sent_id);
  std::vector<ReferExpression> left;
  for (const ReferExpression& expression : expressions) {
    if (!done.contains({expression.ref_id, expression.sent_id})) left.push_back(expression);
  }
  return left;
}

void PredictionLog::append(std::vector<Prediction>&& predictions) {
  const std::string text = lines_of(predictions);
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) {
    throw RunError(path_.string() + ": cannot be written: " + std::strerror(errno));
  }
  std::ranges::move(predictions, std::back_inserter(predictions_));
}

void PredictionLog::finish(std::span<const ReferExpression> expressions) {
  std::map<Key, std::size_t> rank;
  for (const ReferExpression& expression : expressions) {
    rank.try_emplace({expression.ref_id, expression.sent_id}, rank.size());
  }
  const auto rank_of = [&](const Prediction& prediction) {
    const auto found = rank.find({prediction.ref_id, prediction.sent_id});
    return found == rank.end() ? rank.size() : found->second;
  };
  if (std::ranges::is_sorted(predictions_, {}, rank_of)) return;
  std::ranges::stable_sort(predictions_, {}, rank_of);
  close();
  write_file_atomic(path_, lines_of(predictions_));
  open();
}

}  // namespace pixelsail
