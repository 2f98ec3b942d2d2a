#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "annotations/vqa.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/vqa/answers.h"
#include "benchmarks/vqa/md5_file.h"
#include "benchmarks/vqa/mme_subtasks.h"
#include "io/printable.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// MD5 of the published tables, as VLMEvalKit knows them.
struct PublishedTable {
  std::string_view benchmark, name, md5;
  /// Questions without their rolls; 0: not known.
  std::int64_t questions = 0;
};
constexpr std::array kPublishedTables{
    PublishedTable{"mme", "MME.tsv", "b36b43c3f09801f5d368627fb92187c3"},
    PublishedTable{"mmbench", "MMBench_DEV_EN.tsv", "b6caf1133a01c6bb705cf753bb527ed8", 1164},
    PublishedTable{"mmbench", "MMBench_DEV_EN_V11.tsv", "30c05be8f2f347a50be25aa067248184"},
    PublishedTable{"mmbench", "MMBench_TEST_EN.tsv", "6939fadb0ce626fefc0bdc9c64efc528"},
    PublishedTable{"seedbench", "SEEDBench_IMG.tsv", "68017231464752261a2526d6ca3a10c0"},
    PublishedTable{"mmstar", "MMStar.tsv", "e1ecd2140806c1b1bbf54b43372efb9e"},
};

/// Questions between two calls of the progress function.
constexpr std::int64_t kProgressStep = 64;

using Questions = std::vector<const VqaQuestion*>;

void add_md5(const std::filesystem::path& path, BenchmarkCheck& check) {
  const std::string md5 = md5_of_file(path);
  std::string verdict = "none of the published tables that are known";
  for (const PublishedTable& one : kPublishedTables)
    if (one.benchmark == check.benchmark && one.md5 == md5)
      verdict = "that of the published " + std::string(one.name);
  for (const PublishedTable& one : kPublishedTables)
    if (one.name == path.filename().string() && one.md5 != md5)
      check.note("tables have a published name and other bytes",
                 path.string() + ": md5 " + md5 + ", published " + std::string(one.md5));
  check.facts.emplace_back("table", path.string());
  check.facts.emplace_back("md5", md5 + ", " + verdict);
}

void check_choice_answer(const VqaTable& table, const VqaQuestion& question, BenchmarkCheck& check) {
  const auto is_answer = [&](const auto& option) { return std::string(1, option.first) == *question.answer; };
  if (question.options.empty()) check.fault("questions have no options", table.where(question));
  if (std::ranges::none_of(question.options, is_answer))
    check.fault("answers are no letter of an option",
                table.where(question) + ": \"" + detail::printable(*question.answer) + '"');
}

/// VLMEvalKit compares with the answer as it stands in the table; MME's own script in lower case.
void check_yes_no_answer(const VqaTable& table, const VqaQuestion& question, bool any_case,
                         BenchmarkCheck& check) {
  std::string answer = *question.answer;
  if (any_case && !answer.empty()) {
    for (char& c : answer) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (answer[0] >= 'a' && answer[0] <= 'z') answer[0] = static_cast<char>(answer[0] - 'a' + 'A');
  }
  if (answer != "Yes" && answer != "No")
    check.fault("answers are neither Yes nor No",
                table.where(question) + ": \"" + detail::printable(*question.answer) + '"');
}

void check_texts(const VqaTable& table, const Questions& questions, const BenchmarkConfig& config,
                 BenchmarkCheck& check) {
  const bool yes_no = config.benchmark == "mme",
             any_case = options_of<MmeOptions>(config.options).yes_no_rules == YesNoRules::kMmeScript;
  std::int64_t answered = 0;
  for (const VqaQuestion* question : questions) {
    if (is_blank(question->question)) check.fault("questions are empty", table.where(*question));
    if (!question->answer) {
      check.note("questions have no answer", table.where(*question));
      continue;
    }
    ++answered;
    if (yes_no) {
      check_yes_no_answer(table, *question, any_case, check);
    } else {
      check_choice_answer(table, *question, check);
    }
  }
  if (answered == 0)
    check.fault("no question has an answer (the tables of test splits have none)", table.name());
}

void check_subtasks(const VqaTable& table, const Questions& questions, BenchmarkCheck& check) {
  std::set<std::string_view> known(kMmePerception.begin(), kMmePerception.end());
  known.insert(kMmeCognition.begin(), kMmeCognition.end());
  std::set<std::string> found;
  std::map<std::pair<std::string, std::string>, std::pair<std::int64_t, const VqaQuestion*>> pairs;
  for (const VqaQuestion* question : questions) {
    if (!question->category || !question->image_path) {
      check.fault("questions have no category or no image_path", table.where(*question));
      continue;
    }
    if (!known.contains(*question->category))
      check.fault("categories are no subtask of MME and enter neither total",
                  table.where(*question) + ": \"" + detail::printable(*question->category) + '"');
    found.insert(*question->category);
    auto& [count, first] = pairs[{*question->category, *question->image_path}];
    ++count;
    first = question;
  }
  for (const auto& [names, pair] : pairs)
    if (pair.first < 2)
      check.fault("pictures have one question in a subtask, accuracy+ needs two", table.where(*pair.second));
  for (const std::string_view name : known)
    if (!found.contains(std::string(name)))
      check.note("subtasks of MME are not in the table", std::string(name));
  check.count("subtasks", static_cast<std::int64_t>(found.size()));
}

/// Records of one question of MMBench.
struct Rolls {
  std::int64_t records = 0;
  const VqaQuestion* main = nullptr;
  const VqaQuestion* any = nullptr;
};

void check_rolls(const VqaTable& table, const Questions& questions, const ScoreRequest& request,
                 BenchmarkCheck& check) {
  const RolledQuestion rolled(table, request);
  std::map<std::int64_t, Rolls> groups;
  for (const VqaQuestion* question : questions) {
    guarded(check, "indices are no whole numbers", [&] {
      Rolls& rolls = groups[rolled.group(*question)];
      ++rolls.records;
      rolls.any = question;
      if (rolled.is_main(*question)) rolls.main = question;
    });
  }
  for (const auto& [index, rolls] : groups) {
    if (rolls.main == nullptr) {
      check.fault("rolled questions lack the question itself", table.where(*rolls.any));
    } else if (rolls.records != static_cast<std::int64_t>(rolls.main->options.size())) {
      check.fault("questions have not one roll for each option",
                  table.where(*rolls.main) + ": " + std::to_string(rolls.records) + " records, " +
                      std::to_string(rolls.main->options.size()) + " options");
    }
  }
  check.count("main questions", static_cast<std::int64_t>(groups.size()));
  const std::string file = std::filesystem::path(table.name()).filename().string();
  for (const PublishedTable& one : kPublishedTables) {
    if (one.name == file && one.questions > 0)
      check.published.push_back({.name = "main questions",
                                 .published = one.questions,
                                 .found = static_cast<std::int64_t>(groups.size())});
  }
}

void check_pictures(const VqaTable& table, const Questions& questions, const CheckOptions& options,
                    BenchmarkCheck& check) {
  if (!table.has_column("image")) {
    check.fault("pictures are missing", table.name() + ": the table has no column \"image\"");
    return;
  }
  PictureCheck pictures(check, options);
  std::set<std::size_t> seen;
  std::int64_t done = 0, references = 0;
  for (const VqaQuestion* question : questions) {
    guarded(check, "pictures are missing or no base64", [&] {
      const std::size_t holder = table.image_holder(*question);
      references += &table.questions()[holder] == question ? 0 : 1;
      if (!seen.insert(holder).second) return;
      for (const auto& bytes : table.image_bytes(*question)) pictures.look(bytes, table.where(*question));
    });
    ++done;
    if (options.progress &&
        (done % kProgressStep == 0 || done == static_cast<std::int64_t>(questions.size())))
      options.progress(done, static_cast<std::int64_t>(questions.size()));
  }
  check.count("images", static_cast<std::int64_t>(seen.size()));
  check.count("questions that name another's image", references);
}

}  // namespace

void check_table(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const auto path = find_vqa_table(config.root, config.benchmark);
  add_md5(path, check);
  const VqaTable table = VqaTable::load(path);
  const ScoreRequest request{.benchmark = config.benchmark, .split = config.split, .options = config.options};
  const VqaSelection selected = selection_of(table, request);
  Questions questions;
  for (const VqaQuestion& question : table.questions())
    if (selected(question)) questions.push_back(&question);
  check.count("records", static_cast<std::int64_t>(table.questions().size() + table.without_image()));
  check.count("questions", static_cast<std::int64_t>(questions.size()));
  if (questions.empty()) throw DataError(table.name() + ": no question");
  for (std::size_t i = 0; i < table.without_image(); ++i)
    check.note("records have no image and are left out", table.name());
  check_texts(table, questions, config, check);
  if (config.benchmark == "mme") check_subtasks(table, questions, check);
  if (config.benchmark == "mmbench") check_rolls(table, questions, request, check);
  check_pictures(table, questions, options, check);
}

}  // namespace pixelsail
