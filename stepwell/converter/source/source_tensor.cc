#include "stepwell/converter/source/source_tensor.h"

#include <fmt/format.h>

#include <cstring>

#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

// `stored` followed by as many copies of its last element as `total` bytes ask for. Doubling keeps this at memcpy's
// speed.
SharedBytes Repeated(const SharedBytes& stored, std::size_t element, std::size_t total) {
  AlignedBuffer buffer(total);
  std::memcpy(buffer.data(), stored.data(), stored.size());
  std::byte* const tail = buffer.data() + (stored.size() - element);
  const std::size_t wanted = total - (stored.size() - element);
  for (std::size_t done = element; done < wanted;) {
    const std::size_t step = std::min(done, wanted - done);
    std::memcpy(tail + done, tail, step);
    done += step;
  }
  return SharedBytes::Own(std::move(buffer));
}

}  // namespace

LazyBytes SourceTensor::Bytes() const {
  if (!dtype) throw Error(ErrorKind::kUnsupported, fmt::format("a tensor of {} has no numbers", TfTypeName(tf_type)));
  const std::size_t total = BytesOf(*dtype, shape.num_elements());
  if (stored.size() == total) return stored;
  if (total > kMostRepeatedBytes) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a constant of shape {} repeats one value over {} bytes; at most {} "
                            "are expanded",
                            ToText(shape), total, kMostRepeatedBytes));
  }
  return Repeated(stored.Get(), BytesOf(*dtype, 1), total);
}

}  // namespace stepwell::converter
