#include "kernels/step_check.h"

#include <string>

#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

void check_weight(const Matrix& w, std::int64_t rows, std::int64_t columns, std::size_t layer,
                  const char* name) {
  const std::string what = "layer " + std::to_string(layer) + ": " + name;
  check_matrix(w, what.c_str());
  if (w.rows != rows || w.columns != columns) {
    throw RunError(what + " is " + std::to_string(w.rows) + " x " + std::to_string(w.columns) +
                   ", expected " + std::to_string(rows) + " x " + std::to_string(columns));
  }
}

void check_adapter(const LowRank& adapter, std::int64_t rows, std::int64_t columns, std::size_t layer,
                   const char* name) {
  if (!adapter.adds()) {
    return;
  }
  const std::int64_t rank = adapter.a.rows;
  check_weight(adapter.a, rank, columns, layer, (std::string(name) + ", lora_A").c_str());
  check_weight(adapter.b, rows, rank, layer, (std::string(name) + ", lora_B").c_str());
}

void check_sizes(const StepModel& model) {
  if (model.hidden < 1 || model.intermediate < 1 || model.heads < 1 || model.kv_heads < 1 ||
      model.heads % model.kv_heads != 0 || model.head_size < 2 || model.head_size % 2 != 0) {
    throw RunError("decode step: impossible sizes: hidden " + std::to_string(model.hidden) +
                   ", intermediate " + std::to_string(model.intermediate) + ", heads " +
                   std::to_string(model.heads) + " for " + std::to_string(model.kv_heads) +
                   " key/value heads of size " + std::to_string(model.head_size));
  }
  if (model.final_norm == nullptr) {
    throw RunError("decode step: no final norm");
  }
}

void check_layer(const StepModel& model, std::size_t i) {
  const StepLayer& layer = model.layers[i];
  const std::int64_t q_size = model.heads * model.head_size;
  const std::int64_t kv_size = model.kv_heads * model.head_size;
  const auto check = [&](const Matrix& w, const LowRank& adapter, std::int64_t rows, std::int64_t columns,
                         const char* name) {
    check_weight(w, rows, columns, i, name);
    check_adapter(adapter, rows, columns, i, name);
  };
  check(layer.q, layer.adapters.q, q_size, model.hidden, "q");
  check(layer.k, layer.adapters.k, kv_size, model.hidden, "k");
  check(layer.v, layer.adapters.v, kv_size, model.hidden, "v");
  check(layer.o, layer.adapters.o, model.hidden, q_size, "o");
  check(layer.gate, layer.adapters.gate, model.intermediate, model.hidden, "gate");
  check(layer.up, layer.adapters.up, model.intermediate, model.hidden, "up");
  check(layer.down, layer.adapters.down, model.hidden, model.intermediate, "down");
  if (layer.input_norm == nullptr || layer.post_norm == nullptr) {
    throw RunError("layer " + std::to_string(i) + ": no norm");
  }
}

void check_tokens(const CachedTokens& tokens, std::size_t layers, std::size_t sequence, bool grows) {
  const std::string what = "decode step: sequence " + std::to_string(sequence);
  const std::int64_t needed = tokens.length + (grows ? 1 : 0);
  if (tokens.length < 0 || needed > tokens.capacity) {
    throw RunError(what + " holds " + std::to_string(tokens.length) + " tokens, the cache has room for " +
                   std::to_string(tokens.capacity));
  }
  if (needed == 0) {
    return;
  }
  if (tokens.layers.size() != layers) {
    throw RunError(what + ": a cache of " + std::to_string(tokens.layers.size()) + " layers for " +
                   std::to_string(layers));
  }
  for (const CachedTokens::Layer& layer : tokens.layers) {
    if (layer.keys == nullptr || layer.values == nullptr) {
      throw RunError(what + ": a layer without a cache");
    }
  }
}

}  // namespace

void check_step(const StepModel& model, const StepCache& cache) {
  check_sizes(model);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    check_layer(model, i);
  }
  if (is_quantized(cache.type)) {
    throw RunError("decode step: a cache holds float32, bfloat16 or float16");
  }
  for (std::size_t b = 0; b < cache.sequences.size(); ++b) {
    check_tokens(cache.sequences[b].prefix, model.layers.size(), b, false);
    check_tokens(cache.sequences[b].own, model.layers.size(), b, true);
  }
}

}  // namespace pixelsail::kernels
