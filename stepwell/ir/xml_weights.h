#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "stepwell/base/file.h"
#include "stepwell/ir/constant_data.h"
#include "stepwell/ir/int8_activation_names.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/weights_mark.h"

// Internal. The `.bin` of an IR file.
namespace stepwell::ir {

// The `.bin` that belongs to an `.xml`. Throws Error(kInvalidArgument) when the name does not end in ".xml".
std::filesystem::path BinPathOf(const std::filesystem::path& xml);

// Maps the file when the first constant is asked for: a graph without constants needs none.
class WeightsReader {
 public:
  WeightsReader(std::filesystem::path xml, ReadIrOptions::Weights weights);

  // Whether there is no such file, and need not be: nothing can be read.
  bool is_missing() const { return is_missing_; }
  // Throws Error(kIo) where the file is needed and missing.
  // The same slice with the same type and activations is given the same identity.
  ConstantData Read(const TensorType& type, std::int64_t offset, std::int64_t size,
                    ActivationFormat activations = ActivationFormat::kFp32);
  // What products by the constant of a layer do with activations.
  ActivationFormat ActivationsOf(std::string_view layer) const {
    return int8_activations_.contains(layer) ? ActivationFormat::kInt8 : ActivationFormat::kFp32;
  }
  void SetInt8Activations(Int8ActivationNames layers) { int8_activations_ = std::move(layers); }
  // Throws Error(kInvalidModel) where the file is not the one that had this mark with the constants of this graph.
  void RequireMark(const WeightsMark& mark, const XmlGraph& graph);

 private:
  const SharedBytes& Bytes();

  std::filesystem::path xml_;
  std::filesystem::path path_;
  bool is_missing_;
  std::optional<SharedBytes> bytes_;
  Int8ActivationNames int8_activations_;
  std::map<std::tuple<std::size_t, std::string, ActivationFormat>, ConstantData> given_;
};

class WeightsWriter {
 public:
  static constexpr std::size_t kAlignment = 64;  // bytes

  WeightsWriter(std::filesystem::path bin, const WriteIrOptions& options)
      : file_(std::move(bin)), constants_(options.constants), progress_(options.progress) {}

  // Where the constant's bytes begin in the file; writes them unless it holds them already.
  std::size_t Put(const ConstantData& constant);
  void Commit() { file_.Commit(); }
  std::size_t bytes_written() const { return file_.bytes_written(); }
  // Of what is written so far.
  WeightsMark mark() const { return {file_.bytes_written(), digests_.samples}; }

 private:
  struct Written {
    LazyBytes bytes;  // kept alive: its origin is a key
    std::size_t offset = 0;
  };
  // CRC-32C of what is in the file.
  struct Digests {
    std::uint32_t samples = 0;  // as in WeightsMark
    std::uint32_t last_constant = 0;
  };
  std::size_t Append(const LazyBytes& bytes);
  std::size_t WriteAligned(const LazyBytes& bytes);

  AtomicFile file_;
  Digests digests_;
  WriteIrOptions::Constants constants_;
  WriteIrOptions::Progress progress_;
  std::map<std::pair<const void*, std::size_t>, Written> by_origin_;
  std::multimap<std::pair<std::size_t, std::uint32_t>, std::size_t> by_content_;  // size and CRC -> offset
};

}  // namespace stepwell::ir
