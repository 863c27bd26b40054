#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/ops/conv/window.h"
#include "stepwell/ops/import_rule.h"

// What TensorFlow's convolutions and poolings of images have in common. Its lists have one number for each of the four
// axes of the data_format.
namespace stepwell::ops::conv {

enum class ImageFormat : std::uint8_t { kNhwc, kNchw };

// The attribute data_format; throws Error(kUnsupported) for others.
ImageFormat ImageFormatOf(const ImportSite& site);

// Height's and width's number of a list whose numbers for batch and channels are 1; throws Error(kUnsupported) else.
// `what` names the list.
std::vector<std::int64_t> HeightAndWidth(const ImportSite& site, std::string_view what,
                                         const std::vector<std::int64_t>& list, ImageFormat format);
// The same of an attribute; 1 and 1 where it is missing.
std::vector<std::int64_t> HeightAndWidth(const ImportSite& site, std::string_view attribute, ImageFormat format);

// The window of the attribute `padding` (and explicit_paddings) with these strides; dilations as the attribute says.
Window WindowOf(const ImportSite& site, ImageFormat format, std::vector<std::int64_t> strides);

// The value with its axes in another order.
ir::ValueId Transposed(const ImportSite& site, std::string_view suffix, ir::ValueId value,
                       std::vector<std::int64_t> order);
// The image as IR's windows want it, and their result as the node has it (which answers to the node's name).
ir::ValueId ChannelsFirst(const ImportSite& site, ir::ValueId image, ImageFormat format);
ir::ValueId AsFormatted(const ImportSite& site, ir::ValueId image, ImageFormat format);
// The suffix of the node between the two.
std::string_view WindowSuffix(ImageFormat format, std::string_view suffix);

}  // namespace stepwell::ops::conv
