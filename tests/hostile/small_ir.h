#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace stepwell::tests {

// Writes small IR, sound or not: layers with one output each, whose ports say nothing that an op computes.
class SmallIr {
 public:
  // The id of the new layer; `inputs` are ids of layers. `more` stands inside the layer, behind its ports.
  int Add(const std::string& type, const std::string& data, const std::vector<int>& inputs = {},
          const std::string& more = "") {
    const int id = next_++;
    layers_ += "<layer id=\"" + std::to_string(id) + "\" name=\"" + type + "_" + std::to_string(id) + "\" type=\"" +
               type + "\" version=\"" + OpsetOf(type) + "\"><data " + data + "/><input>";
    for (std::size_t port = 0; port < inputs.size(); ++port) {
      layers_ += "<port id=\"" + std::to_string(port) + "\"/>";
      Edge(inputs[port], kOutputPort, id, static_cast<int>(port));
    }
    layers_ += "</input>";
    if (type != "Result") layers_ += "<output><port id=\"" + std::to_string(kOutputPort) + "\"/></output>";
    layers_ += more + "</layer>\n";
    return id;
  }
  void Edge(int from, int from_port, int to, int to_port) {
    edges_ += "<edge from-layer=\"" + std::to_string(from) + "\" from-port=\"" + std::to_string(from_port) +
              "\" to-layer=\"" + std::to_string(to) + "\" to-port=\"" + std::to_string(to_port) + "\"/>\n";
  }

  int Input(const std::string& shape, const std::string& type = "f32") {
    return Add("Parameter", "shape=\"" + shape + "\" element_type=\"" + type + "\"");
  }
  int Const(const std::string& type, const std::string& shape, const std::string& offset, const std::string& size) {
    return Add("Const",
               "element_type=\"" + type + "\" shape=\"" + shape + "\" offset=\"" + offset + "\" size=\"" + size + "\"");
  }
  int Ints(const std::vector<std::int64_t>& values) {
    return Append("i64", std::to_string(values.size()), values.data(), values.size() * sizeof(values[0]));
  }
  int Int(std::int64_t value) { return Append("i64", "", &value, sizeof(value)); }
  int Float(float value) { return Append("f32", "", &value, sizeof(value)); }
  int Bool(bool value) { return Append("boolean", "", &value, sizeof(value)); }
  // A constant of these bytes, whatever its shape says.
  template <class T>
  int Data(const std::string& type, const std::string& shape, const std::vector<T>& values) {
    return Append(type, shape, values.data(), values.size() * sizeof(T));
  }
  void Result(int of) { Add("Result", "", {of}); }

  std::string layers() const { return "<layers>\n" + layers_ + "</layers>\n<edges>\n" + edges_ + "</edges>\n"; }
  std::string xml() const {
    return "<?xml version=\"1.0\"?>\n<net name=\"hostile\" version=\"11\">\n" + layers() + "</net>\n";
  }
  const std::string& bin() const { return bin_; }

 private:
  static constexpr int kOutputPort = 9;

  // That of the attributes which the tests give.
  static std::string OpsetOf(const std::string& type) {
    static const std::map<std::string, std::string> kLater{
        {"Gather", "opset8"}, {"Loop", "opset5"},  {"LSTMSequence", "opset5"}, {"Range", "opset4"},
        {"RDFT", "opset9"},   {"Slice", "opset8"}, {"TopK", "opset11"}};
    const auto later = kLater.find(type);
    return later == kLater.end() ? "opset1" : later->second;
  }

  int Append(const std::string& type, const std::string& shape, const void* bytes, std::size_t size) {
    const std::size_t offset = bin_.size();
    bin_.append(static_cast<const char*>(bytes), size);
    return Const(type, shape, std::to_string(offset), std::to_string(size));
  }

  int next_ = 0;
  std::string layers_;
  std::string edges_;
  std::string bin_ = std::string(64, '\0');
};

}  // namespace stepwell::tests
