#include "jobs/training_data.h"

#include "jobs/train_job.h"
#include "train/run_examples.h"

namespace pixelsail {

TrainingData read_training_data(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                Logger* log) {
  const TrainJob job = read_train_job(file, overrides);
  if (job.synth.write_if_missing) write_if_missing(job.synth, job.run.data.root, log);
  return {.config = job.run.data,
          .builder = run_example_builder(job.run),
          .seed = static_cast<std::uint64_t>(job.run.train.seed)};
}

}  // namespace pixelsail
