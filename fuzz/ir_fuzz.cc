#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/parts.h"
#include "fuzz/support/scratch_folder.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"

// IR: the .xml, then the .bin.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const auto& folder = ScratchFolder::OfProcess();
  const auto [xml, bin] = TwoFiles(input);
  folder.Write("model.bin", bin);
  ir::ReadIr(folder.Write("model.xml", xml), ops::MakeOp);
}
