#pragma once

namespace CLI {
class App;
}

// The subcommands of the `stepwell` program. Each adds itself, its flags and what it does to the program's parser; what
// it does runs while the parser parses, throws Error, and prints results on standard output, all else on standard
// error.
namespace stepwell::cli {

void AddConvertCommand(CLI::App& program);
void AddInfoCommand(CLI::App& program);
void AddRunCommand(CLI::App& program);
void AddTranscribeCommand(CLI::App& program);
void AddSampleCommand(CLI::App& program);
void AddScoreCommand(CLI::App& program);
void AddBenchCommand(CLI::App& program);
void AddOpsCommand(CLI::App& program);
void AddViewCommand(CLI::App& program);
void AddQuantizeCommand(CLI::App& program);

}  // namespace stepwell::cli
