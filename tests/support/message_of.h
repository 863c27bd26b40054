#pragma once

#include <string>

#include "stepwell/base/error.h"

namespace stepwell {

// The message of the Error that `body()` throws; what else it throws goes on.
template <class Body>
std::string MessageOf(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace stepwell
