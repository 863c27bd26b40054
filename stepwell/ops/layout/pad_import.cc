#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/pad.h"

namespace stepwell::ops::layout {

namespace {

std::vector<ir::ValueId> AddPad(const ImportSite& site, const Pad& op) {
  const std::vector<std::int64_t> paddings = site.ConstInts(1);
  std::vector<std::int64_t> before, after;
  for (std::size_t i = 0; i + 1 < paddings.size(); i += 2) {
    before.push_back(paddings[i]);
    after.push_back(paddings[i + 1]);
  }
  std::vector<ir::ValueId> inputs{site.input(0), site.Ints("begin", std::move(before)),
                                  site.Ints("end", std::move(after))};
  if (site.inputs.size() > 2) inputs.push_back(site.input(2));
  return {site.Add("", op, std::move(inputs))};
}

}  // namespace

std::vector<ir::ValueId> ImportPad(const ImportSite& site) { return AddPad(site, Pad()); }

std::vector<ir::ValueId> ImportMirrorPad(const ImportSite& site) {
  Pad op;
  const std::string mode = site.node.StringAttr("mode", "REFLECT");
  op.mode = mode == "SYMMETRIC" ? Pad::Mode::kSymmetric : Pad::Mode::kReflect;
  return AddPad(site, op);
}

}  // namespace stepwell::ops::layout
