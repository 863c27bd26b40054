// After a session is made, a run allocates nothing. oneDNN's own allocations, made inside its library, are told apart
// by the address that asked for memory.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>
#include <vector>

#include "tests/support/model_runner.h"

namespace {

std::atomic<bool> is_counting = false;
std::atomic<int> ours = 0;
std::atomic<int> of_one_dnn = 0;

void Count(const void* caller) {
  if (!is_counting) return;
  Dl_info info{};
  const bool is_known = dladdr(caller, &info) != 0 && info.dli_fname != nullptr;
  const bool is_one_dnn = is_known && std::string_view(info.dli_fname).find("libdnnl") != std::string_view::npos;
  ++(is_one_dnn ? of_one_dnn : ours);
}

void* Allocate(std::size_t bytes, std::size_t alignment, const void* caller) {
  Count(caller);
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, rounded)) return memory;
  throw std::bad_alloc();
}

constexpr std::size_t kUsualAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(std::size_t bytes) { return Allocate(bytes, kUsualAlignment, __builtin_return_address(0)); }
void* operator new[](std::size_t bytes) { return Allocate(bytes, kUsualAlignment, __builtin_return_address(0)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace stepwell::tests {
namespace {

struct Allocations {
  int ours = 0;
  int of_one_dnn = 0;
};

// Of one run in the middle of several, of a plan for the model's default shapes.
Allocations AllocationsOfARun(const std::filesystem::path& xml, const runtime::PlanOptions& options) {
  DefaultCall call(*runtime::LoadedModel::Load(xml), options);
  call.Run();
  ours = of_one_dnn = 0;
  is_counting = true;
  call.Run();
  is_counting = false;
  return {ours, of_one_dnn};
}

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";

TEST(NoAllocation, TheCounterCounts) {
  ours = 0;
  is_counting = true;
  const std::vector<int> counted(3);
  is_counting = false;
  EXPECT_EQ(ours, 1);
}

TEST(NoAllocation, ARunOfDeepSpeechAllocatesNothing) {
  const auto xml = kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml";
  for (const auto fusion : {runtime::Fusion::kOn, runtime::Fusion::kOff}) {
    const Allocations allocations = AllocationsOfARun(xml, {.fusion = fusion});
    EXPECT_EQ(allocations.ours, 0);
    EXPECT_EQ(allocations.of_one_dnn, 0) << "this graph needs no oneDNN";
  }
}

TEST(NoAllocation, ARunOfLm1bAllocatesNothing) {
  const Allocations allocations = AllocationsOfARun(kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml", {});
  EXPECT_EQ(allocations.ours, 0);
  EXPECT_EQ(allocations.of_one_dnn, 0) << "its convolutions read contiguous patches and need no oneDNN";
}

}  // namespace
}  // namespace stepwell::tests
