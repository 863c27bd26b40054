#include "stepwell/kernels/activation/activation.h"

#include <cstdint>

#include "stepwell/base/error.h"
#include "stepwell/kernels/activation/function.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/activation/activation.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// Applies `function` to count elements. The last few go through a full vector of their own, so that every element takes
// the same path.
template <class Lanes>
HWY_INLINE void MapLanes(const float* x, std::int64_t count, float* out, Lanes function) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t at = 0;
  for (; at + lanes <= count; at += lanes) hn::StoreU(function(hn::LoadU(d, x + at)), d, out + at);
  if (at == count) return;
  HWY_ALIGN float rest[hn::MaxLanes(d)] = {};
  for (std::int64_t lane = 0; lane < count - at; ++lane) rest[lane] = x[at + lane];
  hn::Store(function(hn::Load(d, rest)), d, rest);
  for (std::int64_t lane = 0; lane < count - at; ++lane) out[at + lane] = rest[lane];
}

struct ExpFunction {
  HWY_ATTR V operator()(V v) const { return ExpLanes(D(), v); }
};
struct LogFunction {
  HWY_ATTR V operator()(V v) const { return LogLanes(D(), v); }
};
struct SigmoidFunction {
  HWY_ATTR V operator()(V v) const { return SigmoidLanes(D(), v); }
};
struct TanhFunction {
  HWY_ATTR V operator()(V v) const { return TanhLanes(D(), v); }
};
struct ErfFunction {
  HWY_ATTR V operator()(V v) const { return ErfLanes(D(), v); }
};
struct GeluErfFunction {
  HWY_ATTR V operator()(V v) const { return GeluErfLanes(D(), v); }
};
struct GeluTanhFunction {
  HWY_ATTR V operator()(V v) const { return GeluTanhLanes(D(), v); }
};
struct ClampFunction {
  float low;
  float high;
  HWY_ATTR V operator()(V v) const { return ClampLanes(D(), v, hn::Set(D(), low), hn::Set(D(), high)); }
};

HWY_ATTR void MapImpl(Function function, const float* x, std::int64_t count, float* out) {
  switch (function) {
    case Function::kExp:
      return MapLanes(x, count, out, ExpFunction());
    case Function::kLog:
      return MapLanes(x, count, out, LogFunction());
    case Function::kSigmoid:
      return MapLanes(x, count, out, SigmoidFunction());
    case Function::kTanh:
      return MapLanes(x, count, out, TanhFunction());
    case Function::kErf:
      return MapLanes(x, count, out, ErfFunction());
    case Function::kGeluErf:
      return MapLanes(x, count, out, GeluErfFunction());
    case Function::kGeluTanh:
      return MapLanes(x, count, out, GeluTanhFunction());
  }
}

HWY_ATTR void ClampImpl(const float* x, std::int64_t count, float* out, float low, float high) {
  MapLanes(x, count, out, ClampFunction{low, high});
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(MapImpl);
HWY_EXPORT(ClampImpl);

// Below this many elements a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 15;

// Calls map(x, count, out) for the whole or for each member's part.
template <class Map>
void ForParts(std::span<const float> x, std::span<float> out, WorkerTeam& team, Map map) {
  STEPWELL_CHECK(x.size() == out.size());
  const auto count = static_cast<std::int64_t>(x.size());
  if (count < kLeastForTeam) return map(x.data(), count, out.data());
  team.Run([&](int member) {
    const Range part = PartOf(count, 1024, member, team.num_threads());
    map(x.data() + part.begin, part.end - part.begin, out.data() + part.begin);
  });
}

void Map(Function function, std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  SettleIsa();
  const auto map = HWY_DYNAMIC_DISPATCH(MapImpl);
  ForParts(x, out, team, [&](const float* from, std::int64_t count, float* to) { map(function, from, count, to); });
}

}  // namespace

void Exp(std::span<const float> x, std::span<float> out, WorkerTeam& team) { Map(Function::kExp, x, out, team); }
void Log(std::span<const float> x, std::span<float> out, WorkerTeam& team) { Map(Function::kLog, x, out, team); }
void Sigmoid(std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  Map(Function::kSigmoid, x, out, team);
}
void Tanh(std::span<const float> x, std::span<float> out, WorkerTeam& team) { Map(Function::kTanh, x, out, team); }
void Erf(std::span<const float> x, std::span<float> out, WorkerTeam& team) { Map(Function::kErf, x, out, team); }
void GeluErf(std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  Map(Function::kGeluErf, x, out, team);
}
void GeluTanh(std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  Map(Function::kGeluTanh, x, out, team);
}

void Clamp(std::span<const float> x, float low, float high, std::span<float> out, WorkerTeam& team) {
  SettleIsa();
  const auto clamp = HWY_DYNAMIC_DISPATCH(ClampImpl);
  ForParts(x, out, team, [&](const float* from, std::int64_t count, float* to) { clamp(from, count, to, low, high); });
}

}  // namespace stepwell::kernels
#endif
