#include "memory.h"

#include <ATen/EmptyTensor.h>
#include <sys/mman.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace pixelsail::strict {
namespace {

std::size_t in_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (std::max<std::size_t>(bytes, 1) + page - 1) / page * page;
}

class PagesAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* begin = state().pages.allocate(bytes, !state().shapes_only);
    return {begin, begin, &release, c10::Device(c10::DeviceType::PrivateUse1, 0)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* /*to*/, const void* /*from*/, std::size_t /*bytes*/) const override {
    TORCH_CHECK(false, "strict device: memory was to be copied past the kernels");
  }

 private:
  static void release(void* begin) { state().pages.release(begin); }
};

}  // namespace

void* Pages::allocate(std::size_t bytes, bool touched) {
  constexpr int kAllBits = 0xFF;
  const std::size_t size = in_pages(bytes);
  const int access = touched ? PROT_READ | PROT_WRITE : PROT_NONE;
  void* begin = mmap(nullptr, size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED) throw std::bad_alloc();
  if (touched) {
    std::memset(begin, kAllBits, size);
    mprotect(begin, size, PROT_NONE);
  }
  const std::lock_guard lock(mutex_);
  blocks_[begin] = {.bytes = size, .asked = bytes};
  count_.now += static_cast<std::int64_t>(bytes);
  count_.peak = std::max(count_.peak, count_.now);
  return begin;
}

void Pages::release(void* begin) {
  const std::lock_guard lock(mutex_);
  const auto block = blocks_.extract(begin);
  count_.now -= static_cast<std::int64_t>(block.mapped().asked);
  munmap(begin, block.mapped().bytes);
}

MemoryCount Pages::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Pages::begin_peak() {
  const std::lock_guard lock(mutex_);
  count_.peak = count_.now;
}

void Pages::open(void* begin) {
  const std::lock_guard lock(mutex_);
  Block& block = blocks_.at(begin);
  if (block.users++ == 0) mprotect(begin, block.bytes, PROT_READ | PROT_WRITE);
}

void Pages::close(void* begin) {
  const std::lock_guard lock(mutex_);
  Block& block = blocks_.at(begin);
  if (--block.users == 0) mprotect(begin, block.bytes, PROT_NONE);
}

State& state() {
  // Never destroyed: tensors may live until the very end of the process.
  static State& state = *new State;
  return state;
}

c10::Allocator* allocator() {
  static PagesAllocator& allocator = *new PagesAllocator;
  return &allocator;
}

torch::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType type) {
  return at::detail::empty_strided_generic(sizes, strides, allocator(),
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), type);
}

Access::~Access() {
  for (void* begin : opened_) state().pages.close(begin);
}

torch::Tensor Access::on_host(const torch::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_privateuseone()) return tensor;
  const auto options = torch::TensorOptions(tensor.scalar_type());
  if (state().shapes_only)
    return at::empty_strided(tensor.sizes(), tensor.strides(), options.device(torch::kMeta));
  if (tensor.numel() == 0) return at::empty_strided(tensor.sizes(), tensor.strides(), options);
  void* begin = tensor.storage().mutable_data();
  if (opened_.insert(begin).second) state().pages.open(begin);
  return at::from_blob(static_cast<std::byte*>(begin) + tensor.storage_offset() * tensor.element_size(),
                       tensor.sizes(), tensor.strides(), options);
}

std::optional<torch::Tensor> Access::on_host(const std::optional<torch::Tensor>& tensor) {
  return tensor && tensor->defined() ? std::optional(on_host(*tensor)) : std::nullopt;
}

torch::Tensor Access::on_device(const torch::Tensor& host) {
  if (!host.defined()) return host;
  const torch::Tensor dense = host.is_non_overlapping_and_dense() ? host : host.contiguous();
  torch::Tensor result = empty_strided(dense.sizes(), dense.strides(), dense.scalar_type());
  if (dense.numel() > 0 && !dense.is_meta()) on_host(result).copy_(dense);
  return result;
}

void Access::assign(const torch::Tensor& tensor, const torch::Tensor& host) {
  const torch::Tensor dense = host.is_non_overlapping_and_dense() ? host : host.contiguous();
  const std::size_t bytes =
      at::detail::computeStorageNbytes(dense.sizes(), dense.strides(), dense.element_size(),
                                       static_cast<std::size_t>(tensor.storage_offset()));
  c10::StorageImpl* storage = tensor.storage().unsafeGetStorageImpl();
  if (storage->nbytes() < bytes) {
    replaced_.push_back(storage->set_data_ptr(allocator()->allocate(bytes)));
    storage->set_nbytes(bytes);
  }
  tensor.unsafeGetTensorImpl()->set_sizes_and_strides(dense.sizes(), dense.strides());
  if (dense.numel() > 0 && !dense.is_meta()) on_host(tensor).copy_(dense);
}

}  // namespace pixelsail::strict
