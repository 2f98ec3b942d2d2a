#include "model/flash_attention.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/device_kernels.h"
#include "model/matmul.h"
#include "model/plan_holder.h"
#include "model/upload.h"

namespace pixelsail {
namespace {

using Numbers = std::vector<std::int32_t>;

/// A call before its numbers are on the device.
struct HostCall {
  Numbers query_rows, key_rows, query_bounds{0}, key_bounds{0};
  std::int64_t most_queries = 0, most_keys = 0;
  bool causal = false;

  void add(const FlashSpan& span) {
    for (std::int64_t row = span.begin; row < span.end; ++row)
      query_rows.push_back(static_cast<std::int32_t>(row));
    for (std::int64_t key = 0; key < span.keys; ++key)
      key_rows.push_back(static_cast<std::int32_t>(span.first_key + key));
    query_bounds.push_back(static_cast<std::int32_t>(query_rows.size()));
    key_bounds.push_back(static_cast<std::int32_t>(key_rows.size()));
    most_queries = std::max(most_queries, span.end - span.begin);
    most_keys = std::max(most_keys, span.keys);
  }
};

bool is_identity(const Numbers& rows, std::int64_t count) {
  if (static_cast<std::int64_t>(rows.size()) != count) return false;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != static_cast<std::int32_t>(i)) return false;
  return true;
}

torch::Tensor rows_of(const torch::Tensor& x, const torch::Tensor& rows) {
  return rows.defined() ? x.index_select(0, rows) : x;
}

struct FlashOutput {
  torch::Tensor out, log_sum, random, unused;
};

FlashOutput run_forward(const FlashCall& call, const torch::Tensor& q_THd, const torch::Tensor& k_SGd,
                        const torch::Tensor& v_SGd) {
  auto [out, log_sum, random, unused, debug_mask] = at::_flash_attention_forward(
      rows_of(q_THd, call.query_rows), rows_of(k_SGd, call.key_rows), rows_of(v_SGd, call.key_rows),
      call.query_bounds, call.key_bounds, call.most_queries, call.most_keys, /*dropout_p=*/0.0, call.causal,
      /*return_debug_mask=*/false);
  return {out, log_sum, random, unused};
}

/// Rows of the calls' outputs in the order of the packed run.
torch::Tensor in_order(const FlashPlan& plan, const std::vector<torch::Tensor>& outputs) {
  const torch::Tensor all = outputs.size() == 1 ? outputs[0] : torch::cat(outputs);
  return rows_of(all, plan.place_T);
}

/// Adds the gradient of gathered rows. A row is gathered at most twice in a call, and two numbers have one sum
/// whichever comes first, so that the order in which a GPU adds does not matter.
void add_rows(torch::Tensor& sum, const torch::Tensor& gradient, const torch::Tensor& rows,
              const torch::Tensor& like) {
  if (!sum.defined() && !rows.defined()) {
    sum = gradient;
    return;
  }
  if (!sum.defined()) sum = torch::zeros_like(like);
  if (rows.defined()) {
    sum.index_add_(0, rows, gradient);
  } else {
    sum.add_(gradient);
  }
}

/// One node of the autograd graph: gathered rows are gathered again in backward instead of kept.
class FlashFunction : public torch::autograd::Function<FlashFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& q_THd,
                               const torch::Tensor& k_SGd, const torch::Tensor& v_SGd,
                               const std::shared_ptr<const FlashPlan>& plan) {
    torch::autograd::variable_list saved{q_THd, k_SGd, v_SGd};
    std::vector<torch::Tensor> outputs;
    for (const FlashCall& call : plan->calls) {
      const FlashOutput output = run_forward(call, q_THd, k_SGd, v_SGd);
      outputs.push_back(output.out);
      saved.insert(saved.end(), {output.log_sum, output.random, output.unused});
    }
    const torch::Tensor out_THd = in_order(*plan, outputs);
    saved.push_back(out_THd);
    context->save_for_backward(saved);
    PlanHolder<FlashPlan>::keep(context, plan);
    return out_THd;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &q_THd = saved[0], &k_SGd = saved[1], &v_SGd = saved[2], &out_THd = saved.back();
    const auto plan = PlanHolder<FlashPlan>::of(context);
    const torch::Tensor grad_THd = gradients[0].contiguous();
    torch::Tensor grad_k, grad_v;
    std::vector<torch::Tensor> grad_q;
    std::size_t index = 3;
    for (const FlashCall& call : plan->calls) {
      const auto [piece_q, piece_k, piece_v] = at::_flash_attention_backward(
          rows_of(grad_THd, call.query_rows), rows_of(q_THd, call.query_rows), rows_of(k_SGd, call.key_rows),
          rows_of(v_SGd, call.key_rows), rows_of(out_THd, call.query_rows), saved[index], call.query_bounds,
          call.key_bounds, call.most_queries, call.most_keys, /*dropout_p=*/0.0, call.causal,
          saved[index + 1], saved[index + 2]);
      index += 3;
      grad_q.push_back(piece_q);
      add_rows(grad_k, piece_k, call.key_rows, k_SGd);
      add_rows(grad_v, piece_v, call.key_rows, v_SGd);
    }
    return {in_order(*plan, grad_q), grad_k, grad_v, torch::Tensor()};
  }

 private:
};

}  // namespace

bool flash_fits(torch::Device device, torch::ScalarType type, std::int64_t head_size) {
  constexpr std::int64_t kLargestHead = 256, kHeadMultiple = 8;
  if (type != torch::kBFloat16 && type != torch::kFloat16) return false;
  if (head_size % kHeadMultiple != 0 || head_size > kLargestHead) return false;
  // GPUs that multiply in bfloat16 themselves are those that the kernels are made for.
  if (device.is_cuda() && !computes_in(torch::kBFloat16, device)) return false;
  return has_kernel("aten::_flash_attention_forward", device);
}

FlashPlan plan_flash(const std::vector<FlashSpan>& spans, std::int64_t rows, std::int64_t keys,
                     torch::Device device) {
  std::vector<HostCall> calls(2);
  calls[1].causal = true;
  for (const FlashSpan& span : spans) calls[span.causal ? 1 : 0].add(span);
  std::erase_if(calls, [](const HostCall& call) { return call.query_rows.empty(); });

  Numbers place(static_cast<std::size_t>(rows));
  std::int32_t next = 0;
  for (const HostCall& call : calls) {
    for (const std::int32_t row : call.query_rows) place[static_cast<std::size_t>(row)] = next++;
  }
  FlashPlan plan;
  plan.calls.resize(calls.size());
  Upload upload(device);
  const auto add = [&upload](const Numbers& numbers, torch::Tensor& tensor) {
    tensor = torch::tensor(numbers, torch::kInt32);
    upload.add(tensor);
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const HostCall& host = calls[i];
    FlashCall& call = plan.calls[i];
    call.most_queries = host.most_queries;
    call.most_keys = host.most_keys;
    call.causal = host.causal;
    add(host.query_bounds, call.query_bounds);
    add(host.key_bounds, call.key_bounds);
    if (!is_identity(host.query_rows, rows)) add(host.query_rows, call.query_rows);
    if (!is_identity(host.key_rows, keys)) add(host.key_rows, call.key_rows);
  }
  if (!is_identity(place, rows)) add(place, plan.place_T);
  upload.send();
  return plan;
}

torch::Tensor flash_attention(const torch::Tensor& q_THd, const torch::Tensor& k_SGd,
                              const torch::Tensor& v_SGd, const std::shared_ptr<const FlashPlan>& plan) {
  if (torch::GradMode::is_enabled()) return FlashFunction::apply(q_THd, k_SGd, v_SGd, plan);
  std::vector<torch::Tensor> outputs;
  for (const FlashCall& call : plan->calls) outputs.push_back(run_forward(call, q_THd, k_SGd, v_SGd).out);
  return in_order(*plan, outputs);
}

}  // namespace pixelsail
