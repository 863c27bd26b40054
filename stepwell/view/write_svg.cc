#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stepwell/view/box_class.h"
#include "stepwell/view/compose.h"
#include "stepwell/view/escape.h"
#include "stepwell/view/write.h"

namespace stepwell::view {
namespace {

constexpr int kMargin = 16;  // around the picture

// The colours of page/page.css.
constexpr std::string_view kStyle = R"(
svg { background: #ffffff; font: 12px system-ui, sans-serif; color: #1f2328; }
rect { fill: #ffffff; stroke: #8c959f; }
text { fill: #1f2328; text-anchor: middle; }
.small { font-size: 10px; fill: #656d76; }
.title { text-anchor: start; font-weight: 600; }
.scope rect { fill: #8190a014; stroke: #afb8c1; }
.folded rect { fill: #eef1f5; }
.body rect { fill: #8250df14; stroke: #8250df; stroke-dasharray: 5 3; }
.product rect { fill: #ddf0ff; stroke: #4493f8; }
.activation rect { fill: #ffe9f0; stroke: #d1608f; }
.shape rect { fill: #f3f4f6; stroke: #afb8c1; }
.weight rect { fill: #e2f6e5; stroke: #57ab5a; }
.input rect, .output rect { fill: #fff6d6; stroke: #bf8700; }
.state rect { fill: #ffe3c7; stroke: #d9730d; }
path { fill: none; stroke: #8c959f; stroke-width: 1.2; }
path.state { stroke: #d9730d; stroke-width: 1.8; }
path.loop { stroke: #d9730d; stroke-width: 1.8; stroke-dasharray: 6 4; }
marker path { fill: #8c959f; stroke: none; }
.label { font-size: 9px; fill: #656d76; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; }
rect { fill: #161b22; stroke: #6e7681; }
text { fill: #e6edf3; }
.small { fill: #9198a1; }
.folded rect { fill: #1c232d; }
.product rect { fill: #0e2a4a; }
.activation rect { fill: #3d1a2b; }
.shape rect { fill: #1b2027; stroke: #59616c; }
.weight rect { fill: #12331b; }
.input rect, .output rect { fill: #3a2f08; }
.state rect { fill: #4a2a0b; stroke: #f0883e; }
path.state, path.loop { stroke: #f0883e; }
.label { fill: #9198a1; stroke: #0d1117; }
}
)";

// Cold to hot for a share of the greatest time, drawn over the class's colour.
std::string HeatStyle(double share) {
  return fmt::format(" style=\"fill: hsl({:.0f} 85% {:.0f}%)\"", 55 * (1 - share), 88 - 33 * share);
}

class SvgWriter {
 public:
  SvgWriter(const Scene& scene, const Picture& picture, const Profile* profile)
      : scene_(scene), picture_(picture), profile_(profile) {
    if (profile_ == nullptr) return;
    for (const Box& box : scene.boxes) most_ms_ = std::max(most_ms_, profile_->MillisecondsOf(box));
  }

  std::string Write() {
    const int width = picture_.width + 2 * kMargin;
    const int height = picture_.height + 2 * kMargin;
    svg_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"{2} {2} {0} {1}\">\n"
        "<title>{3}</title>\n<style>{4}</style>\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" markerHeight=\"6\" "
        "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
        width, height, -kMargin, XmlEscaped(scene_.title), kStyle);
    for (const Picture::Frame& frame : picture_.frames) {
      if (frame.is_unfolded && frame.box != 0) WriteOpenFrame(frame);
    }
    for (const Picture::DrawnLine& line : picture_.lines) WriteLine(line);
    for (const Picture::DrawnLoop& loop : picture_.loops) WriteLoop(loop);
    for (const Picture::Frame& frame : picture_.frames) {
      if (!frame.is_unfolded) WriteFoldedFrame(frame);
    }
    for (const Picture::DrawnLine& line : picture_.lines) {
      if (line.is_labelled) WriteLabel(line);
    }
    return svg_ + "</svg>\n";
  }

 private:
  void WriteRectangle(const Picture::Frame& frame, std::string_view suffix, const std::string& style) {
    const Box& box = scene_.boxes[frame.box];
    svg_ += fmt::format(
        "<g class=\"{}{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"{}/>",
        ClassOf(box), suffix, XmlEscaped(box.name), frame.x, frame.y, frame.width, frame.height, style);
  }

  void WriteText(int x, int y, std::string_view text_class, const std::string& text) {
    svg_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>", x, y, text_class, XmlEscaped(text));
  }

  void WriteOpenFrame(const Picture::Frame& frame) {
    WriteRectangle(frame, "", "");
    WriteText(frame.x + 10, frame.y + 17, "title", scene_.boxes[frame.box].title);
    svg_ += "</g>\n";
  }

  void WriteFoldedFrame(const Picture::Frame& frame) {
    const Box& box = scene_.boxes[frame.box];
    const double time = profile_ == nullptr || most_ms_ == 0 ? 0 : std::sqrt(profile_->MillisecondsOf(box) / most_ms_);
    WriteRectangle(frame, box.holds_boxes() ? " folded" : "", time > 0 ? HeatStyle(time) : "");
    const int middle = frame.x + frame.width / 2;
    int y = frame.y + 19;
    WriteText(middle, y, "", box.title);
    if (!box.subtitle.empty()) WriteText(middle, y += 15, "small", box.subtitle);
    for (const std::string& note : box.notes) WriteText(middle, y += 15, "small", note);
    svg_ += "</g>\n";
  }

  void WriteLine(const Picture::DrawnLine& line) {
    for (const Picture::Stroke& stroke : line.strokes) {
      svg_ += fmt::format("<path{} d=\"M{} {}C{} {} {} {} {} {}\"{}/>", line.line->is_state ? " class=\"state\"" : "",
                          stroke.x0, stroke.y0, stroke.x0, stroke.pull0, stroke.x1, stroke.pull1, stroke.x1, stroke.y1,
                          stroke.is_end ? " marker-end=\"url(#arrow)\"" : "");
    }
    svg_ += '\n';
  }

  void WriteLabel(const Picture::DrawnLine& line) {
    WriteText(line.label_x, line.label_y, "label", line.line->label);
    svg_ += '\n';
  }

  void WriteLoop(const Picture::DrawnLoop& loop) {
    std::string path;
    for (const Picture::Point& point : loop.points) {
      path += fmt::format("{}{} {}", path.empty() ? 'M' : 'L', point.x, point.y);
    }
    svg_ += fmt::format("<path class=\"loop\" stroke-linejoin=\"round\" d=\"{}\" marker-end=\"url(#arrow)\"/>\n", path);
  }

  const Scene& scene_;
  const Picture& picture_;
  const Profile* profile_;
  double most_ms_ = 0;
  std::string svg_;
};

}  // namespace

std::string SvgOf(const ir::Graph& graph, const ViewOptions& options) {
  const Scene scene = MakeScene(graph);
  const std::vector<BoxLayout> layouts = LayOut(scene);
  const Picture picture = Compose(scene, layouts, FirstUnfolded(scene, options.most_boxes));
  return SvgWriter(scene, picture, options.profile).Write();
}

}  // namespace stepwell::view
