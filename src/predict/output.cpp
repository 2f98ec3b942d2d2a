#include "predict/output.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "image/codec.h"
#include "image/draw.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "predict/answer_json.h"
#include "predict/question_fault.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr Color kRegionColor{255, 255, 255};

/// Files that an earlier prediction may have left.
bool is_own_file(const std::string& name) {
  return name == "result.json" || name == "overlay.png" ||
         (name.starts_with("mask_") && name.ends_with(".png"));
}

void check_replaceable(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder))
    throw ConfigError(folder.string() + ": is a file, the output needs a folder");
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!is_own_file(name)) {
      throw ConfigError(folder.string() + ": holds " + name +
                        ", which is no output of a prediction; choose another");
    }
  }
}

void write_bytes(const fs::path& path, const std::vector<std::byte>& bytes) {
  write_file_atomic(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void write_item(const fs::path& folder, const PredictItem& item, const Query& query, const Answer& answer) {
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path());
  AtomicDirectory output(folder, AtomicDirectory::Existing::kReplace);
  for (std::size_t i = 0; i < answer.masks.size(); ++i) {
    write_bytes(output.path() / mask_file_name(i), encode_png(answer.masks[i]));
  }
  if (query.image) {
    Image overlay = draw_overlay(*query.image, answer.masks);
    for (const Region& region : query.visual_prompts) {
      overlay = draw_overlay(overlay, rasterize(region, overlay.height, overlay.width), kRegionColor, 0.0);
    }
    write_bytes(output.path() / "overlay.png", encode_png(overlay));
  }
  write_json_atomic(output.path() / "result.json", result_json(item, answer));
  output.commit();
}

class ItemRunner {
 public:
  ItemRunner(const AnswerBatch& model, const PredictOptions& options, const PredictCallbacks& callbacks)
      : model_(model), options_(options), callbacks_(callbacks) {}

  void run_batch(std::span<const PredictItem> items) {
    std::vector<Query> queries;
    std::vector<const PredictItem*> asked;
    for (const PredictItem& item : items) {
      Query query;
      if (const auto fault = fault_of([&] { query = make_query(item); })) {
        fail(item, *fault);
        continue;
      }
      queries.push_back(std::move(query));
      asked.push_back(&item);
    }
    if (queries.empty()) return;
    const auto together = fault_of([&] {
      const std::vector<Answer> answers = ask_model(model_, queries);
      for (std::size_t i = 0; i < answers.size(); ++i) finish(*asked[i], queries[i], answers[i]);
    });
    if (!together) return;
    // The batch does not say which of its items is at fault: one by one.
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (done_.contains(asked[i])) continue;
      const auto fault = fault_of(
          [&] { finish(*asked[i], queries[i], ask_model(model_, std::span(&queries[i], 1)).front()); });
      if (fault) fail(*asked[i], *fault);
    }
  }
  std::int64_t failed() const { return failed_; }

 private:
  Query make_query(const PredictItem& item) {
    Query query;
    query.question = item.prompt;
    query.max_new_tokens = static_cast<int>(options_.max_new_tokens);
    if (!item.image.empty()) {
      if (!image_ || image_path_ != item.image) {
        image_ = std::make_shared<const Image>(load_image(item.image));
        image_path_ = item.image;
      }
      query.image = image_;
    }
    for (const std::string& region : item.regions) query.visual_prompts.push_back(parse_region(region));
    return query;
  }

  void finish(const PredictItem& item, const Query& query, const Answer& answer) {
    const fs::path folder = options_.folder_per_item ? options_.out / item.name : options_.out;
    write_item(folder, item, query, answer);
    done_.insert(&item);
    if (callbacks_.on_answer) callbacks_.on_answer(item, answer);
  }

  void fail(const PredictItem& item, const QuestionFault& fault) {
    if (!options_.skip_errors) throw_fault(fault, options_.folder_per_item ? item.name : "");
    ++failed_;
    if (callbacks_.on_error) callbacks_.on_error(item, fault.reason);
  }

  const AnswerBatch& model_;
  const PredictOptions& options_;
  const PredictCallbacks& callbacks_;
  std::shared_ptr<const Image> image_;
  fs::path image_path_;
  std::set<const PredictItem*> done_;
  std::int64_t failed_ = 0;
};

}  // namespace

std::int64_t predict_items(const std::vector<PredictItem>& items, const AnswerBatch& model,
                           const PredictOptions& options, const PredictCallbacks& callbacks) {
  // The folders of several items would otherwise be a mixture of two predictions.
  std::optional<DirectoryLock> lock;
  if (options.folder_per_item) lock.emplace(options.out);
  for (const PredictItem& item : items) {
    check_replaceable(options.folder_per_item ? options.out / item.name : options.out);
  }
  const std::size_t batch_size = static_cast<std::size_t>(std::max<std::int64_t>(1, options.batch_size));
  ItemRunner runner(model, options, callbacks);
  for (std::size_t begin = 0; begin < items.size(); begin += batch_size) {
    runner.run_batch(std::span(items).subspan(begin, std::min(batch_size, items.size() - begin)));
  }
  return runner.failed();
}

}  // namespace pixelsail
