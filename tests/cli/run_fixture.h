#pragma once

#include "tests/cli/command_line.h"
#include "tests/support/model_runner.h"

// What the tests of `stepwell run` share.
namespace stepwell::tests {

inline const std::filesystem::path kRecorded = kModels / "deepspeech" / "recorded";

inline std::string InputFlag(const std::string& name, const std::filesystem::path& file) {
  return "--input=" + name + "=" + file.string();
}

class Run : public CommandLine {
 protected:
  ProgramResult RunModel(const std::string& model, std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"run", model, "--output-dir", "out"});
    return Stepwell(flags);
  }
  Tensor Output(const std::string& name, const std::string& folder = "out") const {
    return ReadNpy(folder_ / folder / (name + ".npy"));
  }
  std::filesystem::path Write(const std::string& name, const Tensor& tensor) const {
    WriteNpy(folder_ / name, tensor.view());
    return folder_ / name;
  }
  // The calls `begin` to `end` of a recording as one array with an axis of calls.
  static Tensor Calls(const std::string& recording, const std::string& name, int begin, int end) {
    std::vector<std::byte> bytes;
    Tensor call;
    for (int i = begin; i < end; ++i) {
      call = ReadNpy(kRecorded / recording / ("chunk" + std::to_string(i)) / (name + ".npy"));
      const auto part = call.view().bytes();
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
    Shape shape{end - begin};
    for (const Dim dim : call.type().shape.dims()) shape.Append(dim);
    Tensor calls({call.type().dtype, shape});
    std::copy(bytes.begin(), bytes.end(), calls.view().data);
    return calls;
  }
  // Flags that feed the calls of a recording.
  std::vector<std::string> Feed(const std::string& recording, int begin, int end) const {
    const std::string suffix = std::to_string(begin) + "_" + std::to_string(end) + ".npy";
    return {"--sequence", InputFlag("input_node", Write("node_" + suffix, Calls(recording, "input_node", begin, end))),
            InputFlag("input_lengths", Write("lengths_" + suffix, Calls(recording, "input_lengths", begin, end)))};
  }
};

}  // namespace stepwell::tests
