#include "host_launch.h"

#include "compact_product.h"
#include "decode_attention.h"
#include "elementwise.h"
#include "host_grid.h"
#include "launch.h"
#include "tensors.h"

namespace pixelsail::cuda {
namespace {

FiberOrder order_of_threads = FiberOrder::kForward;

template <class Start>
const char* on_host(Element element, const Start& start) {
  if (element == Element::kFloat32) start(float{});
  if (element == Element::kBfloat16) start(Bfloat16{});
  if (element == Element::kFloat16) start(Float16{});
  return nullptr;
}

struct Nothing {};

}  // namespace

void set_order(FiberOrder order) {
  order_of_threads = order;
}

void* current_stream(const at::Tensor& /*tensor*/) {
  return nullptr;
}

const char* launch_rope_store(Element element, const RopeStore& a, void* /*stream*/) {
  return on_host(element, [&](auto value) {
    run_apart(blocks_for(threads_of(a)),
              [&](const HostGrid& grid) { rope_store_rows<decltype(value)>(grid, a); });
  });
}

const char* launch_silu_product(Element element, const SiluProduct& a, void* /*stream*/) {
  return on_host(element, [&](auto value) {
    run_apart(blocks_for(threads_of(a)),
              [&](const HostGrid& grid) { silu_product_columns<decltype(value)>(grid, a); });
  });
}

const char* launch_decode_attention(Element element, const DecodeAttention& a, void* /*stream*/) {
  return on_host(element, [&](auto value) {
    using T = decltype(value);
    with_attention_shape(a, [&](auto lanes, auto heads) {
      constexpr int kLanes = decltype(lanes)::value, kHeads = decltype(heads)::value;
      using Shared = AttentionShared<kLanes, kHeads>;
      run_together<Shared>(chunk_blocks<kHeads>(a), order_of_threads,
                           [&](FiberGrid& grid, Shared& shared) { attend_chunk<T>(grid, shared, a); });
    });
    run_apart(join_blocks(a), [&](const HostGrid& grid) { join_chunks<T>(grid, a); });
  });
}

const char* launch_compact_product(Element element, const CompactProduct& a, void* /*stream*/) {
  return on_host(element, [&](auto value) {
    with_weight(a.weight, [&](auto weight) {
      with_row_count(a, [&](auto rows) {
        constexpr int kRows = decltype(rows)::value;
        run_together<Nothing>(product_blocks<kRows>(a), order_of_threads, [&](FiberGrid& grid, Nothing&) {
          compact_product<decltype(value), decltype(weight), kRows, kOutputsOf<kRows>>(grid, a);
        });
      });
    });
  });
}

const char* launch_dequantize(Element element, const Dequantize& a, void* /*stream*/) {
  return on_host(element, [&](auto value) {
    with_weight(a.weight, [&](auto weight) {
      using Weight = decltype(weight);
      run_apart(dequantize_blocks<Weight>(a),
                [&](const HostGrid& grid) { dequantize<decltype(value), Weight>(grid, a); });
    });
  });
}

}  // namespace pixelsail::cuda
