#include <cstdio>
#include <vector>

#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

int main(int, char** argv) {
  const auto model = stepwell::runtime::LoadedModel::Load(argv[1]);  // IR; weights are mapped, packed once, shared
  const auto layout = stepwell::state::StateLayout::Make(*model);
  stepwell::state::Stepper stepper(*model, layout);      // one a thread; steps any number of streams
  stepwell::state::Stream alice(layout), bob(layout);    // each has its own cell and hidden state
  std::vector<stepwell::Tensor> inputs, outputs;         // zeros; fill the inputs with your features
  std::vector<stepwell::ConstTensorView> in;
  std::vector<stepwell::TensorView> out;
  for (const auto& port : stepper.inputs()) in.push_back(inputs.emplace_back(port.type).view());
  for (const auto& port : stepper.outputs()) out.push_back(outputs.emplace_back(port.type).view());
  alice.Step(stepper, in, out);                          // one call: 16 frames of DeepSpeech, one word of lm_1b
  const std::vector<std::byte> saved = alice.Save();     // state, call number, fingerprint, checksum
  bob.Restore(saved);                                    // goes on bit for bit where alice stood
  std::printf("%s: %zu states, %zu bytes saved after call %llu\n", stepper.outputs()[0].name.c_str(),
              layout->slots().size(), saved.size(), static_cast<unsigned long long>(bob.call_number()));
}
