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
  check_weight(layer.q, q_size, model.hidden, i, "q");
  check_weight(layer.k, kv_size, model.hidden, i, "k");
  check_weight(layer.v, kv_size, model.hidden, i, "v");
  check_weight(layer.o, model.hidden, q_size, i, "o");
  check_weight(layer.gate, model.intermediate, model.hidden, i, "gate");
  check_weight(layer.up, model.intermediate, model.hidden, i, "up");
  check_weight(layer.down, model.hidden, model.intermediate, i, "down");
  if (layer.input_norm == nullptr || layer.post_norm == nullptr) {
    throw RunError("layer " + std::to_string(i) + ": no norm");
  }
}

}  // namespace

void check_step(const StepModel& model, const StepCache& cache, const std::vector<std::int64_t>& lengths) {
  check_sizes(model);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    check_layer(model, i);
  }
  if (cache.layers.size() != model.layers.size()) {
    throw RunError("decode step: a cache of " + std::to_string(cache.layers.size()) + " layers for " +
                   std::to_string(model.layers.size()));
  }
  if (is_quantized(cache.type)) {
    throw RunError("decode step: a cache holds float32, bfloat16 or float16");
  }
  for (const StepCache::Layer& layer : cache.layers) {
    if (!lengths.empty() && (layer.keys == nullptr || layer.values == nullptr)) {
      throw RunError("decode step: a layer without a cache");
    }
  }
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    if (lengths[b] < 0 || lengths[b] >= cache.capacity) {
      throw RunError("decode step: sequence " + std::to_string(b) + " holds " + std::to_string(lengths[b]) +
                     " tokens, the cache has room for " + std::to_string(cache.capacity));
    }
  }
}

}  // namespace pixelsail::kernels
