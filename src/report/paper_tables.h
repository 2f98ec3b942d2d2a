#pragma once

/// The four tables of the Pixel-SAIL paper with the rows of an evaluation beside those of published systems:
///   1  referring segmentation  cIoU in percent, a column a benchmark and split
///   2  region captions         METEOR 1.5 in percent (RefCOCOg)
///   3  PerBench                caption METEOR (NLTK's) in percent, multiple-choice accuracy from 0 to 1,
///   cIoU
///                              and gIoU in percent, overall score (metrics/perbench.h)
///   4  visual questions        MME as "perception/cognition", accuracy in percent for the others

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "io/json.h"

namespace pixelsail {

/// What a system reached in one benchmark.
struct RunScore {
  std::string answered_by;
  std::string benchmark;
  std::string split;     ///< empty: the usual one
  std::string split_by;  ///< empty: the usual one
  /// As pixelsail-score names and scales them: "ciou", "giou", "meteor", "meteor_nltk", "accuracy" as
  /// fractions, "perception" and "cognition" as points.
  std::map<std::string, double> metrics;
};

/// The member "tables" of a report (report/report_page.h). `paper` is data/paper_tables.json: its rows come
/// first, as printed in the paper, then one row with "ours": true for each system of `scores` that has a
/// value in the table, in their order. What a system lacks is null, and so is the overall score when a part
/// of it is missing or a number is not finite. "(U)" behind a split of the paper is the split file umd. Rows
/// that the paper evaluated at 800 x 800 are marked with a dagger, which the note explains. Throws DataError
/// naming file and place for a file that is missing, broken or has another layout.
OrderedJson paper_tables(const std::filesystem::path& paper, std::span<const RunScore> scores);

/// The same as Markdown: a heading, a table with its columns in line, and the note of each; own rows in bold.
std::string tables_markdown(const OrderedJson& tables);

}  // namespace pixelsail
