#include "stepwell/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace stepwell {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "stepwell: internal error: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace stepwell
