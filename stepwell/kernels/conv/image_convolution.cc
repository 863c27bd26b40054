#include "stepwell/kernels/conv/image_convolution.h"

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/cpu_features.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/onednn/engine.h"

namespace stepwell::kernels {
namespace {

// Below this many multiply-adds a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

// Rows [first, last) of the output, and those of the input that they see.
struct Band {
  onednn::Convolution convolution;
  std::int64_t in_row;
  std::int64_t out_row;
  std::int64_t out_rows;
};

// Whether a window may lie beyond the input altogether. oneDNN 2.6 gives such windows wrong sums with what the output
// held before.
bool HasWindowsOutside(const Conv2dShape& shape) {
  const std::int64_t height = (shape.kernel_height - 1) * shape.dilation_height + 1;
  const std::int64_t width = (shape.kernel_width - 1) * shape.dilation_width + 1;
  return std::max(shape.pad_top, shape.pad_bottom) >= height || std::max(shape.pad_left, shape.pad_right) >= width;
}

Band MakeBand(const Conv2dShape& shape, const ImageConvolution::Epilogue& epilogue, Range rows) {
  const std::int64_t span = (shape.kernel_height - 1) * shape.dilation_height + 1;
  const std::int64_t first = rows.begin * shape.stride_height - shape.pad_top;
  const std::int64_t last = (rows.end - 1) * shape.stride_height - shape.pad_top + span;
  const std::int64_t in_begin = std::clamp<std::int64_t>(first, 0, shape.in_height - 1);
  const std::int64_t in_end = std::clamp<std::int64_t>(last, in_begin + 1, shape.in_height);
  onednn::ConvolutionSpec spec{.shape = shape,
                               .layout = onednn::ConvolutionSpec::Layout::kChannelsLast,
                               .low = epilogue.low,
                               .high = epilogue.high};
  spec.shape.batch = 1;
  spec.shape.in_height = in_end - in_begin;
  spec.shape.pad_top = in_begin - first;
  spec.shape.pad_bottom = std::max<std::int64_t>(0, last - in_end);
  if (epilogue.residual == ImageConvolution::Epilogue::Residual::kAdded) {
    spec.output = onednn::ConvolutionSpec::Output::kAddedTo;
  }
  return {onednn::Convolution(spec), in_begin, rows.begin, rows.end - rows.begin};
}

std::vector<Band> MakeBands(const Conv2dShape& shape, const ImageConvolution::Epilogue& epilogue, int count) {
  std::vector<Band> bands;
  for (int band = 0; band < count; ++band) {
    const Range rows = PartOf(shape.out_height(), 1, band, count);
    // A band that sees only padding would need an image without rows.
    const std::int64_t first = rows.begin * shape.stride_height - shape.pad_top;
    const std::int64_t span = (shape.kernel_height - 1) * shape.dilation_height + 1;
    if (rows.begin == rows.end) continue;
    if (first >= shape.in_height || (rows.end - 1) * shape.stride_height - shape.pad_top + span <= 0) return {};
    bands.push_back(MakeBand(shape, epilogue, rows));
  }
  return bands;
}

// How many bands an image is cut into. With AVX-512 oneDNN gives a row of the image the same bits in any band, and
// there are as many bands as threads, unless a whole batch keeps the team busy image by image. With less it does not,
// so that neither batch nor threads may have a say.
int BandsOf(const Conv2dShape& shape, std::int64_t image_work, int threads) {
  constexpr std::int64_t kMost = 4;
  std::int64_t bands = 1;
  if (ChosenIsa() < Isa::kAvx512) {
    bands = std::clamp<std::int64_t>(image_work / kLeastForTeam, 1, kMost);
  } else if (shape.batch * image_work >= kLeastForTeam && shape.batch % threads != 0) {
    bands = threads;
  }
  return static_cast<int>(std::min(bands, shape.out_height()));
}

}  // namespace

class ImageConvolution::Impl {
 public:
  Impl(const Conv2dShape& shape, const Epilogue& whole, int threads) : shape_(shape), epilogue_(whole) {
    RequireShape(shape);
    adds_afterwards_ = whole.residual == Epilogue::Residual::kAdded && HasWindowsOutside(shape);
    const Epilogue epilogue = adds_afterwards_ ? Epilogue{} : whole;
    const std::int64_t positions = shape.out_height() * shape.out_width();
    const std::int64_t image_work =
        positions * shape.out_channels * (shape.in_channels / shape.groups) * shape.kernel_height * shape.kernel_width;
    work_ = shape.batch * image_work;
    bands_ = MakeBands(shape, epilogue, BandsOf(shape, image_work, threads));
    const bool have_one_packing = std::all_of(bands_.begin(), bands_.end(), [&](const Band& band) {
      return band.convolution.Packing() == bands_.front().convolution.Packing();
    });
    if (!have_one_packing) bands_.clear();
    if (bands_.empty()) bands_.push_back(MakeBand(shape, epilogue, {0, shape.out_height()}));
  }

  std::string Packing() const { return bands_.front().convolution.Packing(); }

  SharedBytes Pack(const LazyBytes& lazy, PackedBlocks& blocks) const {
    const onednn::Convolution& convolution = bands_.front().convolution;
    return blocks.Make(convolution.WeightBytes(), [&](std::span<std::byte> packed) {
      const SharedBytes weights = lazy.Get();
      RequireSizes(shape_, weights, {});
      AlignedBuffer aligned(weights.size());
      std::memcpy(aligned.data(), weights.data(), weights.size());
      convolution.PackWeights(reinterpret_cast<const float*>(aligned.data()), packed.data());
    });
  }

  std::size_t MemberScratchBytes() const {
    std::size_t most = 0;
    for (const Band& band : bands_) most = std::max(most, band.convolution.ScratchBytes());
    constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
    return (most + kAlignment - 1) / kAlignment * kAlignment;
  }

  // A piece is one band of one image.
  void Run(const Arguments& arguments, WorkerTeam& team) const {
    const auto compute = [&](Range pieces, std::byte* scratch) {
      for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) {
        RunBand(piece / std::ssize(bands_), bands_[AsSize(piece % std::ssize(bands_))], arguments, scratch);
      }
    };
    const std::int64_t pieces = shape_.batch * std::ssize(bands_);
    if (work_ < kLeastForTeam) return compute({0, pieces}, arguments.scratch.data());
    team.Run([&](int member) {
      compute(PartOf(pieces, 1, member, team.num_threads()),
              arguments.scratch.data() + AsSize(member) * MemberScratchBytes());
    });
  }

  const Conv2dShape& shape() const { return shape_; }
  std::int64_t in_row_elements() const { return shape_.in_width * shape_.in_channels; }
  std::int64_t out_row_elements() const { return shape_.out_width() * shape_.out_channels; }

 private:
  void RunBand(std::int64_t image, const Band& band, const Arguments& arguments, std::byte* scratch) const {
    const std::int64_t from = (image * shape_.in_height + band.in_row) * in_row_elements();
    const std::int64_t to = (image * shape_.out_height() + band.out_row) * out_row_elements();
    float* out = arguments.out.data() + to;
    const std::size_t count = AsSize(band.out_rows * out_row_elements());
    const auto residual =
        arguments.residual.empty() ? arguments.residual : arguments.residual.subspan(AsSize(to), count);
    if (!adds_afterwards_) std::copy(residual.begin(), residual.end(), out);
    band.convolution.Run(arguments.x.data() + from, arguments.packed.data(), arguments.bias.data(), out, scratch);
    if (adds_afterwards_) Add(residual, out);
  }

  void Add(std::span<const float> residual, float* out) const {
    for (std::size_t i = 0; i < residual.size(); ++i) {
      const float sum = out[i] + residual[i];
      out[i] = sum < epilogue_.low ? epilogue_.low : (sum > epilogue_.high ? epilogue_.high : sum);
    }
  }

  const Conv2dShape shape_;
  const Epilogue epilogue_;
  bool adds_afterwards_ = false;
  std::int64_t work_ = 0;
  std::vector<Band> bands_;
};

ImageConvolution::ImageConvolution(const Conv2dShape& shape, const Epilogue& epilogue, int threads)
    : impl_(std::make_unique<Impl>(shape, epilogue, threads)) {}
ImageConvolution::ImageConvolution(ImageConvolution&&) noexcept = default;
ImageConvolution& ImageConvolution::operator=(ImageConvolution&&) noexcept = default;
ImageConvolution::~ImageConvolution() = default;

std::string ImageConvolution::Packing() const { return impl_->Packing(); }
SharedBytes ImageConvolution::Pack(const LazyBytes& weights, PackedBlocks& blocks) const {
  return impl_->Pack(weights, blocks);
}
std::size_t ImageConvolution::ScratchBytes(int members) const { return AsSize(members) * impl_->MemberScratchBytes(); }

void ImageConvolution::Run(const Arguments& arguments, WorkerTeam& team) const {
  const Conv2dShape& shape = impl_->shape();
  STEPWELL_CHECK(arguments.x.size() == AsSize(shape.batch * shape.in_height * impl_->in_row_elements()));
  STEPWELL_CHECK(arguments.out.size() == AsSize(shape.batch * shape.out_height() * impl_->out_row_elements()));
  STEPWELL_CHECK(arguments.residual.empty() || arguments.residual.size() == arguments.out.size());
  STEPWELL_CHECK(arguments.bias.size() == AsSize(shape.out_channels));
  STEPWELL_CHECK(arguments.scratch.size() >= ScratchBytes(team.num_threads()));
  impl_->Run(arguments, team);
}

}  // namespace stepwell::kernels
