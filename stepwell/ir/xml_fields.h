#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/fields.h"
#include "stepwell/ir/xml_document.h"

// Internal. Attributes of an op to and from the <data> of a layer.
namespace stepwell::ir {

// Does not own the layer.
class XmlFieldReader final : public FieldReader {
 public:
  explicit XmlFieldReader(const XmlLayer& layer) : layer_(layer) {}

  void operator()(std::string_view name, bool& field) override;
  void operator()(std::string_view name, std::int64_t& field) override;
  void operator()(std::string_view name, float& field) override;
  void operator()(std::string_view name, std::string& field) override;
  void operator()(std::string_view name, std::vector<std::int64_t>& field) override;
  void operator()(std::string_view name, std::vector<std::string>& field) override;
  void operator()(std::string_view name, DType& field) override;
  void operator()(std::string_view name, Shape& field) override;

  // Throws Error(kUnsupported) when the layer says something that no field asked for: it might change the result.
  void RequireAllRead() const;

 private:
  template <class Field, class Parse>
  void Fill(std::string_view name, Field& field, Parse&& parse);

  const XmlLayer& layer_;
  std::set<std::string_view> asked_;
};

class XmlFieldWriter final : public FieldWriter {
 public:
  void operator()(std::string_view name, const bool& field) override;
  void operator()(std::string_view name, const std::int64_t& field) override;
  void operator()(std::string_view name, const float& field) override;
  void operator()(std::string_view name, const std::string& field) override;
  void operator()(std::string_view name, const std::vector<std::int64_t>& field) override;
  void operator()(std::string_view name, const std::vector<std::string>& field) override;
  void operator()(std::string_view name, const DType& field) override;
  void operator()(std::string_view name, const Shape& field) override;

  const std::vector<XmlAttribute>& attributes() const { return attributes_; }

 private:
  void Add(std::string_view name, std::string value) { attributes_.push_back({std::string(name), std::move(value)}); }

  std::vector<XmlAttribute> attributes_;
};

}  // namespace stepwell::ir
