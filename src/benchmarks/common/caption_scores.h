#pragma once

/// Captions against references with the text metrics of caption benchmarks.
///
///   meteor                METEOR 1.5, aggregate of summed statistics (metrics/meteor/meteor_score.h)
///   meteor_nltk           NLTK's METEOR with prediction and reference swapped, as PerBench was published; mean
///   meteor_nltk_unswapped the same the right way round; mean
///   cider, bleu1..bleu4,
///   rouge_l               as pycocoevalcap: CIDEr-D-like, corpus BLEU, ROUGE-L mean

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/common/prediction_match.h"
#include "benchmarks/protocol.h"
#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

struct CaptionSample {
  std::string id, prediction;
  std::vector<std::string> references;  ///< at least one
};

/// Which metrics are asked for; the coco group is meteor, cider, bleu and rouge_l.
struct CaptionMetrics {
  bool coco = true;
  bool nltk = true;
};

/// `units` of the result are the samples, in their order. Interval draws keep CIDEr's document frequencies.
/// Throws DataError for WordNet, paraphrase or METEOR files that are missing or broken, or when there is no
/// sample.
ScoreResult score_captions(const std::string& benchmark, std::span<const CaptionSample> samples,
                           const CaptionMetrics& metrics, const MeteorOptions& files);

/// Fills in the predictions of a request; `id_key` names the member that holds a line's id (a literal), `text_of`
/// takes the caption from a line.
PredictionFaults read_captions(const ScoreRequest& request, const char* id_key,
                               const std::function<std::string(const Json&)>& text_of,
                               std::vector<CaptionSample>& samples);

}  // namespace pixelsail
