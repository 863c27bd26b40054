#pragma once

#include <cstddef>
#include <string_view>

namespace stepwell::apps {

// How a text differs from what was said, word by word.
struct WordErrors {
  std::size_t words = 0;   // that were said
  std::size_t errors = 0;  // the fewest words to put in, take out or replace to get from one text to the other

  WordErrors& operator+=(const WordErrors& other) {
    words += other.words;
    errors += other.errors;
    return *this;
  }
  // The word error rate; 0 where nothing was said.
  double rate() const { return words == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(words); }
};

// Of texts whose words are parted by white space.
WordErrors CountWordErrors(std::string_view said, std::string_view text);

}  // namespace stepwell::apps
