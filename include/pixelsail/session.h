#pragma once

/// The way into the library: load a checkpoint once, then answer questions about images.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pixelsail/error.h"
#include "pixelsail/query.h"

namespace pixelsail {

struct SessionOptions {
  /// auto, cpu, cuda, cuda:N. torch remembers what it was first told about CUDA: a program that calls it
  /// itself makes its Session before it asks torch for a GPU or a random seed.
  std::string device = "auto";
  /// auto: bf16 on a GPU that multiplies in it, else f32; f32, bf16, f16; int8, int4: weights of linear layers
  std::string dtype = "auto";
  int threads = 0;  ///< CPU threads; 0: torch's default
  /// When a pixel belongs to a mask. "logit": logit > 0. "sigmoid": sigmoid(logit) > 0.5, rounded in the
  /// dtype of the model, as the published code has it; in bf16 that leaves out logits between 0 and about
  /// 0.008.
  std::string mask_rule = "logit";
  /// LoRA adapters of this checkpoint by names of the caller's choice (folders in PEFT's layout).
  std::map<std::string, std::filesystem::path> adapters;
};

/// Const and safe to call from one thread at a time.
class Session {
 public:
  /// `checkpoint`: folder with config.json, model.safetensors, tokenizer.json, preprocessor_config.json.
  /// Throws DataError for missing, unexpected or misshapen parts and for an adapter of another base, RunError
  /// for a device that is not there, ConfigError for an unknown mask rule.
  explicit Session(const std::filesystem::path& checkpoint, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Greedy decoding. Throws DataError for an empty prompt, an unknown <PromptN>, a sequence longer than the
  /// context; ConfigError for an adapter that the session does not have.
  Answer answer(const Query& query) const;
  /// The same for several at once; results equal the single ones. Queries that share an image pointer share
  /// its preprocessing.
  std::vector<Answer> answer(std::span<const Query> queries) const;

  /// Loads one more adapter, or another one under a name that is taken. Throws as the constructor.
  void add_adapter(const std::string& name, const std::filesystem::path& folder);

  /// "cpu", "cuda:0"
  std::string device() const;
  /// The device for people, with the reason where `auto` found no GPU: "cpu (no GPU: ...)", "cuda:0 (of 2)".
  std::string device_description() const;
  /// SessionOptions::dtype, or what "auto" came to.
  std::string dtype() const;
  std::int64_t parameter_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
