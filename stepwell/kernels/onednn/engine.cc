#include "stepwell/kernels/onednn/engine.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "dnnl.hpp"
#include "stepwell/base/checked.h"
#include "stepwell/base/cpu_features.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels::onednn {
namespace {

using Dims = dnnl::memory::dims;
using Format = dnnl::memory::format_tag;
using Arguments = std::unordered_map<int, dnnl::memory>;

// For its lifetime, OpenMP has one thread to give to this thread. The functions are looked up at run time because they
// are there only when oneDNN was built with OpenMP.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(kGetThreads != nullptr ? kGetThreads() : 1) { Set(1); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;
  ~OneOpenMpThread() { Set(before_); }

 private:
  static void Set(int threads) {
    if (kSetThreads != nullptr) kSetThreads(threads);
  }
  static inline int (*const kGetThreads)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  static inline void (*const kSetThreads)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT,
                                                                                       "omp_set_num_threads"));

  const int before_;
};

dnnl::cpu_isa MostIsa() {
  switch (ChosenIsa()) {
    case Isa::kAvx512:
      return dnnl::cpu_isa::all;
    case Isa::kAvx2:
      return dnnl::cpu_isa::avx2;
    default:
      return dnnl::cpu_isa::sse41;
  }
}

const dnnl::engine& TheEngine() {
  static const dnnl::engine engine = [] {
    dnnl::set_max_cpu_isa(MostIsa());  // fails, harmlessly, where the program has used oneDNN before us
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

dnnl::memory At(const dnnl::memory::desc& desc, const void* data) {
  return {desc, TheEngine(), const_cast<void*>(data)};
}

void Execute(const dnnl::primitive& primitive, const Arguments& arguments) {
  dnnl::stream stream(TheEngine());
  primitive.execute(stream, arguments);
  stream.wait();
}

// Calls `body` with OpenMP held back, and turns what oneDNN throws into an Error.
template <class Body>
decltype(auto) Guarded(const char* what, Body body) {
  const OneOpenMpThread one_thread;
  try {
    return body();
  } catch (const dnnl::error& error) {
    throw Error(ErrorKind::kUnsupported, fmt::format("oneDNN cannot {}: {}", what, error.what()));
  }
}

void AppendEltwise(dnnl::post_ops& post_ops, dnnl::algorithm function, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  post_ops.append_eltwise(function, alpha, beta);
#else
  post_ops.append_eltwise(1, function, alpha, beta);
#endif
}

dnnl::primitive_attr MakeAttributes(const ConvolutionSpec& spec) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops post_ops;
  if (spec.output == ConvolutionSpec::Output::kAddedTo) post_ops.append_sum(1);
  if (spec.low == 0 && spec.high == kInfinity) {
    AppendEltwise(post_ops, dnnl::algorithm::eltwise_relu, 0, 0);
  } else if (spec.low != -kInfinity || spec.high != kInfinity) {
    AppendEltwise(post_ops, dnnl::algorithm::eltwise_clip, spec.low, spec.high);
  }
  attributes.set_post_ops(post_ops);
  return attributes;
}

// Of the weights as they are given: with the groups in front where there are any.
Dims WeightDims(const Conv2dShape& shape) {
  if (shape.groups == 1) return {shape.out_channels, shape.in_channels, shape.kernel_height, shape.kernel_width};
  return {shape.groups, shape.out_channels / shape.groups, shape.in_channels / shape.groups, shape.kernel_height,
          shape.kernel_width};
}

dnnl::convolution_forward::primitive_desc MakeConvolution(const ConvolutionSpec& spec) {
  constexpr auto kFloat = dnnl::memory::data_type::f32;
  const Conv2dShape& shape = spec.shape;
  const Format layout = spec.layout == ConvolutionSpec::Layout::kChannelsFirst ? Format::nchw : Format::nhwc;
  const dnnl::memory::desc x({1, shape.in_channels, shape.in_height, shape.in_width}, kFloat, layout);
  const dnnl::memory::desc weights(WeightDims(shape), kFloat, Format::any);
  const dnnl::memory::desc bias({shape.out_channels}, kFloat, Format::x);
  const dnnl::memory::desc out({1, shape.out_channels, shape.out_height(), shape.out_width()}, kFloat, layout);
  const Dims strides = {shape.stride_height, shape.stride_width};
  const Dims gaps = {shape.dilation_height - 1, shape.dilation_width - 1};  // oneDNN counts what is left out
  const Dims before = {shape.pad_top, shape.pad_left}, after = {shape.pad_bottom, shape.pad_right};
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
  return {TheEngine(), dnnl::prop_kind::forward_inference,
          kDirect,     x,
          weights,     bias,
          out,         strides,
          gaps,        before,
          after,       MakeAttributes(spec)};
#else
  const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference, kDirect, x, weights, bias, out,
                                             strides, gaps, before, after);
  return {desc, MakeAttributes(spec), TheEngine()};
#endif
}

}  // namespace

class Convolution::Impl {
 public:
  explicit Impl(const ConvolutionSpec& spec)
      : desc_(MakeConvolution(spec)),
        primitive_(desc_),
        plain_weights_(WeightDims(spec.shape), dnnl::memory::data_type::f32,
                       spec.shape.groups == 1 ? Format::oihw : Format::goihw) {}

  std::size_t WeightBytes() const { return desc_.weights_desc().get_size(); }
  // The description is a plain structure of oneDNN's, zeroed before it is filled.
  std::string Packing() const {
    const dnnl::memory::desc weights = desc_.weights_desc();
#if DNNL_VERSION_MAJOR >= 3
    const auto bytes = weights.get_blob();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
#else
    return {reinterpret_cast<const char*>(&weights.data), sizeof(weights.data)};
#endif
  }
  std::size_t ScratchBytes() const { return desc_.scratchpad_desc().get_size(); }

  void PackWeights(const float* weights, std::byte* packed) const {
    const auto from = At(plain_weights_, weights);
    const auto to = At(desc_.weights_desc(), packed);
    Execute(dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  }

  void Run(const float* x, const std::byte* packed, const float* bias, float* out, std::byte* scratch) const {
    Execute(primitive_, {{DNNL_ARG_SRC, At(desc_.src_desc(), x)},
                         {DNNL_ARG_WEIGHTS, At(desc_.weights_desc(), packed)},
                         {DNNL_ARG_BIAS, At(desc_.bias_desc(), bias)},
                         {DNNL_ARG_DST, At(desc_.dst_desc(), out)},
                         {DNNL_ARG_SCRATCHPAD, At(desc_.scratchpad_desc(), scratch)}});
  }

 private:
  dnnl::convolution_forward::primitive_desc desc_;
  dnnl::convolution_forward primitive_;
  dnnl::memory::desc plain_weights_;
};

Convolution::Convolution(const ConvolutionSpec& spec)
    : impl_(Guarded("make this convolution", [&] { return std::make_unique<Impl>(spec); })) {}
Convolution::Convolution(Convolution&&) noexcept = default;
Convolution& Convolution::operator=(Convolution&&) noexcept = default;
Convolution::~Convolution() = default;

std::size_t Convolution::WeightBytes() const { return impl_->WeightBytes(); }
std::string Convolution::Packing() const { return impl_->Packing(); }
std::size_t Convolution::ScratchBytes() const { return impl_->ScratchBytes(); }

void Convolution::PackWeights(const float* weights, std::byte* packed) const {
  Guarded("convert weights", [&] { impl_->PackWeights(weights, packed); });
}

void Convolution::Run(const float* x, const std::byte* packed, const float* bias, float* out,
                      std::byte* scratch) const {
  Guarded("run this convolution", [&] { impl_->Run(x, packed, bias, out, scratch); });
}

}  // namespace stepwell::kernels::onednn
