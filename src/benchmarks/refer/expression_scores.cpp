#include "benchmarks/refer/expression_scores.h"

#include <map>
#include <optional>

#include "benchmarks/refer/targets.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Key = std::pair<std::int64_t, std::int64_t>;

Key key_of(const ReferExpression& e) {
  return {e.ref_id, e.sent_id};
}
Key key_of(const Prediction& p) {
  return {p.ref_id, p.sent_id};
}

std::string describe_key(const Key& key) {
  return "ref_id " + std::to_string(key.first) + " sent_id " + std::to_string(key.second);
}

/// One kind of fault: how often and where first.
class Fault {
 public:
  void add(const std::string& example) {
    if (count_++ < kExamples) examples_ += (examples_.empty() ? "" : ", ") + example;
  }
  /// "12 expressions have no prediction (ref_id 1 sent_id 2, ...)", or nothing.
  std::string text(const std::string& what) const {
    if (count_ == 0) return {};
    return std::to_string(count_) + ' ' + what + " (" + examples_ + (count_ > kExamples ? ", ..." : "") + ")";
  }

 private:
  static constexpr std::int64_t kExamples = 5;
  std::int64_t count_ = 0;
  std::string examples_;
};

std::string place(const Prediction& prediction) {
  const std::string line =
      prediction.line > 0 ? "line " + std::to_string(prediction.line) + ": " : std::string();
  return line + describe_key(key_of(prediction));
}

std::string size_text(int height, int width) {
  return std::to_string(height) + "x" + std::to_string(width);
}

/// The prediction of each expression, in their order; throws DataError listing everything that does not fit.
std::vector<const Prediction*> match(const ReferData& data, std::span<const ReferExpression> expressions,
                                     std::span<const Prediction> predictions, const std::string& source) {
  std::map<Key, std::size_t> index;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    if (!index.emplace(key_of(expressions[i]), i).second) {
      throw DataError(data.root().string() + ": " + describe_key(key_of(expressions[i])) +
                      " occurs twice in " + data.benchmark());
    }
  }
  std::vector<const Prediction*> matched(expressions.size(), nullptr);
  Fault unknown, wrong_image, duplicate, wrong_size, missing;
  for (const Prediction& prediction : predictions) {
    const auto found = index.find(key_of(prediction));
    if (found == index.end()) {
      unknown.add(place(prediction));
      continue;
    }
    const ReferExpression& expression = expressions[found->second];
    if (expression.image_id != prediction.image_id) {
      wrong_image.add(place(prediction) + " says image " + std::to_string(prediction.image_id) + ", it is " +
                      std::to_string(expression.image_id));
    }
    const std::string misfit = mask_misfit(prediction, data.image(expression.image_id));
    if (!misfit.empty()) wrong_size.add(place(prediction) + ' ' + misfit);
    const Prediction*& slot = matched[found->second];
    if (slot) duplicate.add(place(prediction));
    slot = &prediction;
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    if (!matched[i]) missing.add(describe_key(key_of(expressions[i])));
  }
  std::string message;
  for (const std::string& text :
       {unknown.text("predictions belong to no expression that is scored"),
        wrong_image.text("predictions name another image than their expression's"),
        duplicate.text("predictions are for an expression that has one already"),
        wrong_size.text("masks have not the size (height x width) of their image"),
        missing.text("of " + std::to_string(expressions.size()) + " expressions have no prediction")}) {
    if (!text.empty()) message += (message.empty() ? "" : "; ") + text;
  }
  if (!message.empty()) throw DataError(source + ": " + message);
  return matched;
}

OrderedJson fractions(const SegmentationScore& score, bool no_target_rule) {
  OrderedJson json;
  json["samples"] = score.samples;
  json["ciou"] = score.ciou;
  json["giou"] = score.giou;
  for (std::size_t i = 0; i < kPrecisionNames.size(); ++i)
    json["pr"][kPrecisionNames[i]] = score.precision[i];
  if (no_target_rule) {
    json["n_acc"] = score.n_acc;
    json["t_acc"] = score.t_acc;
    json["no_target_samples"] = score.no_target_samples;
  }
  return json;
}

}  // namespace

std::string mask_misfit(const Prediction& prediction, const ReferImage& image) {
  const auto& mask = prediction.mask;
  if (!mask || (mask->height == image.height && mask->width == image.width)) return {};
  return "is " + size_text(mask->height, mask->width) + ", its image " + size_text(image.height, image.width);
}

ReferScore score_refer(const ReferData& data, const std::string& split,
                       std::span<const ReferExpression> expressions, std::span<const Prediction> predictions,
                       const ScoreOptions& options, const std::string& source) {
  if (expressions.empty())
    throw DataError(data.root().string() + ": no expression to score in split " + split);
  const std::vector<const Prediction*> matched = match(data, expressions, predictions, source);
  const ScoreRule rule = score_rule(data.benchmark());
  ReferScore score{.benchmark = data.benchmark(), .split = split, .options = options};
  SegmentationScorer overall(rule);
  std::map<std::string, SegmentationScorer> kinds;
  ReferTargets targets(data, options.gt_merge);
  score.samples.reserve(expressions.size());
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const ReferExpression& expression = expressions[i];
    const std::optional<Rle>& mask = matched[i]->mask;
    SegmentationSample sample{.overlap = targets.overlap(expression, mask)};
    score.merge_differs += targets.differs_from_union();
    const std::int64_t pixels = mask ? static_cast<std::int64_t>(rle_area(*mask)) : 0;
    sample.predicted_none = predicts_no_target(mask.has_value(), pixels, options.nt_min_pixels);
    sample.target_is_none = expression.ann_ids.empty();
    score.samples.push_back(sample);
    overall.add(sample);
    if (expression.kind.empty()) continue;
    kinds.try_emplace(expression.kind, rule).first->second.add(sample);
  }
  score.overall = overall.result();
  for (const auto& [kind, scorer] : kinds) score.kinds.emplace_back(kind, scorer.result());
  return score;
}

OrderedJson score_to_json(const ReferScore& score) {
  const bool no_target_rule = score_rule(score.benchmark) == ScoreRule::kNoTarget;
  OrderedJson json;
  json["benchmark"] = score.benchmark;
  json["split"] = score.split;
  json["gt_merge"] = name_of(score.options.gt_merge);
  if (no_target_rule) json["nt_min_pixels"] = score.options.nt_min_pixels;
  json.update(fractions(score.overall, no_target_rule));
  if (score.options.gt_merge != PolygonMerge::kUnion) json["merge_differs"] = score.merge_differs;
  for (const auto& [kind, value] : score.kinds) json["kinds"][kind] = fractions(value, no_target_rule);
  return json;
}

ScoreRule score_rule(const std::string& benchmark) {
  return benchmark == "grefcoco" ? ScoreRule::kNoTarget : ScoreRule::kPlain;
}

std::filesystem::path refer_root(const std::filesystem::path& directory, const std::string& benchmark) {
  // A trailing slash would make the last part of the path empty.
  const std::filesystem::path clean = directory.has_filename() ? directory : directory.parent_path();
  const bool is_own = clean.filename() == benchmark && std::filesystem::exists(clean / "instances.json");
  if (!is_own || std::filesystem::exists(clean / benchmark)) return clean;
  return clean.has_parent_path() ? clean.parent_path() : std::filesystem::path(".");
}

}  // namespace pixelsail
