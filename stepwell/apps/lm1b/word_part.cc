#include "stepwell/apps/lm1b/word_part.h"

namespace stepwell::apps {

std::unique_ptr<state::StreamPart> WordPart::Fresh() const {
  Sampler sampler = sampler_;
  sampler.Reset();
  return std::make_unique<WordPart>(std::move(sampler), classes_);
}

void WordPart::Save(ByteWriter& writer) const {
  sampler_.Save(writer);
  writer.WriteArray<float>(probabilities_);
}

void WordPart::Restore(ByteReader& reader) {
  sampler_.Restore(reader);
  probabilities_ = reader.ReadArray<float>();
  reader.Require(probabilities_.empty() || probabilities_.size() == classes_,
                 "the probabilities saved are not as many as the model has words");
}

}  // namespace stepwell::apps
