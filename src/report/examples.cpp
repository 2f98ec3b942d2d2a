#include "report/examples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "core/rng.h"
#include "image/codec.h"
#include "image/contact_sheet.h"
#include "image/draw.h"
#include "io/base64.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr int kPanelSide = 320;
constexpr int kGap = 6;
constexpr int kJpegQuality = 85;
constexpr int kSheetColumns = 3;
constexpr Color kTruth{.red = 46, .green = 160, .blue = 67};
constexpr Color kPrediction{.red = 214, .green = 57, .blue = 100};
constexpr Color kRegion{.red = 255, .green = 180, .blue = 0};
constexpr Color kGapColor{.red = 255, .green = 255, .blue = 255};

std::vector<Mask> predicted_masks(const OrderedJson& line) {
  std::vector<Mask> masks;
  const auto take = [&](const OrderedJson& value) {
    masks.push_back(decode_mask(rle_from_json(Json::parse(value.dump()))));
  };
  if (line.contains("mask") && line.at("mask").is_object()) take(line.at("mask"));
  if (line.contains("masks") && line.at("masks").is_array())
    for (const OrderedJson& value : line.at("masks")) take(value);
  return masks;
}

std::vector<Mask> decoded(const std::vector<Rle>& rles) {
  std::vector<Mask> masks;
  for (const Rle& rle : rles) masks.push_back(decode_mask(rle));
  return masks;
}

/// The mask that counts: the first, or all of them together where all count.
std::optional<Mask> shown_mask(std::vector<Mask> masks, AnswerKind kind) {
  if (kind != AnswerKind::kMasks && masks.size() > 1) masks.resize(1);
  return joined_masks(std::move(masks));
}

/// One mask in its own colour, several in colours that stay apart.
Image with_masks(const Image& image, const std::vector<Mask>& masks, Color color) {
  return masks.size() == 1 ? draw_overlay(image, masks.front(), color) : draw_overlay(image, masks);
}

/// Shrunk or grown to the size of a panel.
struct Panel {
  int height = 0, width = 0;
  explicit Panel(const Image& image) {
    const double scale = static_cast<double>(kPanelSide) / std::max(image.height, image.width);
    height = std::max(1, static_cast<int>(std::lround(image.height * scale)));
    width = std::max(1, static_cast<int>(std::lround(image.width * scale)));
  }
  Image picture(const Image& image) const { return scale_for_display(image, width, height); }
  std::vector<Mask> masks(const std::vector<Mask>& originals) const {
    std::vector<Mask> scaled;
    for (const Mask& mask : originals) scaled.push_back(scale_for_display(mask, width, height));
    return scaled;
  }
};

Image beside(const Image& left, const Image& right) {
  Image canvas = blank_image(left.height, left.width + kGap + right.width, kGapColor);
  paste(canvas, left, 0, 0);
  paste(canvas, right, left.width + kGap, 0);
  return canvas;
}

Image draw(const JobResult& result, const QuestionSet& set, std::size_t question) {
  const std::shared_ptr<const Image> image = set.load_image(set.questions[question].image);
  const Panel panel(*image);
  Image left = panel.picture(*image);
  for (const Region& region : set.regions(question)) {
    if (const auto* mask = std::get_if<Mask>(&region))
      left = draw_overlay(left, scale_for_display(*mask, panel.width, panel.height), kRegion, 0.35);
  }
  const bool has_masks =
      set.kind == AnswerKind::kMask || set.kind == AnswerKind::kMasks || set.kind == AnswerKind::kGrounded;
  if (!has_masks) return left;
  const std::vector<Mask> truth = panel.masks(decoded(set.reference(question).masks));
  const std::vector<Mask> predicted = panel.masks(predicted_masks(result.lines[question]));
  return beside(with_masks(left, truth, kTruth), with_masks(panel.picture(*image), predicted, kPrediction));
}

OrderedJson picture_json(const JobResult& result, const QuestionSet& set, std::size_t question) {
  try {
    return "data:image/jpeg;base64," + encode_base64(encode_jpeg(draw(result, set, question), kJpegQuality));
  } catch (const DataError&) {
    return nullptr;  // the failure is listed with the others
  }
}

std::string reference_text(const QuestionReference& reference, const QuestionSet& set) {
  if (!reference.text.empty()) return reference.text;
  if (reference.masks.empty()) return "no target";
  return set.kind == AnswerKind::kMask ? "" : std::to_string(reference.masks.size()) + " masks";
}

/// Indices of scored questions: best, worst, random.
struct Choice {
  std::vector<std::size_t> best, worst, random;
};

Choice choose(const SampleScores& scores, const QuestionSet& set, std::int64_t count) {
  std::vector<std::size_t> scored;
  for (std::size_t i = 0; i < scores.values.size(); ++i)
    if (!std::isnan(scores.values[i])) scored.push_back(i);
  // Of equal scores the order is drawn once, so that not all of them come from the first images.
  Rng rng(0, "examples/" + set.benchmark);
  rng.shuffle(scored);
  const auto most = std::min(scored.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
  Choice choice;
  choice.random.assign(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(most));
  std::ranges::stable_sort(scored, std::ranges::greater(), [&](std::size_t i) { return scores.values[i]; });
  choice.best.assign(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(most));
  choice.worst.assign(scored.rbegin(), scored.rbegin() + static_cast<std::ptrdiff_t>(most));
  return choice;
}

}  // namespace

OrderedJson example_json(const JobResult& result, const QuestionSet& set, std::int64_t count) {
  const SampleScores scores = sample_scores(result, set);
  const Choice choice = choose(scores, set, count);
  OrderedJson examples = OrderedJson::array();
  const auto add = [&](const char* group, const std::vector<std::size_t>& chosen) {
    for (const std::size_t i : chosen) {
      const AskedQuestion& question = set.questions[i];
      examples.push_back({{"id", question.id},
                          {"group", group},
                          {"metric", scores.metric},
                          {"score", scores.values[i]},
                          {"category", set.category(i)},
                          {"words", measured_words(set, i)},
                          {"question", question.prompt},
                          {"answer", result.lines[i].value("answer", std::string())},
                          {"reference", reference_text(set.reference(i), set)},
                          {"picture", picture_json(result, set, i)}});
    }
  };
  add("best", choice.best);
  add("worst", choice.worst);
  add("random", choice.random);
  return examples;
}

std::optional<Image> example_sheet(const JobResult& result, const QuestionSet& set, std::int64_t count) {
  if (set.kind != AnswerKind::kMask && set.kind != AnswerKind::kMasks) return std::nullopt;
  // The first answered question of each image, of images spread over the whole set.
  std::vector<std::size_t> firsts;
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    if (result.lines[i].contains("error") || seen.contains(set.questions[i].image)) continue;
    if (!set.reference(i).text.empty()) continue;  // answered in words
    seen.insert(set.questions[i].image);
    firsts.push_back(i);
  }
  const auto wanted = std::min(firsts.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
  std::vector<SheetCell> cells;
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::size_t i = firsts[k * firsts.size() / wanted];
    SheetCell cell;
    const AskedQuestion& question = set.questions[i];
    cell.title = question.subject.empty() ? question.prompt : question.subject;
    cell.image = *set.load_image(question.image);
    cell.truth = shown_mask(decoded(set.reference(i).masks), set.kind);
    cell.prediction = shown_mask(predicted_masks(result.lines[i]), set.kind);
    cells.push_back(std::move(cell));
  }
  if (cells.empty()) return std::nullopt;
  return contact_sheet(cells, kSheetColumns);
}

}  // namespace pixelsail
