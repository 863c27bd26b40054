#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "stepwell/ir/graph.h"
#include "stepwell/runtime/model_files.h"
#include "stepwell/runtime/plan.h"
#include "stepwell/runtime/weight_store.h"

namespace stepwell::runtime {

// A model ready to run: its graph, its weights (mapped, or packed as soon as a plan needs them) and the plans made so
// far. Thread safe; plans and sessions outlive it.
class LoadedModel {
 public:
  // Reads an .xml file and maps the .bin beside it. Throws Error naming the file.
  static std::shared_ptr<const LoadedModel> Load(const std::filesystem::path& xml_path);
  // The same with packed weights kept in a file, whose pages all processes share that run the model.
  static std::shared_ptr<const LoadedModel> Load(const std::filesystem::path& xml_path,
                                                 const WeightCacheOptions& cache);
  static std::shared_ptr<const LoadedModel> Of(ir::Graph graph);
  // `graph` was read from `files`, after they were looked at.
  static std::shared_ptr<const LoadedModel> Of(ir::Graph graph, const ModelFiles& files,
                                               const WeightCacheOptions& cache);
  // A graph that was made of this one's nodes. Weights that both have are packed once, and its states may be those of a
  // stream of this model: it has this one's fingerprint.
  std::shared_ptr<const LoadedModel> Derive(ir::Graph graph) const;
  ~LoadedModel();

  // As it was read: what names, roles and states are looked up in.
  const ir::Graph& graph() const;
  // Identifies structure and weights; the same in every process.
  std::uint64_t fingerprint() const;

  // The plan for these shapes, outputs and options: made now, unless it is among the eight used last. Weights are
  // packed once for all plans. Throws Error naming the input, output or node that does not fit.
  std::shared_ptr<const Plan> PlanFor(const PlanRequest& request) const;
  // A request for all inputs at their default shapes and all outputs.
  PlanRequest DefaultRequest() const;

 private:
  class Impl;
  explicit LoadedModel(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::runtime
