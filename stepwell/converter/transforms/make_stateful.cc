#include "stepwell/converter/transforms/make_stateful.h"

#include <string_view>

namespace stepwell::converter {
namespace {

std::string WithoutSink(std::string name) {
  constexpr std::string_view kSink = "/sink_port_0";
  if (name.ends_with(kSink)) name.resize(name.size() - kSink.size());
  return name;
}

}  // namespace

ConvertOptions WithNamedStates(ConvertOptions options) {
  if (options.transforms.stateful.empty()) return options;
  options.states.mode = StateRequests::Mode::kNamed;
  for (const auto& [input, output] : options.transforms.stateful) {
    options.states.pairs.push_back({input, WithoutSink(output)});
  }
  return options;
}

}  // namespace stepwell::converter
