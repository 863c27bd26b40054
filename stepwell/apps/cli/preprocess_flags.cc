#include "stepwell/apps/cli/preprocess_flags.h"

#include <CLI/CLI.hpp>

namespace stepwell::cli {

void PreprocessFlags::AddTo(CLI::App& command) {
  constexpr const char* kGroup = "What is done to inputs and outputs";
  command.add_option("--mean_values", mean_values_, "Subtracted from inputs, by channel: NAME[123,117,104], …")
      ->group(kGroup);
  command.add_option("--scale_values", scale_values_, "Inputs are divided by them, by channel: NAME[58,57,57], …")
      ->group(kGroup);
  command.add_option("-s,--scale", scale_, "Every floating-point input is divided by it")->group(kGroup);
  command.add_option("--reverse_input_channels", reverses_channels_, "Reverse 3 channels, before mean and scale")
      ->group(kGroup);
  command.add_option("--layout", layout_, "Meaning of axes: NAME(nhwc), and another one for the caller: nhwc->nchw")
      ->group(kGroup);
  command.add_option("--source_layout", source_layout_, "Meaning of axes in the graph: NAME(nhwc), …")->group(kGroup);
  command.add_option("--target_layout", target_layout_, "Axes as the caller has them: NAME(nchw), …")->group(kGroup);
  command
      .add_option("--transform", transforms_,
                  "LowLatency2[use_const_initializer=False], MakeStateful[param_res_names={'IN':'OUT'}], Pruning")
      ->group(kGroup);
}

std::string PreprocessFlags::FirstGiven() const {
  const std::pair<const char*, bool> flags[] = {{"--mean_values", !mean_values_.empty()},
                                                {"--scale_values", !scale_values_.empty()},
                                                {"--scale", !scale_.empty()},
                                                {"--reverse_input_channels", reverses_channels_},
                                                {"--layout", !layout_.empty()},
                                                {"--source_layout", !source_layout_.empty()},
                                                {"--target_layout", !target_layout_.empty()},
                                                {"--transform", !transforms_.empty()}};
  for (const auto& [name, is_given] : flags) {
    if (is_given) return name;
  }
  return {};
}

converter::Preprocessing PreprocessFlags::Preprocessing() const {
  converter::Preprocessing wishes;
  wishes.means = converter::ParseChannelValues(mean_values_, "--mean_values");
  wishes.scales = converter::ParseChannelValues(scale_values_, "--scale_values");
  if (!scale_.empty()) wishes.scale = converter::ParseScale(scale_);
  wishes.reverses_channels = reverses_channels_;
  wishes.layouts = converter::ParseLayouts(layout_, source_layout_, target_layout_);
  return wishes;
}

}  // namespace stepwell::cli
