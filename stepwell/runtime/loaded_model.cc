#include "stepwell/runtime/loaded_model.h"

#include <list>
#include <mutex>
#include <optional>

#include "stepwell/ir/structure.h"
#include "stepwell/passes/fold.h"
#include "stepwell/passes/fuse_attention.h"
#include "stepwell/passes/fuse_images.h"
#include "stepwell/passes/fuse_layer_norm.h"
#include "stepwell/passes/fuse_layers.h"
#include "stepwell/passes/recognise_formulas.h"
#include "stepwell/passes/recognise_recurrences.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/specialise.h"
#include "stepwell/passes/use_image_layout.h"
#include "stepwell/runtime/fingerprint.h"
#include "stepwell/runtime/plan_compiler.h"
#include "stepwell/runtime/wanted_outputs.h"

namespace stepwell::runtime {
namespace {

constexpr std::size_t kPlansKept = 8;

// Large constants are computed one by one when a plan is made, and forgotten once packed.
constexpr passes::FoldOptions kFolding = {.large = passes::FoldOptions::Large::kKeep};

std::vector<std::size_t> GivenInputs(const PlanRequest& request) {
  std::vector<std::size_t> given;
  for (std::size_t input = 0; input < request.input_shapes.size(); ++input) {
    if (request.input_shapes[input]) given.push_back(input);
  }
  return given;
}

// The graph with inputs that take what calls may give: what a user fixed at the conversion need not be what is
// computed.
ir::Graph OpenForCalls(const ir::Graph& graph) {
  passes::Rewriter rewriter(graph);
  for (const ir::Input& input : graph.inputs()) {
    rewriter.CopyInput(input, {graph.value(input.value).type.dtype, input.call.shape});
    rewriter.builder().SetCallShape(input.call);
  }
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  return std::move(rewriter).Finish();
}

}  // namespace

class LoadedModel::Impl {
 public:
  explicit Impl(ir::Graph graph, std::unique_ptr<WeightStore> store = nullptr)
      : Impl(std::move(graph), {}, std::make_shared<SharedWeights>(std::move(store))) {}
  Impl(ir::Graph graph, std::optional<std::uint64_t> fingerprint, std::shared_ptr<SharedWeights> weights)
      : graph_(std::move(graph)),
        weights_(std::move(weights)),
        folded_(passes::Fold(OpenForCalls(graph_), kFolding)),
        recognised_(passes::RecogniseFormulas(passes::Fold(passes::RecogniseRecurrences(folded_), kFolding))),
        fingerprint_(fingerprint) {}

  const ir::Graph& graph() const { return graph_; }
  const std::shared_ptr<SharedWeights>& weights() const { return weights_; }
  // Computed when it is first asked for: it reads pages of all weights.
  std::uint64_t fingerprint() {
    const std::scoped_lock lock(mutex_);
    if (fingerprint_) return *fingerprint_;
    const auto pieces = [&](const ir::ConstantData& constant, std::size_t bytes, PackedBlocks::Fill fill) {
      const auto make = [&](PackedBlocks& blocks) {
        return std::make_shared<const SharedBytes>(blocks.Make(bytes, fill));
      };
      return *weights_->packed.GetOrMake<SharedBytes>(constant, "pieces for the fingerprint", make);
    };
    fingerprint_ = Fingerprint(graph_, pieces);
    return *fingerprint_;
  }

  std::shared_ptr<const Plan> PlanFor(const PlanRequest& request) {
    const std::scoped_lock lock(mutex_);
    for (auto entry = plans_.begin(); entry != plans_.end(); ++entry) {
      if (!(entry->request == request)) continue;
      plans_.splice(plans_.begin(), plans_, entry);
      return entry->plan;
    }
    plans_.push_front({request, Make(request)});
    if (plans_.size() > kPlansKept) plans_.pop_back();
    return plans_.front().plan;
  }

 private:
  struct Entry {
    PlanRequest request;
    std::shared_ptr<const Plan> plan;
  };

  // What was packed is packed no more once a file holds it: the plan is made again with the weights of the file.
  std::shared_ptr<const Plan> Make(const PlanRequest& request) {
    const std::size_t known = weights_->packed.size();
    auto plan = MakeOnce(request);
    if (weights_->store == nullptr || !weights_->store->Save()) return plan;
    plan.reset();
    weights_->packed.ForgetFrom(known);
    return MakeOnce(request);
  }

  std::shared_ptr<const Plan> MakeOnce(const PlanRequest& request) {
    ir::RequireWeights(graph_);
    const WantedOutputs wanted = FindWantedOutputs(folded_, request);
    const ir::Graph graph = GraphFor(request, wanted.outputs);
    return PlanCompiler(graph, request.options.kernels, *weights_).Compile(GivenInputs(request), wanted);
  }

  ir::Graph GraphFor(const PlanRequest& request, const std::vector<std::size_t>& outputs) const {
    const passes::SpecialiseRequest shapes{.input_shapes = request.input_shapes, .outputs = outputs, .fold = kFolding};
    const bool fuses = request.options.fusion == Fusion::kOn;
    ir::Graph graph = passes::Specialise(fuses ? recognised_ : folded_, shapes);
    if (fuses) {
      // Some loops are known to be recurrences only once their extents are, and some shapes only once they are.
      graph = passes::Fold(passes::RecogniseRecurrences(graph), kFolding);
      graph = passes::FuseLayerNorm(passes::RecogniseFormulas(graph));
      graph = passes::FuseLayers(passes::FuseAttention(graph));
      graph = passes::FuseImages(passes::Fold(passes::UseImageLayout(graph), kFolding));
    }
    passes::RequireStaticShapes(graph);
    return graph;
  }

  const ir::Graph graph_;
  const std::shared_ptr<SharedWeights> weights_;
  // graph_ with all done that does not depend on shapes: once for all plans, so that what is packed is found again.
  const ir::Graph folded_;
  const ir::Graph recognised_;
  std::mutex mutex_;
  std::optional<std::uint64_t> fingerprint_;
  std::list<Entry> plans_;  // the one used last first
};

std::shared_ptr<const LoadedModel> LoadedModel::Of(ir::Graph graph) {
  return std::shared_ptr<const LoadedModel>(new LoadedModel(std::make_unique<Impl>(std::move(graph))));
}

std::shared_ptr<const LoadedModel> LoadedModel::Of(ir::Graph graph, const ModelFiles& files,
                                                   const WeightCacheOptions& cache) {
  auto store = std::make_unique<WeightStore>(files, cache, files.bin_mark.bytes);
  return std::shared_ptr<const LoadedModel>(
      new LoadedModel(std::make_unique<Impl>(std::move(graph), std::move(store))));
}

std::shared_ptr<const LoadedModel> LoadedModel::Derive(ir::Graph graph) const {
  auto impl = std::make_unique<Impl>(std::move(graph), fingerprint(), impl_->weights());
  return std::shared_ptr<const LoadedModel>(new LoadedModel(std::move(impl)));
}

LoadedModel::LoadedModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoadedModel::~LoadedModel() = default;

const ir::Graph& LoadedModel::graph() const { return impl_->graph(); }
std::uint64_t LoadedModel::fingerprint() const { return impl_->fingerprint(); }
std::shared_ptr<const Plan> LoadedModel::PlanFor(const PlanRequest& request) const { return impl_->PlanFor(request); }

PlanRequest LoadedModel::DefaultRequest() const {
  PlanRequest request;
  for (const ir::Input& input : graph().inputs()) request.input_shapes.emplace_back(input.default_shape);
  return request;
}

}  // namespace stepwell::runtime
