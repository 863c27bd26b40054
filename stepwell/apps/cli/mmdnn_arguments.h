#pragma once

#include <string>
#include <vector>

namespace stepwell::cli {

// Whether a command line is spelt as MMdnn's convertToIR and mmconvert are: it has --dstNodeName. In it -n is the
// network and -w its weights, where in mo's spelling -n is a name and -w the model.
bool IsMmdnnSpelling(const std::vector<std::string>& arguments);

// The same command line in mo's spelling:
//   -n, --network FILE            the graph; without -w its variables are left without values
//   -w, --weights PREFIX          the checkpoint; without -n a frozen graph
//   --dstNodeName NAME …          --output
//   --inNodeName NAME …           --input, with the shapes of --inputShape, --inShape (no batch: 299,299,3)
//   -d, --dstPath FOLDER/NAME     --output_dir and --model_name
//   -f, --srcFramework            --framework
// also with the short forms of mmconvert (-in, -iw, -sf, -om, -node). Throws CLI::ValidationError (a mistake of usage)
// where a flag lacks its value. Words that are none of these stay.
std::vector<std::string> FromMmdnnSpelling(const std::vector<std::string>& arguments);

}  // namespace stepwell::cli
