#include "stepwell/apps/lm1b/word_part.h"

namespace stepwell::apps {

std::unique_ptr<state::StreamPart> WordPart::Fresh() const {
  Sampler sampler = sampler_;
  sampler.Reset();
  return std::make_unique<WordPart>(std::move(sampler), said_, size_);
}

void WordPart::Save(ByteWriter& writer) const {
  sampler_.Save(writer);
  writer.WriteArray<float>(values_);
}

void WordPart::Restore(ByteReader& reader) {
  sampler_.Restore(reader);
  values_ = reader.ReadArray<float>();
  reader.Require(values_.empty() || values_.size() == size_,
                 "what was saved of the next word is not as much as the model says of one");
}

}  // namespace stepwell::apps
