#include "decode_attention.h"
#include "start.h"

namespace pixelsail::cuda {
namespace {

template <class T, int kLanes, int kHeads>
__global__ void __launch_bounds__(kThreads) attend_chunk_kernel(const DecodeAttention arguments) {
  __shared__ AttentionShared<kLanes, kHeads> shared;
  const DeviceGrid grid;
  attend_chunk<T>(grid, shared, arguments);
}

template <class T>
__global__ void __launch_bounds__(kThreads) join_chunks_kernel(const DecodeAttention arguments) {
  join_chunks<T>(DeviceGrid(), arguments);
}

}  // namespace

const char* launch_decode_attention(Element element, const DecodeAttention& a, void* stream) {
  if (a.batch == 0 || a.heads == 0 || a.size == 0) return nullptr;
  return with_element(element, [&](auto value) {
    using T = decltype(value);
    if (a.chunks > 0) {
      with_attention_shape(a, [&](auto lanes, auto heads) {
        constexpr int kLanes = decltype(lanes)::value, kHeads = decltype(heads)::value;
        attend_chunk_kernel<T, kLanes, kHeads>
            <<<dimensions(chunk_blocks<kHeads>(a)), kThreads, 0, stream_of(stream)>>>(a);
      });
    }
    join_chunks_kernel<T><<<dimensions(join_blocks(a)), kThreads, 0, stream_of(stream)>>>(a);
  });
}

}  // namespace pixelsail::cuda
