#include "stepwell/converter/convert.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/annotate_ir.h"
#include "stepwell/converter/compress.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/plan/apply_signature.h"
#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/converter/plan/shape_wishes.h"
#include "stepwell/converter/preprocess/preprocess.h"
#include "stepwell/converter/roles/metadata.h"
#include "stepwell/converter/roles/set_roles.h"
#include "stepwell/converter/states/pairing.h"
#include "stepwell/converter/templates/rebuild.h"
#include "stepwell/converter/transforms/low_latency.h"
#include "stepwell/converter/transforms/make_stateful.h"
#include "stepwell/converter/transforms/pruning.h"
#include "stepwell/ir/structure.h"
#include "stepwell/passes/fold.h"
#include "stepwell/passes/fold_dilations.h"
#include "stepwell/passes/fold_into_convolutions.h"
#include "stepwell/passes/recognise_formulas.h"
#include "stepwell/passes/sink_transposes.h"

namespace stepwell::converter {
namespace {

class Conversion {
 public:
  Conversion(const LoadedSource& source, const ConvertOptions& options) : source_(source), options_(options) {}

  ConvertResult Run() {
    const SourceEdges edges(source_.graph);
    const Variables variables(edges, source_.checkpoint);
    Report("planning", 0);
    const Signature* const signature = SignatureFor(source_, options_);
    const ConvertOptions requests = WithNamedStates(options_);
    const ConversionPlan plan =
        PlanConversion(edges, variables, signature == nullptr ? requests : WithSignature(edges, *signature, requests));
    warnings_ = plan.warnings;
    ir::Graph converted = Import(edges, variables, plan);
    for (const auto& request : options_.transforms.low_latency) {
      converted = KeepLoopStates(converted, request, warnings_);
    }
    // The pads of a grid hold for one size of image only; those of a dilated convolution for all.
    converted = passes::FoldDilations(converted);
    Report("freeing shapes", 0);
    converted = GrantShapes(
        converted, WishesFor(converted, plan),
        [&](const ir::Graph& graph) {
          Report("folding", 0);
          return passes::RecogniseFormulas(passes::Fold(passes::FoldIntoConvolutions(passes::SinkTransposes(graph))));
        },
        warnings_);
    if (!options_.transforms.low_latency.empty()) converted = FixStates(converted);
    if (!options_.preprocessing.is_empty()) {
      // Axes put in order for the graph, which reorders them itself, need not move twice.
      converted = passes::Fold(passes::SinkTransposes(Preprocess(converted, options_.preprocessing, warnings_)));
    }
    if (options_.weights == ConvertOptions::Weights::kF16) {
      Report("compressing", 0);
      converted = CompressToF16(converted);
    }
    if (options_.transforms.prunes) WarnOfZeroFilters(converted, warnings_);
    if (options_.transforms.makes_stateful()) converted = converted.WithStateForm(ir::StateForm::kReadValue);
    return {std::move(converted), source_.kind, source_.path, std::move(warnings_)};
  }

 private:
  void Report(std::string_view stage, double done) const {
    if (options_.progress) options_.progress({stage, done});
  }

  ir::Graph Import(const SourceEdges& edges, const Variables& variables, const ConversionPlan& plan) {
    const auto progress = [&](std::size_t done, std::size_t all) {
      Report("importing", static_cast<double>(done) / static_cast<double>(all));
    };
    ir::GraphBuilder builder = ImportNodes(edges, variables, plan.import, progress);
    AddStates(plan, builder, warnings_);
    for (const auto& [key, value] : FindMetadata(edges.graph())) builder.SetMetadata(key, value);
    if (!plan.structure_variables.empty()) {
      builder.SetMetadata(std::string(ir::kStructureVariables), Join(plan.structure_variables, " "));
    }
    SetRoles(builder, options_.roles, warnings_);
    builder.SetName(options_.model_name.empty() ? source_.path.stem().string() : options_.model_name);
    return std::move(builder).Build();
  }

  ShapeWishes WishesFor(const ir::Graph& graph, const ConversionPlan& plan) const {
    return {.of_input = plan.wanted_shapes,
            .batch = options_.batch,
            .batch_axes = BatchAxes(graph, options_.preprocessing),
            .fixed_inputs = ir::StructureVariables(graph),
            .shapes = options_.shapes};
  }

  const LoadedSource& source_;
  const ConvertOptions& options_;
  std::vector<std::string> warnings_;
};

// Why the variables of a MetaGraph have no values.
std::string CheckpointHint(const LoadedSource& source) {
  const std::filesystem::path index = std::filesystem::path(source.path).replace_extension(".index");
  if (source.kind != SourceKind::kMetaGraph || source.checkpoint || std::filesystem::exists(index)) return {};
  return fmt::format(", beside which there is no checkpoint: no '{}'", index.filename().string());
}

}  // namespace

ConvertResult Convert(const ConvertOptions& options) {
  if (options.progress) options.progress({"reading", 0});
  if (IsIrFile(options.source.model)) return AnnotateIr(options);
  return Convert(LoadWithGraph(options.source), options);
}

ConvertResult Convert(const LoadedSource& source, const ConvertOptions& options) {
  return While([&] { return fmt::format("converting '{}'{}", source.path.string(), CheckpointHint(source)); },
               [&] {
                 if (!NeedsRebuilding(source)) return Conversion(source, options).Run();
                 return Conversion(Rebuilt(source), options).Run();
               });
}

}  // namespace stepwell::converter
