#include "teach/compute_features.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/progress.h"
#include "data/prefetch.h"
#include "model/device.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"
#include "teach/module.h"

namespace pixelsail {
namespace {

/// A picture as the teacher sees it, or why there is none.
struct ReadPicture {
  std::shared_ptr<const Image> image;
  std::string fault;
};

ReadPicture read_picture(const std::filesystem::path& file, const TeacherSpec& spec) {
  ReadPicture read;
  try {
    read.image = std::make_shared<const Image>(teacher_picture(load_image(file), spec));
  } catch (const DataError& error) {
    read.fault = error.what();
  }
  return read;
}

std::vector<std::string> keys_of(const TeacherPictures& pictures) {
  std::vector<std::string> keys;
  for (const TeacherPicture& picture : pictures.pictures) keys.push_back(picture.key);
  return keys;
}

/// Names that can be no keys fail in every run.
void add_unnamable(const TeacherPictures& pictures, TeacherProgress& progress) {
  progress.failed.insert(pictures.unnamable.begin(), pictures.unnamable.end());
}

/// Works through the pictures that are missing.
class FeatureRun {
 public:
  FeatureRun(const TeachOptions& options, std::vector<TeacherPicture> todo, const TeacherModule& module,
             std::int64_t batch, TeacherFolder& folder, Logger& log)
      : options_(options),
        todo_(std::move(todo)),
        module_(module),
        batch_(batch),
        folder_(folder),
        log_(log) {}

  /// Returns the number of pictures whose features were kept.
  std::int64_t run() {
    Prefetch<char, std::vector<ReadPicture>> reading(
        [](std::int64_t) { return '\0'; }, [this](std::int64_t number, char) { return read_batch(number); },
        options_.readers, 2 * options_.readers);
    std::optional<Progress> progress;
    if (options_.progress) progress.emplace("teach", std::ssize(todo_), "picture");
    auto written = std::chrono::steady_clock::now();
    // A run that is killed loses what has not been written.
    constexpr std::chrono::minutes kLongest{5};
    for (std::int64_t begin = 0; begin < std::ssize(todo_) && !is_stopped(); begin += batch_) {
      take_batch(begin, reading.take());
      const auto now = std::chrono::steady_clock::now();
      if (bytes_ >= options_.shard_bytes || now - written > kLongest) {
        write_shard();
        written = now;
      }
      if (progress) progress->update(std::min(begin + batch_, std::ssize(todo_)), note());
    }
    write_shard();
    if (!is_stopped()) folder_.set_failed(failed_);
    if (progress) progress->finish();
    return kept_;
  }

  bool is_stopped() const { return options_.stop != nullptr && options_.stop->load(); }

 private:
  std::vector<ReadPicture> read_batch(std::int64_t number) const {
    std::vector<ReadPicture> batch;
    const std::int64_t begin = number * batch_;
    for (std::int64_t i = begin; i < std::min(begin + batch_, std::ssize(todo_)); ++i)
      batch.push_back(read_picture(todo_[static_cast<std::size_t>(i)].file, module_.spec()));
    return batch;
  }

  std::string note() const {
    return failed_.empty() ? std::string() : std::to_string(failed_.size()) + " failed";
  }

  void fail(const std::string& key, const std::string& reason) {
    log_.warning("left out: " + key + ": " + reason);
    failed_.emplace(key, reason);
  }

  void take_batch(std::int64_t begin, const std::vector<ReadPicture>& read) {
    std::vector<std::shared_ptr<const Image>> images;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < read.size(); ++i) {
      const std::string& key = todo_[static_cast<std::size_t>(begin) + i].key;
      if (!read[i].image) {
        fail(key, read[i].fault);
        continue;
      }
      images.push_back(read[i].image);
      keys.push_back(key);
    }
    if (images.empty()) return;
    const std::vector<torch::Tensor> maps = module_.run(images, options_.bf16, batch_);
    for (std::size_t i = 0; i < maps.size(); ++i) keep(keys[i], maps[i].cpu());
  }

  void keep(const std::string& key, torch::Tensor map_chw) {
    if (!map_chw.isfinite().all().item<bool>()) {
      fail(key, "its features are not finite, or too large for store: " + module_.spec().store);
      return;
    }
    bytes_ += map_chw.nbytes();
    waiting_.emplace_back(key, std::move(map_chw));
  }

  void write_shard() {
    std::vector<std::pair<std::string, TensorView>> views;
    for (const auto& [key, map] : waiting_) {
      views.emplace_back(key, TensorView{module_.spec().store_dtype(),
                                         map.sizes().vec(),
                                         {static_cast<const std::byte*>(map.data_ptr()), map.nbytes()}});
    }
    folder_.add_shard(views);
    kept_ += std::ssize(waiting_);
    waiting_.clear();
    bytes_ = 0;
  }

  const TeachOptions& options_;
  std::vector<TeacherPicture> todo_;
  const TeacherModule& module_;
  std::int64_t batch_;
  TeacherFolder& folder_;
  Logger& log_;
  std::vector<std::pair<std::string, torch::Tensor>> waiting_;
  std::uint64_t bytes_ = 0;
  std::int64_t kept_ = 0;
  std::map<std::string, std::string> failed_;
};

}  // namespace

TeacherIdentity teacher_identity(const std::filesystem::path& module) {
  const TeacherSpec spec = read_teacher_spec(module);
  return {.name = spec.name,
          .fingerprint = teacher_fingerprint(module, spec),
          .channels = spec.channels,
          .stride = spec.stride};
}

TeachResult compute_features(const TeachOptions& options, const TeacherPictures& pictures, Logger& log) {
  TeacherFolder folder(options.out, teacher_identity(options.module));
  folder.take(options.part);
  std::vector<TeacherPicture> todo;
  for (const TeacherPicture& picture : pictures.pictures)
    if (options.part.has(picture.key) && !folder.done().contains(picture.key)) todo.push_back(picture);
  TeachResult result;
  if (todo.empty()) {
    folder.set_failed({});
  } else {
    set_threads(static_cast<int>(options.threads));
    const DeviceChoice choice = choose_device(options.device);
    log.info("device: " + choice.description);
    const TeacherModule module(options.module, choice.device);
    const std::int64_t batch = options.batch_size > 0 ? options.batch_size : (choice.device.is_cpu() ? 1 : 8);
    FeatureRun run(options, std::move(todo), module, batch, folder, log);
    result.computed = run.run();
    result.stopped = run.is_stopped();
  }
  result.progress = folder.finish(keys_of(pictures));
  add_unnamable(pictures, result.progress);
  return result;
}

TeacherProgress finish_features(const TeachOptions& options, const TeacherPictures& pictures) {
  TeacherFolder folder(options.out, teacher_identity(options.module));
  TeacherProgress progress = folder.finish(keys_of(pictures));
  add_unnamable(pictures, progress);
  return progress;
}

OrderedJson teach_summary(const TeachOptions& options, const TeachResult& result, double seconds) {
  const TeacherProgress& progress = result.progress;
  const TeacherSpec spec = read_teacher_spec(options.module);
  OrderedJson json, failed = OrderedJson::array();
  for (const auto& [key, reason] : progress.failed) failed.push_back({{"picture", key}, {"reason", reason}});
  json["teacher"] = spec.name;
  json["pictures"] = progress.done + std::ssize(failed) + progress.missing;
  json["done"] = progress.done;
  json["computed"] = result.computed;
  json["failed"] = std::move(failed);
  json["missing"] = progress.missing;
  json["channels"] = spec.channels;
  json["seconds"] = seconds;
  const bool complete = progress.missing == 0 && progress.done > 0;
  json["index"] = complete ? OrderedJson((options.out / "index.json").string()) : OrderedJson(nullptr);
  return json;
}

}  // namespace pixelsail
