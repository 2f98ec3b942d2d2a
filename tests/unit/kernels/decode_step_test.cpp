#include "kernels/decode_step.h"

#include <limits>

#include "decode_support.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

void expect_reference(const TinySizes& sizes, CpuLevel level,
                      const std::vector<std::int64_t>& prefixes = {}) {
  SCOPED_TRACE(std::string(name(level)) + ", weights " + std::to_string(static_cast<int>(sizes.weights)) +
               ", cache " + std::to_string(static_cast<int>(sizes.cache)));
  const TinyModel tiny(sizes);
  // An empty sequence, one that ends a piece of keys, one of three pieces.
  const Batch before(sizes, {0, 5, 255, 600}, {1, 2, 3, 4}, 601, prefixes);
  Batch after(sizes, before.lengths, {1, 2, 3, 4}, 601, prefixes);
  run(tiny, after, serial, level);
  for (std::size_t b = 0; b < before.lengths.size(); ++b) {
    const std::vector<double> expected = reference_step(tiny, before, after, b);
    for (std::size_t c = 0; c < expected.size(); ++c) {
      ASSERT_NEAR(after.x[b * expected.size() + c], expected[c], 1e-3) << "sequence " << b << ", state " << c;
    }
  }
}

TEST(DecodeStep, AgreesWithDoublePrecision) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      expect_reference({.weights = type}, level);
    }
    for (const WeightType type : {WeightType::kBF16, WeightType::kF16}) {
      expect_reference({.bias = false, .weights = type, .cache = type}, level);
    }
  }
}

TEST(DecodeStep, PrefixesAndAdapters) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : {WeightType::kF32, WeightType::kBF16, WeightType::kInt8}) {
      expect_reference({.rank = 3, .weights = type}, level);
      expect_reference({.rank = 5, .weights = type, .cache = WeightType::kBF16}, level, {300, 0, 256, 3});
    }
  }
}

TEST(DecodeStep, ShapesOfHeads) {
  for (const CpuLevel level : supported_levels()) {
    expect_reference({.heads = 7, .kv_heads = 1, .head_size = 2}, level);
    expect_reference({.heads = 3, .kv_heads = 3, .head_size = 16}, level);
    expect_reference({.hidden = 33, .heads = 14, .kv_heads = 2, .head_size = 38}, level);
  }
}

TEST(DecodeStep, WritesNothingElseIntoTheCache) {
  const TinySizes sizes;
  const TinyModel tiny(sizes);
  const Batch before(sizes, {3, 7}, {1, 2}, 9, {4, 0});
  Batch after(sizes, {3, 7}, {1, 2}, 9, {4, 0});
  run(tiny, after);
  for (std::size_t b = 0; b < 2; ++b) {
    const StepSequence &was = before.cache.sequences[b], &is = after.cache.sequences[b];
    EXPECT_EQ(is.own.length, was.own.length);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      for (const bool values : {false, true}) {
        for (std::int64_t place = 0; place < 2 * was.prefix.capacity * 10; ++place) {
          ASSERT_EQ(after.cached(is.prefix, layer, values, place),
                    before.cached(was.prefix, layer, values, place));
        }
        for (std::int64_t place = 0; place < 2 * 9 * 10; ++place) {
          if (place / 10 % 9 != before.lengths[b]) {
            ASSERT_EQ(after.cached(is.own, layer, values, place),
                      before.cached(was.own, layer, values, place));
          }
        }
      }
    }
  }
}

TEST(DecodeStep, SameBitsOnAnyNumberOfThreads) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      const TinySizes sizes{.rank = 2, .weights = type, .cache = WeightType::kBF16};
      const TinyModel tiny(sizes);
      const std::vector<std::int64_t> lengths{700, 3, 256}, prefixes{0, 900, 1};
      Batch alone(sizes, lengths, {5, 6, 7}, 800, prefixes);
      run(tiny, alone, serial, level);
      for (const std::int64_t threads : {2, 3, 5}) {
        Batch shared(sizes, lengths, {5, 6, 7}, 800, prefixes);
        run(tiny, shared, with_threads(threads), level);
        EXPECT_EQ(shared.x, alone.x);
        EXPECT_TRUE(shared.same_memory(alone));
      }
    }
  }
}

TEST(DecodeStep, SameBitsInAnyBatch) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      const TinySizes sizes{.rank = 4, .weights = type};
      const TinyModel tiny(sizes);
      const std::vector<std::int64_t> lengths{300, 0, 12, 511, 40, 2, 9, 31, 257};
      const std::vector<std::int64_t> prefixes{0, 20, 700, 256, 1, 0, 0, 512, 30};
      std::vector<std::uint64_t> seeds;
      for (std::size_t b = 0; b < lengths.size(); ++b) {
        seeds.push_back(b + 1);
      }
      Batch together(sizes, lengths, seeds, 512, prefixes);
      run(tiny, together, serial, level);
      for (std::size_t b = 0; b < lengths.size(); ++b) {
        Batch alone(sizes, {lengths[b]}, {seeds[b]}, 512, {prefixes[b]});
        run(tiny, alone, serial, level);
        const auto first = together.x.begin() + static_cast<std::ptrdiff_t>(b) * sizes.hidden;
        EXPECT_EQ(alone.x, std::vector<float>(first, first + sizes.hidden))
            << name(level) << ", sequence " << b;
      }
    }
  }
}

TEST(DecodeStep, LargeScoresDoNotOverflow) {
  TinySizes sizes;
  const TinyModel tiny(sizes);
  for (const CpuLevel level : supported_levels()) {
    Batch batch(sizes, {400}, {1}, 500);
    for (const CachedTokens::Layer& layer : batch.cache.sequences[0].own.layers) {
      for (std::int64_t i = 0; i < 2 * 500 * sizes.head_size; ++i) {
        static_cast<float*>(layer.keys)[i] *= 1000;
      }
    }
    run(tiny, batch, serial, level);
    for (const float value : batch.x) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(DecodeStep, NanStaysInItsSequence) {
  const TinySizes sizes;
  const TinyModel tiny(sizes);
  for (const CpuLevel level : supported_levels()) {
    Batch good(sizes, {4, 400}, {1, 2}, 500);
    Batch bad(sizes, {4, 400}, {1, 2}, 500);
    bad.x[40] = std::numeric_limits<float>::quiet_NaN();
    run(tiny, good, serial, level);
    run(tiny, bad, serial, level);
    for (std::size_t c = 0; c < 40; ++c) {
      EXPECT_EQ(bad.x[c], good.x[c]);
      EXPECT_TRUE(std::isnan(bad.x[40 + c]));
    }
  }
}

TEST(DecodeStep, AnEmptyBatchIsNothing) {
  const TinySizes sizes;
  const TinyModel tiny(sizes);
  Batch batch(sizes, {}, {}, 4);
  EXPECT_NO_THROW(run(tiny, batch));
}

TEST(DecodeStep, SizesAreChecked) {
  const TinySizes sizes{.rank = 2};
  const TinyModel tiny(sizes);
  const auto refused = [&](const auto& change) {
    StepModel model = tiny.model();
    Batch batch(sizes, {3}, {1}, 4);
    const std::vector<float> x = batch.x;
    change(model, batch);
    EXPECT_THROW(
        decode_step(model, batch.cache, batch.rope_cos.data(), batch.rope_sin.data(), batch.x.data(), serial),
        RunError);
    EXPECT_EQ(batch.x, x);
  };
  const auto own = [](Batch& batch) -> CachedTokens& { return batch.cache.sequences[0].own; };
  refused([&](StepModel&, Batch& batch) { own(batch).length = 4; });
  refused([&](StepModel&, Batch& batch) { own(batch).length = -1; });
  refused([&](StepModel&, Batch& batch) { own(batch).layers.pop_back(); });
  refused([&](StepModel&, Batch& batch) { own(batch).layers[1].values = nullptr; });
  refused([](StepModel&, Batch& batch) { batch.cache.sequences[0].prefix.length = 1; });
  refused([](StepModel&, Batch& batch) { batch.cache.type = WeightType::kInt8; });
  refused([](StepModel& model, Batch&) { model.kv_heads = 3; });
  refused([](StepModel& model, Batch&) { model.head_size = 5; });
  refused([](StepModel& model, Batch&) { model.hidden = 0; });
  refused([](StepModel& model, Batch&) { model.final_norm = nullptr; });
  refused([](StepModel& model, Batch&) { model.layers[1].post_norm = nullptr; });
  refused([](StepModel& model, Batch&) { model.layers[1].down.columns = 69; });
  refused([](StepModel& model, Batch&) { model.layers[0].k.rows = 21; });
  refused([](StepModel& model, Batch&) { model.layers[0].gate.data = nullptr; });
  refused([](StepModel& model, Batch&) { model.layers[0].adapters.up.b.columns = 7; });
}

TEST(RmsNorm, KnownValues) {
  const std::vector<float> x{3, -4}, weight{1, 2};
  std::vector<float> out(2);
  rms_norm(x.data(), weight.data(), 2, 0, out.data());
  EXPECT_FLOAT_EQ(out[0], 3 / std::sqrt(12.5f));
  EXPECT_FLOAT_EQ(out[1], -8 / std::sqrt(12.5f));
  const std::vector<float> zero{0, 0};
  rms_norm(zero.data(), weight.data(), 2, 1e-6, out.data());
  EXPECT_EQ(out, zero);
}

}  // namespace
}  // namespace pixelsail::kernels
