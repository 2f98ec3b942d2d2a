#include "tensor_targets.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "io/byte_source.h"
#include "io/json.h"
#include "io/pickle/pickle.h"
#include "io/rle.h"
#include "io/tensors/safetensors.h"
#include "io/tensors/tensor_source_kinds.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "torch_seeds.h"

namespace pixelsail::fuzz {
namespace {

/// Touches the value and what it holds, up to a budget: a shared container may be reached in very many ways.
void visit(const PickleValue& value, int& budget) {
  if (--budget < 0) return;
  if (std::holds_alternative<std::shared_ptr<PickleList>>(value.storage())) {
    for (const PickleValue& item : value.as_list()) visit(item, budget);
  } else if (std::holds_alternative<std::shared_ptr<PickleDict>>(value.storage())) {
    for (const auto& [key, item] : value.as_dict()) {
      visit(key, budget);
      visit(item, budget);
    }
    value.find("split");
  }
}

void check_rle(const Rle& rle) {
  require(rle_from_string(rle_to_string(rle), rle.height, rle.width) == rle, "text form does not round-trip");
  const std::uint64_t area = rle_area(rle);
  require(rle_intersection(rle, rle) == area, "a mask differs from itself");
  require(rle_area(merge_rles({rle, rle})) == area, "a mask grows in union with itself");
  constexpr std::int64_t kMaxPixels = 1 << 16;
  if (std::int64_t{rle.height} * rle.width > kMaxPixels) return;
  const Mask mask = decode_mask(rle);
  const Rle again = encode_mask(mask);
  require(rle_area(again) == area && decode_mask(again) == mask, "bitmap form does not round-trip");
}

/// Reads every tensor whole and in pieces. No tensor may be larger than `max_bytes`.
void check_source(const TensorSource& source, std::size_t max_bytes) {
  for (const std::string& name : source.names()) {
    const std::uint64_t bytes = source.info(name).nbytes();
    require(bytes <= max_bytes, "a tensor is larger than its file");
    std::vector<std::byte> whole(bytes), pieces(bytes);
    source.read(name, whole);
    const std::size_t step = bytes / 3 + 1;
    for (std::size_t begin = 0; begin < bytes; begin += step) {
      source.read_part(name, begin, std::span(pieces).subspan(begin, std::min(step, bytes - begin)));
    }
    require(pieces == whole, "the pieces of a tensor differ from the whole");
    require(source.contains(name) && !source.place(name).empty(), "a tensor is not where it is listed");
  }
}

}  // namespace

void run_pickle(const std::string& input) {
  const PickleValue value = read_pickle(std::as_bytes(std::span(input)), "input");
  int budget = 20'000;
  visit(value, budget);
}

void repair_safetensors(std::string& input, Rng& rng) {
  const auto end = input.rfind('}');
  if (input.size() < 8 || end == std::string::npos || end < 8 || rng.below(4) == 0) return;
  const std::size_t length = end + 1 - 8;
  for (std::size_t i = 0; i < 8; ++i) input[i] = static_cast<char>(length >> (8 * i) & 0xFF);
}

void run_safetensors(const std::string& input) {
  const SafetensorsFile file(std::as_bytes(std::span(input)), "input");
  std::size_t bytes = 0;
  unsigned sum = 0;
  for (const std::string& name : file.names()) {
    const TensorView& view = file.at(name);
    std::size_t size = dtype_size(view.dtype);
    for (const auto side : view.shape) size *= static_cast<std::size_t>(side);
    require(size == view.data.size(), "a view does not fit its shape");
    for (const std::byte byte : view.data) sum += std::to_integer<unsigned>(byte);
    bytes += size;
  }
  require(bytes <= input.size() && sum <= 255 * bytes, "views are larger than the file");
}

void run_rle(const std::string& input) {
  constexpr int kHeight = 24, kWidth = 32;
  if (!input.starts_with('{') && !input.starts_with('[')) {
    char* rest = nullptr;
    const auto height = static_cast<int>(std::strtol(input.c_str(), &rest, 10));
    const auto width = static_cast<int>(std::strtol(rest, &rest, 10));
    const auto used = static_cast<std::size_t>(rest - input.c_str());
    check_rle(
        rle_from_string(std::string_view(input).substr(std::min(used + 1, input.size())), height, width));
    return;
  }
  const Json value = parse_json(input, "input");
  if (value.is_object()) {
    const Rle rle = rle_from_json(value);
    check_rle(rle);
    if (rle.height != kHeight || rle.width != kWidth) return;
  }
  const Mask mask = segmentation_mask(value, kHeight, kWidth, PolygonMerge::kUnion);
  require(mask.data.size() == std::size_t{kHeight} * kWidth, "wrong number of pixels");
  check_rle(encode_mask(mask));
  for (const auto merge : {PolygonMerge::kLisaSum, PolygonMerge::kSa2vaRle}) {
    check_rle(encode_mask(segmentation_mask(value, kHeight, kWidth, merge)));
  }
}

void run_pth(const std::string& input) {
  if (input.starts_with("PK")) {
    return check_source(*detail::torch_source(detail::memory_bytes(std::as_bytes(std::span(input)), "input")),
                        input.size());
  }
  constexpr std::size_t kStorages = 16;
  static const std::string storages(4 * kStorages, 's');
  const auto find = [](const std::string& key) -> detail::ByteRange {
    for (std::size_t i = 0; i < kStorages; ++i) {
      if (key == std::to_string(i)) return {0, 4 * (i + 1)};
    }
    throw DataError("there is no storage " + key);
  };
  auto bytes = detail::memory_bytes(std::as_bytes(std::span(storages)), "input");
  check_source(*detail::torch_pickle_source(std::move(bytes), input, "input", find), storages.size());
}

void run_index(const std::string& input) {
  const auto source = detail::sharded_source(input, "input", [](const std::string& shard) {
    static const std::string kEmpty, kFirst = shard_of({"a", "b"}), kSecond = shard_of({"c"});
    const std::string* bytes = shard == "s-1" ? &kFirst : shard == "s-2" ? &kSecond : &kEmpty;
    if (bytes == &kEmpty && shard != "s-3") throw DataError("shard " + shard + " is missing");
    return detail::safetensors_source(detail::memory_bytes(std::as_bytes(std::span(*bytes)), shard));
  });
  check_source(*source, 4);
}

}  // namespace pixelsail::fuzz
