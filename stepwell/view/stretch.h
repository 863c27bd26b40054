#pragma once

#include <vector>

// Internal.
namespace stepwell::view {

// What must become wider along one axis: the stretch from begin to end, about its centre.
struct Growth {
  int begin = 0;
  int centre = 0;
  int end = 0;
  int half = 0;  // the length that is needed on each side of the centre
};

// Moves positions apart so that each growth finds its room. No two positions come nearer, so whatever was apart stays
// apart; positions in line with a growth's centre stay in line with it. Returns the new places of `positions`.
std::vector<int> Stretched(const std::vector<int>& positions, const std::vector<Growth>& growths);

}  // namespace stepwell::view
