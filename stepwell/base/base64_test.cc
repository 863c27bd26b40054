#include "stepwell/base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace stepwell {
namespace {

std::string Decoded(std::string_view text) {
  const auto bytes = DecodeBase64(text);
  if (!bytes) return "(none)";
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

// RFC 4648, section 10.
TEST(Base64, DecodesTheVectorsOfItsStandard) {
  EXPECT_EQ(Decoded(""), "");
  EXPECT_EQ(Decoded("Zg=="), "f");
  EXPECT_EQ(Decoded("Zm8="), "fo");
  EXPECT_EQ(Decoded("Zm9v"), "foo");
  EXPECT_EQ(Decoded("Zm9vYg=="), "foob");
  EXPECT_EQ(Decoded("Zm9vYmE="), "fooba");
  EXPECT_EQ(Decoded("Zm9vYmFy"), "foobar");
  EXPECT_EQ(Decoded("//79"), "\xff\xfe\xfd");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Z", "Zg=", "Zm9v Zg==", "Zm9-", "Z===", "=Zm9"}) {
    EXPECT_FALSE(DecodeBase64(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace stepwell
