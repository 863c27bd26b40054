#include "stepwell/view/stretch.h"

#include <algorithm>
#include <cstddef>
#include <map>

namespace stepwell::view {
namespace {

// At this position, the new place lies at least `half` behind that of the position `from`.
struct Demand {
  int from = 0;
  int half = 0;
};

}  // namespace

std::vector<int> Stretched(const std::vector<int>& positions, const std::vector<Growth>& growths) {
  std::map<int, std::vector<Demand>> demands;
  for (const int position : positions) demands[position];
  for (const Growth& growth : growths) {
    demands[growth.begin];
    demands[growth.centre].push_back({growth.begin, growth.half});
    demands[growth.end].push_back({growth.centre, growth.half});
  }
  std::map<int, int> places;
  int last_position = 0;
  int last_place = 0;
  for (const auto& [position, wanted] : demands) {
    int place = last_place + position - last_position;
    for (const Demand& demand : wanted) place = std::max(place, places.at(demand.from) + demand.half);
    places[position] = place;
    last_position = position;
    last_place = place;
  }
  std::vector<int> stretched;
  for (const int position : positions) stretched.push_back(places.at(position));
  return stretched;
}

}  // namespace stepwell::view
