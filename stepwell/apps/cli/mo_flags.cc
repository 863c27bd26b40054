#include "stepwell/apps/cli/mo_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

namespace stepwell::cli {
namespace {

using enum MoFlag::Status;

constexpr const char* kNotCaffe = "Caffe models are not read, only TensorFlow's";
constexpr const char* kNotKaldi = "Kaldi models are not read, only TensorFlow's";
constexpr const char* kNotMxnet = "MXNet models are not read, only TensorFlow's";
constexpr const char* kBuiltIn = "ops and rewritings are built in; nothing is loaded at run time";
constexpr const char* kNoPatterns = "graphs are rewritten by what they compute, not by patterns of names";

constexpr std::array kMoFlags = {
    MoFlag{"--disable_nhwc_to_nchw", kAlwaysSo, "inputs keep the layout of the source"},
    MoFlag{"--disable_fusing", kAlwaysSo, "the file holds the graph unfused; the runtime fuses"},
    MoFlag{"--disable_gfusing", kAlwaysSo, "the file holds the graph unfused; the runtime fuses"},
    MoFlag{"--finegrain_fusing", kNoEffect, "the file holds the graph unfused; the runtime fuses"},
    MoFlag{"--disable_resnet_optimization", kAlwaysSo, "no such rewriting is done"},
    MoFlag{"--disable_weights_compression", kAlwaysSo, "weights stay as they are unless --compress_to_fp16 is given"},
    MoFlag{"--keep_shape_ops", kAlwaysSo, "shapes that are free are computed in the model"},
    MoFlag{"--progress", kAlwaysSo, "progress shows on a terminal by itself"},
    MoFlag{"--share_weights", kAlwaysSo, "weights are mapped from the source's files"},
    MoFlag{"--use_new_frontend", kAlwaysSo, "there is one front end, written in C++"},
    MoFlag{"--use_legacy_frontend", kNoEffect, "there is one front end"},
    MoFlag{"--legacy_ir_generation", kNoEffect, "there is one front end"},
    MoFlag{"--enable_concat_optimization", kNoEffect, "no such rewriting is done"},
    MoFlag{"--generate_experimental_IR_V10", kNoEffect, "IR of version 11 is written"},
    MoFlag{"--move_to_preprocess", kNoEffect, "IR of version 11 has no section for it; mean and scale are layers"},
    MoFlag{"--stream_output", kNoEffect, "progress is one line on a terminal, and nothing elsewhere"},
    MoFlag{"--generate_deprecated_IR_V7", kRefused, "IR of version 11 is written, which OpenVINO 2022 and later reads"},
    MoFlag{"--example_input", kRefused, "it traces models of other frameworks; give shapes with --input"},
    MoFlag{"--extensions", kRefused, kBuiltIn},
    MoFlag{"-e", kRefused, kBuiltIn},
    MoFlag{"--transformations_config", kRefused, kBuiltIn},
    MoFlag{"--tensorflow_custom_layer_libraries", kRefused, kBuiltIn},
    MoFlag{"--tensorflow_custom_operations_config_update", kRefused, kNoPatterns},
    MoFlag{"--tensorflow_use_custom_operations_config", kRefused, kNoPatterns},
    MoFlag{"--tensorflow_subgraph_patterns", kRefused, kNoPatterns},
    MoFlag{"--tensorflow_operation_patterns", kRefused, kNoPatterns},
    MoFlag{"--tensorflow_object_detection_api_pipeline_config", kRefused,
           "models of the Object Detection API need its pre- and postprocessing rewritten; cut them with --input and "
           "--output"},
    MoFlag{"--tensorboard_logdir", kRefused, "no event files are written; 'stepwell info' shows the model"},
    MoFlag{"--input_proto", kRefused, kNotCaffe},
    MoFlag{"-d", kRefused, kNotCaffe},
    MoFlag{"--caffe_parser_path", kRefused, kNotCaffe},
    MoFlag{"--k", kRefused, kNotCaffe},
    MoFlag{"-k", kRefused, kNotCaffe},
    MoFlag{"--mean_file", kRefused, kNotCaffe},
    MoFlag{"-mf", kRefused, kNotCaffe},
    MoFlag{"--mean_file_offsets", kRefused, kNotCaffe},
    MoFlag{"-mo", kRefused, kNotCaffe},
    MoFlag{"--disable_omitting_optional", kRefused, kNotCaffe},
    MoFlag{"--enable_flattening_nested_params", kRefused, kNotCaffe},
    MoFlag{"--counts", kRefused, kNotKaldi},
    MoFlag{"--remove_output_softmax", kRefused, kNotKaldi},
    MoFlag{"--remove_memory", kRefused, kNotKaldi},
    MoFlag{"--input_symbol", kRefused, kNotMxnet},
    MoFlag{"--nd_prefix_name", kRefused, kNotMxnet},
    MoFlag{"--pretrained_model_name", kRefused, kNotMxnet},
    MoFlag{"--save_params_from_nd", kRefused, kNotMxnet},
    MoFlag{"--legacy_mxnet_model", kRefused, kNotMxnet},
    MoFlag{"--enable_ssd_gluoncv", kRefused, kNotMxnet},
};

// mo takes an empty list of extensions for "none".
bool IsEmptyList(const std::vector<std::string>& arguments, std::size_t flag) {
  return arguments[flag] == "--extensions" && flag + 1 < arguments.size() && arguments[flag + 1].empty();
}

}  // namespace

std::span<const MoFlag> MoFlags() { return kMoFlags; }

void AddMoFlags(CLI::App& command) {
  for (const MoFlag& flag : kMoFlags) {
    if (flag.status == kRefused) continue;
    const auto accept = [flag] {
      if (flag.status == kNoEffect) fmt::print(stderr, "warning: {} has no effect: {}\n", flag.name, flag.why);
    };
    const char* const what = flag.status == kAlwaysSo ? "Always so" : "Without effect";
    command.add_flag_callback(flag.name, accept, fmt::format("{}: {}", what, flag.why))
        ->group("Flags of mo that change nothing here");
  }
  command.add_option("--extensions", "Must be empty")->group("");
}

void RefuseMoFlags(const std::vector<std::string>& arguments) {
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const std::string_view word = std::string_view(arguments[i]).substr(0, arguments[i].find('='));
    const auto flag = std::find_if(kMoFlags.begin(), kMoFlags.end(),
                                   [&](const MoFlag& other) { return other.status == kRefused && word == other.name; });
    if (flag == kMoFlags.end() || IsEmptyList(arguments, i)) continue;
    throw CLI::ValidationError(flag->name, fmt::format("this flag of mo is not supported: {}", flag->why));
  }
}

}  // namespace stepwell::cli
