#include "data/teacher_folder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "core/rng.h"
#include "data/teacher_cache.h"
#include "io/json.h"
#include "io/tensors/tensor_source.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kIdentityKey = "teacher";

std::string part_name(TeacherPart part) {
  return std::to_string(part.index) + "of" + std::to_string(part.count);
}

std::vector<fs::path> files_of(const fs::path& folder, const char* begin, const char* ending) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ending && entry.path().filename().string().starts_with(begin))
      files.push_back(entry.path());
  }
  if (error) throw RunError(folder.string() + ": cannot be listed: " + error.message());
  std::ranges::sort(files);
  return files;
}

/// Waits for others: they hold it for as long as a list of the folder takes.
std::unique_ptr<DirectoryLock> wait_for(const fs::path& folder) {
  constexpr int kTries = 600;
  for (int i = 1;; ++i) {
    try {
      return std::make_unique<DirectoryLock>(folder);
    } catch (const RunError&) {
      if (i == kTries) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace

bool TeacherPart::has(const std::string& key) const {
  return static_cast<std::int64_t>(Rng(0, key).next_u64() % static_cast<std::uint64_t>(count)) == index;
}

TeacherFolder::TeacherFolder(fs::path folder, TeacherIdentity identity)
    : folder_(std::move(folder)), parts_(folder_ / ".parts"), identity_(std::move(identity)) {
  std::error_code error;
  fs::create_directories(parts_, error);
  if (error) throw RunError(parts_.string() + ": cannot create the folder: " + error.message());
  for (const auto& [key, shard] : read_shards()) done_.insert(key);
}

std::map<std::string, std::string> TeacherFolder::read_shards() const {
  std::map<std::string, std::string> shard_of;
  for (const fs::path& file : files_of(folder_, "", ".safetensors")) {
    const auto source = open_tensors(file);
    const auto written_by = source->metadata().find(kIdentityKey);
    if (written_by == source->metadata().end() || written_by->second != identity_.fingerprint) {
      throw ConfigError(
          file.string() +
          ": features of another teacher, or of the same one with another module or settings; choose "
          "another folder or remove this one");
    }
    for (const std::string& key : source->names()) shard_of.emplace(key, file.filename().string());
  }
  return shard_of;
}

void TeacherFolder::take(TeacherPart part) {
  part_ = part;
  lock_ = std::make_unique<DirectoryLock>(parts_ / part_name(part));
  next_ = 0;
  const std::string begin = "features-" + part_name(part) + "-";
  for (const fs::path& file : files_of(folder_, begin.c_str(), ".safetensors")) {
    const std::string digits = file.stem().string().substr(begin.size());
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
      continue;
    next_ = std::max<std::int64_t>(next_, std::stoll(digits) + 1);
  }
  // What another process with this part has written since the folder was read.
  done_.clear();
  for (const auto& [key, shard] : read_shards()) done_.insert(key);
}

void TeacherFolder::add_shard(const std::vector<std::pair<std::string, TensorView>>& maps) {
  if (maps.empty()) return;
  char number[16];
  std::snprintf(number, sizeof number, "%05lld", static_cast<long long>(next_));
  write_safetensors(folder_ / ("features-" + part_name(part_) + "-" + number + ".safetensors"), maps,
                    {{kIdentityKey, identity_.fingerprint}});
  ++next_;
  for (const auto& [key, map] : maps) done_.insert(key);
}

fs::path TeacherFolder::failed_file() const {
  return parts_ / ("failed-" + part_name(part_) + ".json");
}

void TeacherFolder::set_failed(const std::map<std::string, std::string>& reasons) {
  if (reasons.empty()) {
    std::error_code ignored;
    fs::remove(failed_file(), ignored);
    return;
  }
  OrderedJson list = OrderedJson::object();
  for (const auto& [key, reason] : reasons) list[key] = reason;
  write_file_atomic(failed_file(), list.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

std::map<std::string, std::string> TeacherFolder::read_failed() const {
  std::map<std::string, std::string> failed;
  for (const fs::path& file : files_of(parts_, "failed-", ".json")) {
    const Json list = read_json(file);
    for (const auto& [key, reason] : list.items())
      failed.emplace(key, reason.is_string() ? reason.get<std::string>() : "unknown reason");
  }
  return failed;
}

TeacherProgress TeacherFolder::finish(const std::vector<std::string>& pictures) {
  // One after another: who lists the folder last writes the index last.
  const auto lock = wait_for(parts_);
  const std::map<std::string, std::string> shard_of = read_shards(), failed = read_failed();
  TeacherProgress progress;
  for (const std::string& key : pictures) {
    if (shard_of.contains(key)) {
      ++progress.done;
    } else if (const auto found = failed.find(key); found != failed.end()) {
      progress.failed.insert(*found);
    } else {
      ++progress.missing;
    }
  }
  if (progress.missing == 0 && progress.done > 0) write_index(shard_of);
  return progress;
}

void TeacherFolder::write_index(const std::map<std::string, std::string>& shard_of) const {
  OrderedJson index;
  index["format"] = kTeacherFormat;
  index["teacher"] = identity_.name;
  index["channels"] = identity_.channels;
  index["stride"] = identity_.stride;
  OrderedJson& shards = index["shards"] = OrderedJson::object();
  // The keys are distinct: appending skips the search for each.
  auto& entries = shards.get_ref<OrderedJson::object_t&>();
  for (const auto& [key, shard] : shard_of)
    entries.OrderedJson::object_t::Container::emplace_back(key, shard);
  write_json_atomic(folder_ / "index.json", index);
}

}  // namespace pixelsail
