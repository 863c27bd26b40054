#include "stepwell/ops/site_constants.h"

#include <fmt/format.h>

namespace stepwell::ops {

std::vector<std::int64_t> ConstantInts(const KernelSite& site, int input, std::string_view what) {
  const ir::ConstantData* constant = AsSize(input) < site.constants.size() ? site.constants[AsSize(input)] : nullptr;
  const auto values = constant == nullptr ? std::nullopt : constant->Ints();
  if (!values) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("input {} ({}) must be a constant of integers; it is {}", input, what,
                            constant == nullptr ? "computed from data" : ToText(constant->type)));
  }
  return *values;
}

std::int64_t ConstantInt(const KernelSite& site, int input, std::string_view what) {
  const std::vector<std::int64_t> values = ConstantInts(site, input, what);
  if (values.size() != 1) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} ({}) must be one integer and has {}", input, what, values.size()));
  }
  return values[0];
}

}  // namespace stepwell::ops
