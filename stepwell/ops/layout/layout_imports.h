#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

// TensorFlow's ops of this family; TensorFlow's input order is named where it differs from ours.
namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportReshape(const ImportSite& site);      // tensor, shape
std::vector<ir::ValueId> ImportExpandDims(const ImportSite& site);   // input, dim
std::vector<ir::ValueId> ImportSqueeze(const ImportSite& site);      // attribute squeeze_dims
std::vector<ir::ValueId> ImportTranspose(const ImportSite& site);    // x, perm
std::vector<ir::ValueId> ImportConcat(const ImportSite& site);       // axis, then the values
std::vector<ir::ValueId> ImportConcatV2(const ImportSite& site);     // the values, then axis
std::vector<ir::ValueId> ImportPack(const ImportSite& site);         // attribute axis
std::vector<ir::ValueId> ImportUnpack(const ImportSite& site);       // attributes axis, num
std::vector<ir::ValueId> ImportSplit(const ImportSite& site);        // axis, value
std::vector<ir::ValueId> ImportSplitV(const ImportSite& site);       // value, lengths, axis
std::vector<ir::ValueId> ImportTile(const ImportSite& site);         // input, multiples
std::vector<ir::ValueId> ImportFill(const ImportSite& site);         // dims, value
std::vector<ir::ValueId> ImportBroadcastTo(const ImportSite& site);  // input, shape
std::vector<ir::ValueId> ImportSlice(const ImportSite& site);        // input, begin, size (-1: up to the end)
std::vector<ir::ValueId> ImportStridedSlice(const ImportSite& site);
std::vector<ir::ValueId> ImportPad(const ImportSite& site);        // input, paddings [rank, 2], for PadV2 the value
std::vector<ir::ValueId> ImportMirrorPad(const ImportSite& site);  // input, paddings; attribute mode
std::vector<ir::ValueId> ImportShape(const ImportSite& site);
std::vector<ir::ValueId> ImportRank(const ImportSite& site);
std::vector<ir::ValueId> ImportSize(const ImportSite& site);
std::vector<ir::ValueId> ImportRange(const ImportSite& site);  // start, limit, delta

}  // namespace stepwell::ops::layout
