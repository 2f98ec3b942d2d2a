#include "model/weights_load.h"

#include <torch/torch.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <future>
#include <sstream>

#include "model/layers.h"
#include "model/weights.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What a thread reads at a time: small enough to be still in the cache when its values are looked at.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

/// "three: a, b, c" with long lists cut.
void list_problem(std::ostringstream& out, const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return;
  constexpr std::size_t kShown = 20;
  out << "\n  " << names.size() << ' ' << what << ':';
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) out << "\n    " << names[i];
  if (names.size() > kShown) out << "\n    ... and " << names.size() - kShown << " more";
}

/// True when all bits of the exponent are set in one of the values: NaN or infinite.
template <class Bits, Bits kExponent>
bool has_full_exponent(std::span<const std::byte> bytes) {
  bool found = false;
  const std::byte* data = bytes.data();
  for (std::size_t i = 0; i + sizeof(Bits) <= bytes.size(); i += sizeof(Bits)) {
    Bits value;
    std::memcpy(&value, data + i, sizeof(Bits));
    found |= (value & kExponent) == kExponent;
  }
  return found;
}

}  // namespace

bool all_finite(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::kBF16:
      return !has_full_exponent<std::uint16_t, 0x7F80>(bytes);
    case DType::kF16:
      return !has_full_exponent<std::uint16_t, 0x7C00>(bytes);
    case DType::kF32:
      return !has_full_exponent<std::uint32_t, 0x7F800000>(bytes);
    case DType::kF64:
      return !has_full_exponent<std::uint64_t, 0x7FF0000000000000>(bytes);
    default:
      return true;
  }
}

std::string source_name(const TensorSource& source) {
  return source.names().empty() ? "a checkpoint without tensors" : source.place(source.names().front());
}

namespace {

/// Calls `work` once on each of as many threads as torch has; what it throws is thrown here.
void run_on_all_threads(const std::function<void()>& work) {
  std::vector<std::future<void>> threads;
  for (int i = 1; i < torch::get_num_threads(); ++i) threads.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& thread : threads) thread.get();
}

/// True when both tensors have the same type, shape and bytes.
bool same_content(const TensorSource& source, const std::string& a, const std::string& b) {
  const TensorInfo &x = source.info(a), &y = source.info(b);
  if (x.dtype != y.dtype || x.shape != y.shape) return false;
  std::vector<std::byte> left(kPieceBytes), right(kPieceBytes);
  for (std::uint64_t offset = 0; offset < x.nbytes(); offset += kPieceBytes) {
    const std::size_t count = std::min<std::uint64_t>(kPieceBytes, x.nbytes() - offset);
    source.read_part(a, offset, std::span(left).first(count));
    source.read_part(b, offset, std::span(right).first(count));
    if (std::memcmp(left.data(), right.data(), count) != 0) return false;
  }
  return true;
}

/// One thread's share of the reading.
class PieceReader {
 public:
  PieceReader(const TensorSource& source, const std::string& name, const torch::Tensor& target)
      : source_(source), name_(name), info_(source.info(name)), flat_(target.view({-1})) {
    direct_ = target.is_cpu() && target.scalar_type() == to_scalar_type(info_.dtype);
  }

  /// Bytes [offset, offset + count) of the file's tensor; false when a value is not finite.
  bool read(std::uint64_t offset, std::size_t count, std::vector<std::byte>& buffer) {
    if (direct_) {
      const std::span out(static_cast<std::byte*>(flat_.data_ptr()) + offset, count);
      source_.read_part(name_, offset, out);
      return all_finite(info_.dtype, out);
    }
    buffer.resize(kPieceBytes);
    const std::span out = std::span(buffer).first(count);
    source_.read_part(name_, offset, out);
    const auto size = static_cast<std::int64_t>(dtype_size(info_.dtype));
    const std::int64_t first = static_cast<std::int64_t>(offset) / size;
    const std::int64_t elements = static_cast<std::int64_t>(count) / size;
    flat_.narrow(0, first, elements)
        .copy_(torch::from_blob(out.data(), {elements}, to_scalar_type(info_.dtype)));
    return all_finite(info_.dtype, out);
  }

 private:
  const TensorSource& source_;
  const std::string& name_;
  const TensorInfo& info_;
  torch::Tensor flat_;
  bool direct_ = false;
};

}  // namespace

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::ostringstream out;
  out << at::IntArrayRef(shape);
  return out.str();
}

namespace {

/// Our name of a tensor; of a quantized weight's two tensors, that of the weight with their ending.
std::optional<std::string> our_name(const std::string& name, const NameTable& table) {
  for (const std::string& ending : {kCompactData, kCompactScales}) {
    if (!name.ends_with(ending)) continue;
    const auto weight = table.to_ours(std::string_view(name).substr(0, name.size() - ending.size()));
    if (weight) return *weight + ending;
  }
  return table.to_ours(name);
}

}  // namespace

MappedNames map_names(const TensorSource& source, const NameTable* table) {
  MappedNames names;
  for (const std::string& name : source.names()) {
    const std::optional<std::string> ours = table == nullptr ? name : our_name(name, *table);
    if (ours) {
      names.theirs.emplace(*ours, name);
    } else {
      names.unknown.push_back(name);
    }
  }
  return names;
}

bool is_copy_of_embedding(const TensorSource& source, const MappedNames& names, const std::string& ours) {
  const auto embedding = names.theirs.find(kEmbeddingName);
  return ours == kOutputLayerName && embedding != names.theirs.end() &&
         same_content(source, names.theirs.at(ours), embedding->second);
}

std::string FitReport::text(const std::string& where) const {
  std::ostringstream out;
  out << where << " does not fit the model:";
  list_problem(out, "missing", missing);
  list_problem(out, "unexpected", unexpected);
  list_problem(out, "misshapen", misshapen);
  list_problem(out, "of integers, not weights (quantized by another program?)", mistyped);
  return out.str();
}

FitReport check_fit(const TensorSource& source, const MappedNames& names, const NamedShapes& expected,
                    const std::vector<std::string>& ignored) {
  FitReport report;
  std::map<std::string_view, bool> wanted;
  for (const auto& [name, shape] : expected) {
    wanted[name] = true;
    const auto found = names.theirs.find(name);
    if (found == names.theirs.end()) {
      report.missing.push_back(name);
    } else if (const DType dtype = source.info(found->second).dtype;
               !is_floating(dtype) && !name.ends_with(kCompactData)) {
      report.mistyped.push_back(found->second + " is " + std::string(dtype_name(dtype)));
    } else if (source.info(found->second).shape != shape) {
      report.misshapen.push_back(found->second + " is " + shape_text(source.info(found->second).shape) +
                                 " in the checkpoint, " + shape_text(shape) + " in the model");
    }
  }
  std::vector<std::string> others = names.unknown;
  for (const auto& [ours, theirs] : names.theirs) {
    if (wanted.contains(ours)) continue;
    if (is_copy_of_embedding(source, names, ours)) continue;
    const bool is_other = ours == kOutputLayerName && names.theirs.contains(kEmbeddingName);
    others.push_back(theirs +
                     (is_other ? " (differs from the embedding that tie_word_embeddings says it is)" : ""));
  }
  for (const std::string& name : others) {
    const bool may_be_there = std::any_of(
        ignored.begin(), ignored.end(), [&](const std::string& prefix) { return name.starts_with(prefix); });
    if (!may_be_there) report.unexpected.push_back(name);
  }
  return report;
}

std::vector<std::string> read_into(const TensorSource& source,
                                   const std::vector<std::pair<std::string, torch::Tensor>>& targets) {
  struct Piece {
    std::size_t target;
    std::uint64_t offset;
    std::size_t count;
  };
  std::vector<Piece> pieces;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::uint64_t bytes = source.info(targets[t].first).nbytes();
    for (std::uint64_t offset = 0; offset < bytes; offset += kPieceBytes)
      pieces.push_back({t, offset, std::min<std::uint64_t>(kPieceBytes, bytes - offset)});
  }
  std::vector<std::atomic<bool>> bad(targets.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    const torch::NoGradGuard no_grad;
    std::vector<std::byte> buffer;
    for (std::size_t i = next++; i < pieces.size(); i = next++) {
      const auto& [name, target] = targets[pieces[i].target];
      if (!PieceReader(source, name, target).read(pieces[i].offset, pieces[i].count, buffer))
        bad[pieces[i].target] = true;
    }
  };
  run_on_all_threads(work);
  std::vector<std::string> names;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    if (bad[t]) names.push_back(targets[t].first);
  }
  return names;
}

namespace {

/// What a checkpoint fills: a tensor, or the weight of a quantized layer.
struct LoadTarget {
  std::string name;  ///< ours
  std::vector<std::int64_t> shape;
  torch::Tensor tensor;                  ///< undefined: `quantized` is filled instead
  QuantizedWeight* quantized = nullptr;  ///< from a weight that is not quantized yet
};

/// All that a module needs of a source. Quantized layers take a weight as it was trained, or one that is
/// stored quantized.
std::vector<LoadTarget> load_targets(torch::nn::Module& module, const MappedNames& names) {
  std::vector<LoadTarget> targets;
  for (const auto& item : module.named_parameters())
    targets.push_back({item.key(), item.value().sizes().vec(), item.value().detach()});
  for (const auto& item : module.named_modules()) {
    auto* linear = item.value()->as<LinearImpl>();
    if (linear == nullptr || !linear->quantized) continue;
    QuantizedWeight& weights = *linear->quantized;
    const std::string weight = item.key() + ".weight";
    if (names.theirs.contains(weight + kCompactScales)) {
      targets.push_back({weight + kCompactData, weights.data.sizes().vec(), weights.data});
      targets.push_back({weight + kCompactScales, weights.scales.sizes().vec(), weights.scales});
    } else {
      targets.push_back({weight, weights.shape(), {}, &weights});
    }
  }
  return targets;
}

/// Reads weights and quantizes them, several rows at a time, on all of torch's threads. Returns the names of
/// those that hold values that are not finite.
std::vector<std::string> read_quantized(
    const TensorSource& source, const std::vector<std::pair<std::string, QuantizedWeight*>>& targets) {
  struct Piece {
    std::size_t target;
    std::int64_t begin, rows;
  };
  std::vector<Piece> pieces;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::vector<std::int64_t> shape = targets[t].second->shape();
    const std::int64_t rows =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(kPieceBytes / sizeof(float)) / shape[1]);
    for (std::int64_t begin = 0; begin < shape[0]; begin += rows)
      pieces.push_back({t, begin, std::min(rows, shape[0] - begin)});
  }
  std::vector<std::atomic<bool>> bad(targets.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = next++; i < pieces.size(); i = next++) {
      const Piece& piece = pieces[i];
      const auto& [name, weights] = targets[piece.target];
      const TensorInfo& info = source.info(name);
      torch::Tensor rows = torch::empty({piece.rows, weights->shape()[1]}, to_scalar_type(info.dtype));
      const std::span<std::byte> bytes(static_cast<std::byte*>(rows.data_ptr()), rows.nbytes());
      source.read_part(
          name,
          static_cast<std::uint64_t>(piece.begin) * rows.nbytes() / static_cast<std::uint64_t>(piece.rows),
          bytes);
      if (all_finite(info.dtype, bytes)) {
        weights->set_rows(piece.begin, rows);
      } else {
        bad[piece.target] = true;
      }
    }
  };
  run_on_all_threads(work);
  std::vector<std::string> names;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    if (bad[t]) names.push_back(targets[t].first);
  }
  return names;
}

}  // namespace

void load_parameters(torch::nn::Module& module, const TensorSource& source, const LoadOptions& options) {
  const MappedNames names = map_names(source, options.names);
  const std::vector<LoadTarget> targets = load_targets(module, names);
  NamedShapes expected;
  for (const LoadTarget& target : targets) expected.emplace_back(target.name, target.shape);
  const FitReport report = check_fit(source, names, expected, options.ignored);
  if (!report.fits()) throw DataError(report.text(source_name(source)));
  std::vector<std::pair<std::string, torch::Tensor>> plain;
  std::vector<std::pair<std::string, QuantizedWeight*>> quantized;
  for (const LoadTarget& target : targets) {
    const std::string& theirs = names.theirs.at(target.name);
    if (target.quantized == nullptr) {
      plain.emplace_back(theirs, target.tensor);
    } else {
      quantized.emplace_back(theirs, target.quantized);
    }
  }
  std::vector<std::string> bad = read_into(source, plain);
  for (std::string& name : read_quantized(source, quantized)) bad.push_back(std::move(name));
  if (bad.empty() || (options.allow_non_finite && quantized.empty())) return;
  std::ostringstream out;
  out << source_name(source) << " holds values that are not finite:";
  list_problem(out, "with NaN or infinity", bad);
  throw DataError(out.str());
}

void load_parameters(torch::nn::Module& module, const std::filesystem::path& path,
                     const std::vector<std::string>& ignored) {
  load_parameters(module, *open_tensors(path), {.names = nullptr, .ignored = ignored});
}

}  // namespace pixelsail
