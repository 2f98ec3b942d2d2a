#pragma once

/// The answers of a running evaluation: they grow batch by batch, survive being killed, are taken up again,
/// and can be written by several processes at once.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eval/batch_plan.h"
#include "io/atomic_file.h"
#include "io/json.h"

namespace pixelsail {

/// What becomes of answers of an earlier run.
enum class EarlierAnswers { kContinue, kDiscard };

/// DIRECTORY/parts/<i>-of-<n>/{run.json, batches.jsonl}: one folder for each process. run.json says what the
/// answers depend on; each line of batches.jsonl is {"batch":..,"seconds":..,"lines":[..]}.
class AnswerLog {
 public:
  /// `identity`: a flat object. Parts with the same identity are taken over, whoever wrote them: torn last
  /// lines and batches with a failed question are left out, so that they are answered again. Parts with
  /// another identity are refused with a ConfigError that lists the differences, unless they are discarded: then
  /// what this process wrote earlier and all parts of another number of processes are removed. Throws RunError
  /// when another process works on the same part.
  AnswerLog(const std::filesystem::path& directory, const Shard& shard, const OrderedJson& identity,
            EarlierAnswers earlier);
  ~AnswerLog();
  AnswerLog(const AnswerLog&) = delete;
  AnswerLog& operator=(const AnswerLog&) = delete;

  /// Whether some process has answered the batch, as far as was known in the beginning.
  bool done(std::size_t batch) const { return done_.contains(batch); }

  /// Writes and flushes. Throws RunError naming the file (disk full); what was written before stays.
  void append(std::size_t batch, double seconds, const std::vector<OrderedJson>& lines);

  /// The lines of all batches of the plan in the order of the questions, and the seconds that answering took;
  /// nothing when batches are missing.
  struct Complete {
    std::vector<OrderedJson> lines;
    double seconds = 0;
  };
  static std::optional<Complete> collect(const std::filesystem::path& directory,
                                         const std::vector<QuestionBatch>& plan);

 private:
  /// Batches of one file, by number; failed ones left out. `answered` is called for each.
  void read_parts();
  void check_identity(const std::filesystem::path& part) const;
  void read_part(const std::filesystem::path& part);
  void open();

  std::filesystem::path parts_, own_;
  OrderedJson identity_;
  std::optional<DirectoryLock> lock_;
  std::set<std::size_t> done_;
  std::FILE* file_ = nullptr;
};

}  // namespace pixelsail
