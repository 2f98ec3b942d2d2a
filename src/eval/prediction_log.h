#pragma once

/// predictions.jsonl of a running evaluation: grows batch by batch, survives being killed, is taken up again.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/refer.h"
#include "io/atomic_file.h"
#include "score/prediction.h"

namespace pixelsail {

/// DIRECTORY/predictions.jsonl with DIRECTORY/run.json beside it, which says what the predictions depend on.
class PredictionLog {
 public:
  /// `identity`: a flat object. An earlier run with the same identity is continued: a torn last line is cut
  /// off, predictions with an error are dropped, so that they are tried again. One with another identity is
  /// refused with a ConfigError that lists the differences, unless `restart` is set: then it is discarded.
  /// Throws RunError when another process works in the folder.
  PredictionLog(const std::filesystem::path& directory, const OrderedJson& identity, bool restart);
  ~PredictionLog();
  PredictionLog(const PredictionLog&) = delete;
  PredictionLog& operator=(const PredictionLog&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Taken over from the earlier run, then everything appended.
  const std::vector<Prediction>& predictions() const { return predictions_; }
  /// Expressions that have no prediction yet, in their order.
  std::vector<ReferExpression> remaining(std::span<const ReferExpression> expressions) const;

  /// Writes and flushes. Throws RunError naming the file (disk full).
  void append(std::vector<Prediction>&& predictions);
  /// Puts the lines in the order of `expressions`: the finished file does not show where it was interrupted.
  void finish(std::span<const ReferExpression> expressions);

 private:
  void check_identity(const OrderedJson& identity) const;
  void take_over();
  void open();
  void close() noexcept;

  std::filesystem::path path_, header_;
  DirectoryLock lock_;
  std::vector<Prediction> predictions_;
  std::FILE* file_ = nullptr;
};

}  // namespace pixelsail
