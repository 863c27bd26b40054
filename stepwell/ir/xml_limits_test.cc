#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/limits.h"
#include "stepwell/ir/ir_file.h"
#include "tests/support/message_of.h"
#include "tests/support/small_ops.h"
#include "tests/support/temp_folder.h"

namespace stepwell::ir {
namespace {

using ::testing::HasSubstr;

// What is said of an .xml with so many copies of a text in it.
std::string ErrorOf(const std::string& before, const std::string& repeated, std::size_t times,
                    const std::string& behind) {
  std::string text = "<net name=\"m\" version=\"11\"><layers>" + before;
  for (std::size_t i = 0; i < times; ++i) {
    const std::size_t number = repeated.find('#');
    text.append(repeated, 0, number).append(std::to_string(i)).append(repeated, number + 1);
  }
  text += behind + "</layers></net>";
  const testing::TempFolder folder;
  return MessageOf([&] { ReadIr(folder.Write("m.xml", text), testing::MakeSmallOp); });
}

TEST(XmlLimits, RefusesMoreLayersThanAnyGraphHas) {
  EXPECT_THAT(ErrorOf("", "<layer id=\"#\" name=\"\" type=\"\"/>", limits::kMostNodes + 1, ""),
              HasSubstr("more than 500000 layers"));
}

TEST(XmlLimits, RefusesMorePortsThanAnyLayerHas) {
  EXPECT_THAT(ErrorOf("<layer id=\"0\" name=\"wide\" type=\"ReLU\"><output>", "<port id=\"#\"/>",
                      limits::kMostLayerPorts + 1, "</output></layer>"),
              HasSubstr("a layer has 4097 ports, more than 4096"));
}

TEST(XmlLimits, RefusesMoreInputsThanAnyGraphHas) {
  EXPECT_THAT(ErrorOf("",
                      "<layer id=\"#\" name=\"x\" type=\"Parameter\"><data shape=\"1\" element_type=\"f32\"/>"
                      "<output><port id=\"0\"/></output></layer>",
                      limits::kMostGraphEntries + 1, ""),
              HasSubstr("a graph has 4097 inputs, more than 4096"));
}

}  // namespace
}  // namespace stepwell::ir
