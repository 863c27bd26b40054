#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "stepwell/apps/cli/arguments.h"
#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/mmdnn_arguments.h"
#include "stepwell/apps/cli/mo_flags.h"
#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

void AddCommands(CLI::App& program) {
  stepwell::cli::AddConvertCommand(program);
  stepwell::cli::AddInfoCommand(program);
  stepwell::cli::AddRunCommand(program);
  stepwell::cli::AddTranscribeCommand(program);
  stepwell::cli::AddSampleCommand(program);
  stepwell::cli::AddScoreCommand(program);
  stepwell::cli::AddBenchCommand(program);
  stepwell::cli::AddOpsCommand(program);
  stepwell::cli::AddViewCommand(program);
  stepwell::cli::AddQuantizeCommand(program);
}

// Says so where the first word is no command; the parser would only say that there must be one.
void RequireCommand(const CLI::App& program, const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments[1].starts_with('-')) return;
  std::vector<std::string> commands;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == arguments[1]) return;
    commands.push_back(command->get_name());
  }
  throw CLI::ValidationError(
      fmt::format("there is no command '{}'{}", arguments[1], stepwell::DidYouMean(arguments[1], commands)),
      fmt::format("the commands are {}", stepwell::Join(commands, ", ")));
}

int RunProgram(const std::vector<std::string>& given) {
  CLI::App program("Converts recurrent TensorFlow models and runs them step by step, with their memory kept safe.",
                   "stepwell");
  program.set_version_flag("--version", "stepwell " STEPWELL_VERSION);
  program.require_subcommand(1);
  AddCommands(program);
  try {
    const std::vector<std::string> arguments =
        stepwell::cli::IsMmdnnSpelling(given) ? stepwell::cli::FromMmdnnSpelling(given) : given;
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    RequireCommand(program, arguments);
    stepwell::cli::RefuseMoFlags(arguments);
    program.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0 to this parser; whatever else it refuses is a mistake of usage.
    return program.exit(error) == 0 ? 0 : kUsage;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return RunProgram(stepwell::cli::NormalisedArguments({argv, argv + argc}));
  } catch (const stepwell::Error& error) {
    fmt::print(stderr, "stepwell: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "stepwell: there is not enough memory for this model or these shapes\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "stepwell: internal error: {}\n", error.what());
  }
  return kFailed;
}
