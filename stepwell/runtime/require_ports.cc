#include "stepwell/runtime/require_ports.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::runtime {
namespace {

template <class View>
void Check(std::string_view whose, std::string_view what, std::span<const Plan::Port> ports,
           std::span<const View> views) {
  if (views.size() != ports.size()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} has {} {}s and was given {}", whose, ports.size(), what, views.size()));
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (views[i].type == ports[i].type) continue;
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} '{}' is {} in this plan and was given as {}", what,
                                                         ports[i].name, ToText(ports[i].type), ToText(views[i].type)));
  }
}

}  // namespace

void RequirePorts(std::string_view whose, std::string_view what, std::span<const Plan::Port> ports,
                  std::span<const ConstTensorView> views) {
  Check(whose, what, ports, views);
}

void RequirePorts(std::string_view whose, std::string_view what, std::span<const Plan::Port> ports,
                  std::span<const TensorView> views) {
  Check(whose, what, ports, views);
}

}  // namespace stepwell::runtime
