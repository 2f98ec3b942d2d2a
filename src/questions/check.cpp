#include "questions/check.h"

#include <algorithm>
#include <array>

#include "pixelsail/error.h"
#include "questions/check_parts.h"

namespace pixelsail {
namespace {

using Check = void (*)(const BenchmarkConfig&, const CheckOptions&, BenchmarkCheck&);

struct Checked {
  std::string_view benchmark;
  Check run;
  /// Whether its pictures are those of RefCOCO.
  bool train2014;
  /// What belongs below the root, for who has nothing there.
  std::string_view files;
};

constexpr std::string_view kReferImages = ", images/train2014/*.jpg";

constexpr std::array kChecks{
    Checked{"refcoco", detail::check_refer, true, "refcoco/{instances.json, refs(unc).p}"},
    Checked{"refcoco+", detail::check_refer, true, "refcoco+/{instances.json, refs(unc).p}"},
    Checked{"refcocog", detail::check_refer, true, "refcocog/{instances.json, refs(umd).p}"},
    Checked{"grefcoco", detail::check_refer, true, "grefcoco/{instances.json, grefs(unc).json}"},
    Checked{"refcocog_caption", detail::check_region_captions, true,
            "refcocog_caption/{finetune_refcocog_val_with_mask.json, finetune_refcocog_val_captions.json}"},
    Checked{"perbench_caption", detail::check_perbench, false,
            "perbench/{STBench_Detailed_Caption.json, masa_sam_500k/}"},
    Checked{"perbench_mcq", detail::check_perbench, false, "perbench/{STBench_MCQ.json, masa_sam_500k/}"},
    Checked{"perbench_vtres", detail::check_perbench, false, "perbench/{STBench_VRES.json, masa_sam_500k/}"},
    Checked{"mme", detail::check_table, false, "mme/MME.tsv"},
    Checked{"mmbench", detail::check_table, false, "mmbench/MMBench_DEV_EN.tsv"},
    Checked{"seedbench", detail::check_table, false, "seedbench/SEEDBench_IMG.tsv"},
    Checked{"mmstar", detail::check_table, false, "mmstar/MMStar.tsv"},
    Checked{"reasonseg", detail::check_reasonseg, false, "reasonseg/val/{*.jpg, *.json}"},
    Checked{"gcg", detail::check_gcg, false,
            "gcg/{val_gcg_coco_mask_gt.json, val_gcg_coco_caption_gt.json, val_test/*.jpg}"},
    Checked{"muse", detail::check_muse, true, "muse/muse_val.json"},
    Checked{"folder", detail::check_folder, false, "samples.jsonl, images/, masks/ (docs/howto_dataset.md)"},
};

const Checked& find_check(const std::string& benchmark) {
  const auto found =
      std::ranges::find_if(kChecks, [&](const Checked& one) { return one.benchmark == benchmark; });
  if (found != kChecks.end()) return *found;
  std::string known;
  for (const std::string& name : question_benchmarks()) known += (known.empty() ? "" : ", ") + name;
  throw ConfigError("unknown benchmark \"" + benchmark + "\" (known: " + known + ")");
}

std::string expected_files(const Checked& checked) {
  std::string files(checked.files);
  if (checked.train2014) files += kReferImages;
  return files;
}

void add(std::vector<CheckFinding>& findings, const std::string& what, const std::string& place) {
  auto found = std::ranges::find_if(findings, [&](const CheckFinding& one) { return one.what == what; });
  if (found == findings.end())
    found = findings.insert(findings.end(), CheckFinding{.what = what, .count = 0, .first = {}});
  if (found->first.size() < kFirstFindings) found->first.push_back(place);
  ++found->count;
}

}  // namespace

void BenchmarkCheck::fault(const std::string& what, const std::string& place) {
  add(faults, what, place);
}

void BenchmarkCheck::note(const std::string& what, const std::string& place) {
  add(notes, what, place);
}

BenchmarkCheck check_benchmark(const BenchmarkConfig& config, const CheckOptions& options) {
  const Checked& checked = find_check(config.benchmark);
  BenchmarkCheck check;
  check.benchmark = config.benchmark;
  check.split = config.split;
  check.root = config.root;
  BenchmarkConfig filled;
  if (!detail::guarded(check, "the configuration does not fit",
                       [&] { filled = with_published_values(config); }))
    return check;
  check.split = filled.split;
  std::error_code error;
  if (!std::filesystem::exists(filled.root, error)) {
    check.fault("the data is not there", filled.root + ": no such folder; expected below it: " +
                                             expected_files(checked) + " (docs/benchmarks.md)");
    return check;
  }
  try {
    checked.run(filled, options, check);
  } catch (const Error& e) {
    check.fault("the files cannot be read", std::string(e.what()) + "; expected below " + filled.root + ": " +
                                                expected_files(checked) + " (docs/benchmarks.md)");
  }
  return check;
}

bool has_faults(std::span<const BenchmarkCheck> checks) {
  return std::ranges::any_of(checks, [](const BenchmarkCheck& check) { return !check.faults.empty(); });
}

}  // namespace pixelsail
