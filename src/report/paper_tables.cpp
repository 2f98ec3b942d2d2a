#include "report/paper_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "metrics/perbench.h"
#include "pixelsail/error.h"
#include "report/paper_file.h"

namespace pixelsail {
namespace {

/// The scores of one system.
class System {
 public:
  explicit System(std::string name) : name_(std::move(name)) {}
  void add(const RunScore& score) { scores_.push_back(&score); }
  const std::string& name() const { return name_; }

  /// A metric of the first score that `wanted` takes; nothing when there is none or it is not finite.
  template <class Wanted>
  std::optional<double> find(const std::string& metric, const Wanted& wanted) const {
    for (const RunScore* score : scores_) {
      if (!wanted(*score)) continue;
      const auto found = score->metrics.find(metric);
      if (found != score->metrics.end() && std::isfinite(found->second)) return found->second;
    }
    return std::nullopt;
  }
  std::optional<double> metric(const std::string& metric, const std::string& benchmark) const {
    return find(metric, [&](const RunScore& score) { return score.benchmark == benchmark; });
  }

 private:
  std::string name_;
  std::vector<const RunScore*> scores_;
};

std::vector<System> systems_of(std::span<const RunScore> scores) {
  std::vector<System> systems;
  for (const RunScore& score : scores) {
    auto found =
        std::ranges::find_if(systems, [&](const System& one) { return one.name() == score.answered_by; });
    if (found == systems.end()) found = systems.insert(systems.end(), System(score.answered_by));
    found->add(score);
  }
  return systems;
}

OrderedJson rounded(std::optional<double> value, int decimals) {
  if (!value) return nullptr;
  const double scale = std::pow(10.0, decimals);
  return std::round(*value * scale) / scale;
}

/// A fraction in percent with the one decimal that the paper prints.
OrderedJson percent(std::optional<double> fraction) {
  return rounded(fraction ? std::optional(*fraction * 100.0) : std::nullopt, 1);
}

/// What a column of the first table names: "refcocog val(U)".
struct ReferColumn {
  std::string benchmark, split, split_by;
};

ReferColumn parse_column(const std::string& column, const std::filesystem::path& file) {
  constexpr std::array kBenchmarks{"refcoco", "refcoco+", "refcocog", "grefcoco"};
  constexpr std::string_view kUmd = "(U)";
  const std::size_t blank = column.find(' ');
  ReferColumn result{.benchmark = column.substr(0, blank)};
  if (blank != std::string::npos) result.split = column.substr(blank + 1);
  result.split_by = result.benchmark == "refcocog" ? "umd" : "unc";
  if (result.split.ends_with(kUmd)) {
    result.split.resize(result.split.size() - kUmd.size());
    result.split_by = "umd";
  }
  if (std::ranges::find(kBenchmarks, result.benchmark) == kBenchmarks.end() || result.split.empty())
    throw DataError(file.string() + ": column \"" + column + "\" is no benchmark with its split");
  return result;
}

bool is_column(const RunScore& score, const ReferColumn& column) {
  const std::string usual = score.benchmark == "refcocog" ? "umd" : "unc";
  return score.benchmark == column.benchmark && (score.split.empty() ? "val" : score.split) == column.split &&
         (score.split_by.empty() ? usual : score.split_by) == column.split_by;
}

std::vector<OrderedJson> perbench_values(const System& system) {
  // Parts scored alone, or the three together under "perbench".
  const auto part = [&](const char* metric, const std::string& name) {
    const auto alone = system.metric(metric, "perbench_" + name);
    return alone ? alone : system.metric(metric, "perbench");
  };
  const auto meteor = part("meteor_nltk", "caption"), accuracy = part("accuracy", "mcq");
  const auto ciou = part("ciou", "vtres"), giou = part("giou", "vtres");
  std::optional<double> overall;
  if (meteor && accuracy && ciou && giou) overall = perbench_overall(*meteor, *accuracy, *ciou, *giou);
  return {percent(meteor), rounded(accuracy, 2), percent(ciou), percent(giou), rounded(overall, 1)};
}

std::string with_one_decimal(double value) {
  std::array<char, 400> text{};  // the longest double has 309 digits before its point
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1).ptr;
  return {text.data(), end};
}

std::vector<OrderedJson> question_values(const System& system) {
  const auto perception = system.metric("perception", "mme"), cognition = system.metric("cognition", "mme");
  OrderedJson mme;
  if (perception && cognition) {
    mme = with_one_decimal(*perception) + "/" + with_one_decimal(*cognition);
  }
  return {mme, percent(system.metric("accuracy", "mmbench")), percent(system.metric("accuracy", "seedbench")),
          percent(system.metric("accuracy", "mmstar"))};
}

/// What is the same for all rows of a table.
struct TableHead {
  const char* id;
  const char* title;
  std::string metric;
  std::vector<std::string> columns;
};

OrderedJson make_row(const std::string& method, const std::string& size, const std::string& group, bool ours,
                     const std::vector<OrderedJson>& values) {
  OrderedJson row;
  row["method"] = method;
  row["size"] = size;
  row["group"] = group;
  row["ours"] = ours;
  row["values"] = values;
  return row;
}

constexpr const char* kDagger = "\u2020";

/// The note speaks of the member that marks rows; readers see the dagger.
std::string readable_note(std::string note) {
  constexpr std::string_view kMember = "resolution_800";
  for (std::size_t at = note.find(kMember); at != std::string::npos; at = note.find(kMember, at))
    note.replace(at, kMember.size(), kDagger);
  return note;
}

OrderedJson make_table(const TableHead& head, const detail::PaperTable& paper,
                       std::span<const System> systems,
                       const std::function<std::vector<OrderedJson>(const System&)>& own) {
  OrderedJson table;
  table["id"] = head.id;
  table["title"] = head.title;
  table["metric"] = head.metric;
  if (!paper.note.empty()) table["note"] = readable_note(paper.note);
  table["columns"] = head.columns;
  table["rows"] = OrderedJson::array();
  for (const detail::PaperRow& row : paper.rows) {
    const std::string method = row.method + (row.low_resolution ? std::string(" ") + kDagger : "");
    table["rows"].push_back(make_row(method, row.size, row.group, false, row.values));
  }
  for (const System& system : systems) {
    const std::vector<OrderedJson> values = own(system);
    if (std::ranges::all_of(values, [](const OrderedJson& value) { return value.is_null(); })) continue;
    table["rows"].push_back(make_row(system.name(), "-", "This run", true, values));
  }
  return table;
}

}  // namespace

OrderedJson paper_tables(const std::filesystem::path& paper, std::span<const RunScore> scores) {
  const detail::PaperFile file = detail::read_paper_file(paper);
  const std::vector<System> systems = systems_of(scores);
  std::vector<ReferColumn> columns;
  for (const std::string& column : file.referring.columns) columns.push_back(parse_column(column, paper));
  OrderedJson tables = OrderedJson::array();
  tables.push_back(make_table(
      {"referring", "Table 1: referring segmentation", file.referring.metric, file.referring.columns},
      file.referring, systems, [&](const System& system) {
        std::vector<OrderedJson> values;
        for (const ReferColumn& column : columns) {
          values.push_back(
              percent(system.find("ciou", [&](const RunScore& score) { return is_column(score, column); })));
        }
        return values;
      }));
  tables.push_back(make_table({"captions", "Table 2: region captions", "METEOR (%)", {"refcocog"}},
                              file.captions, systems, [](const System& system) {
                                return std::vector{percent(system.metric("meteor", "refcocog_caption"))};
                              }));
  tables.push_back(make_table({"perbench",
                               "Table 3: PerBench",
                               "METEOR, IoU, overall (%); accuracy from 0 to 1",
                               {"caption METEOR", "MCQ accuracy", "V-T RES cIoU", "V-T RES gIoU", "overall"}},
                              file.perbench, systems, perbench_values));
  tables.push_back(make_table({"questions",
                               "Table 4: visual questions",
                               "MME: points of perception/cognition; accuracy (%)",
                               {"MME", "MMBench", "SEED-Bench image", "MMStar"}},
                              file.questions, systems, question_values));
  return tables;
}

}  // namespace pixelsail
