#include "fuzz/support/use_source.h"

#include "stepwell/base/error.h"

namespace stepwell::fuzz {
namespace {

// One bad value must not hide those behind it.
template <class Body>
void GoOn(Body&& body) {
  try {
    body();
  } catch (const Error&) {
  }
}

}  // namespace

void Use(const converter::SourceGraph& graph) {
  for (const converter::SourceNode& node : graph.nodes()) {
    for (const auto& [name, attr] : node.attrs) {
      if (const auto* const tensor = std::get_if<converter::SourceTensor>(&attr)) GoOn([&] { tensor->Bytes().Get(); });
    }
  }
  graph.Validate();
}

void Use(const converter::Checkpoint& checkpoint) {
  for (const std::string& name : checkpoint.Names()) GoOn([&] { checkpoint.Read(name).Bytes().Get(); });
}

}  // namespace stepwell::fuzz
