#pragma once

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

// Whether the file is a package of TensorFlow's MemmappedFileSystem (.pbmm): whether it ends in a directory of regions
// and that directory's place.
bool IsPbmm(const SharedBytes& file);

// The graph of such a package. Its ImmutableConst nodes, whose values are regions of the file, become Const nodes whose
// values are slices of the mapped file. The format (memmapped_file_system_writer.cc):
//   regions, each at a multiple of 64 bytes | the GraphDef, a region too | directory: repeated {offset = 1, name = 2,
//   length = 3} | u64, little endian: where the directory begins
// Old writers leave `length` out; a region then ends where the next begins.
SourceGraph ReadPbmm(const SharedBytes& file);

}  // namespace stepwell::converter
