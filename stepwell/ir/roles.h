#pragma once

#include <array>
#include <string_view>

// What apps look for instead of names: the keys of ir::Graph::roles() and ir::Graph::metadata(). The converter finds
// the roles by shapes and edges; a user may name others. A graph has only those that it has inputs or outputs for.
//
// Axes: "batch" is the number of streams in a call, "frames" the number of time steps.
namespace stepwell::ir {

// Inputs of a speech model.
inline constexpr std::string_view kRoleFeatures = "features";  // f32[batch, frames, window, coefficients]
inline constexpr std::string_view kRoleLengths = "lengths";    // i32[batch], the frames of each row that are real
inline constexpr std::string_view kRoleSamples = "samples";    // f32[samples of one window], 1.0 is full scale
// Outputs of a speech model.
inline constexpr std::string_view kRoleCoefficients = "coefficients";  // f32[windows, coefficients], from the samples
inline constexpr std::string_view kRoleLogits = "logits";              // f32[frames, batch, classes]; see kLogitsKind

// Inputs of a word model. Either `characters`, or both of its unique form: the application finds the distinct values
// of the flattened characters, in the order of their first occurrence and padded to the input's length, and for each
// character the index of its value among those.
inline constexpr std::string_view kRoleCharacters = "characters";               // i32[batch, steps, longest word]
inline constexpr std::string_view kRoleUniqueCharacters = "unique_characters";  // i32[characters]
inline constexpr std::string_view kRoleCharacterIndices = "character_indices";  // i32[characters]
inline constexpr std::string_view kRoleWord = "word";                           // i32[batch, steps], the word's number
inline constexpr std::string_view kRoleTarget = "target";                       // i32[batch, steps], the word to come
inline constexpr std::string_view kRoleTargetWeight = "target_weight";          // f32[batch, steps]
// Outputs of a word model.
inline constexpr std::string_view kRoleWordProbabilities = "word_probabilities";  // f32[batch * steps, words]
inline constexpr std::string_view kRoleWordEmbedding = "word_embedding";          // f32[batch * steps, width]
inline constexpr std::string_view kRoleLogPerplexity = "log_perplexity";  // f32[], weighted mean over the targets

inline constexpr std::array kAllRoles = {
    kRoleFeatures,     kRoleLengths,           kRoleSamples,          kRoleCoefficients, kRoleLogits,
    kRoleCharacters,   kRoleUniqueCharacters,  kRoleCharacterIndices, kRoleWord,         kRoleTarget,
    kRoleTargetWeight, kRoleWordProbabilities, kRoleWordEmbedding,    kRoleLogPerplexity};

// Metadata. What a DeepSpeech graph says of itself in constants named metadata_X is under X: "sample_rate" (Hz),
// "feature_win_len" and "feature_win_step" (ms), "beam_width", "version", "language".
inline constexpr std::string_view kLogitsKind = "logits_kind";  // of kRoleLogits: one of the next two
inline constexpr std::string_view kLogitsAreProbabilities = "probabilities";
inline constexpr std::string_view kLogitsAreUnnormalised = "logits";
inline constexpr std::string_view kSampleRate = "sample_rate";
inline constexpr std::string_view kFeatureWindowMs = "feature_win_len";
inline constexpr std::string_view kFeatureStepMs = "feature_win_step";
inline constexpr std::string_view kBeamWidth = "beam_width";
inline constexpr std::string_view kLanguage = "language";
// What products by quantised weights do with activations: "fp32" or "int8" where all do the same.
inline constexpr std::string_view kActivations = "activations";
inline constexpr std::string_view kInt8Activations = "int8";
inline constexpr std::string_view kFp32Activations = "fp32";
// DeepSpeech's serialised alphabet in base64: u16 count, then per label u16 number, u16 length, UTF-8 bytes; little
// endian (native_client/alphabet.cc, Serialize).
inline constexpr std::string_view kAlphabetBase64 = "alphabet_base64";

}  // namespace stepwell::ir
