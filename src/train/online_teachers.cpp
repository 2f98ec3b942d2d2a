#include "train/online_teachers.h"

#include <torch/torch.h>

#include <utility>

#include "pixelsail/error.h"
#include "train/guards.h"
#include "train/micro_batch.h"

namespace pixelsail {
namespace {

void check_channels(const TeacherConfig& teacher, const TeacherModule& module, const DistillConfig& loss) {
  const bool is_sam2 = teacher.slot == "sam2";
  const std::int64_t wanted = is_sam2 ? loss.sam2_channels : loss.mask2former_channels;
  if (wanted == module.spec().channels) return;
  throw ConfigError("loss.distill." + teacher.slot + "_channels is " + std::to_string(wanted) + ", but " +
                    teacher.module + " has " + std::to_string(module.spec().channels) + " channels");
}

/// A folder's features are checked when they are read. On a device nobody waits for an answer: there the loss of the step,
/// which is no number then, names the samples.
void check_finite(const torch::Tensor& map, const TeacherModule& module, const std::string& file,
                  const std::string& sample) {
  if (!map.device().is_cpu() || map.isfinite().all().item<bool>()) return;
  throw RunError(file + ": features of " + sample +
                 " are not finite, or too large for store: " + module.spec().store);
}

}  // namespace

torch::Tensor SampleTarget::*teacher_map_of(const std::string& slot) {
  return slot == "sam2" ? &SampleTarget::sam2_chw : &SampleTarget::mask2former_chw;
}

OnlineTeachers::OnlineTeachers(const RunConfig& config, torch::Device device, bool bf16) : bf16_(bf16) {
  for (const TeacherConfig& teacher : config.data.teachers) {
    Teacher& made = teachers_.emplace_back();
    made.map = teacher_map_of(teacher.slot);
    made.file = teacher.module;
    if (teacher.module.empty()) continue;
    made.module = std::make_shared<const TeacherModule>(teacher.module, device);
    check_channels(teacher, *made.module, config.loss.distill);
  }
}

void OnlineTeachers::fill(const std::vector<Example>& examples, MicroBatch& batch,
                          TeacherCounts& counts) const {
  for (std::size_t t = 0; t < teachers_.size(); ++t) {
    std::vector<std::shared_ptr<const Image>> pictures;
    std::vector<std::size_t> samples;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const Example& example = examples[i];
      if (t >= example.teachers.size() || example.image_height == 0) continue;
      if (example.teachers[t]) {
        ++counts.hits;
      } else if (teachers_[t].module && example.teacher_pictures[t]) {
        pictures.push_back(example.teacher_pictures[t]);
        samples.push_back(i);
      } else {
        ++counts.missing;
      }
    }
    if (pictures.empty()) continue;
    const Stopwatch watch(counts.seconds);
    std::vector<torch::Tensor> maps = teachers_[t].module->run(pictures, bf16_);
    for (std::size_t k = 0; k < maps.size(); ++k) {
      check_finite(maps[k], *teachers_[t].module, teachers_[t].file, examples[samples[k]].id);
      batch.targets[samples[k]].*teachers_[t].map = std::move(maps[k]);
    }
    counts.computed += static_cast<std::int64_t>(maps.size());
  }
}

}  // namespace pixelsail
