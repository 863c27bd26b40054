#pragma once

#include <string>
#include <string_view>

#include "stepwell/apps/cli/text_table.h"
#include "stepwell/kernels/topk/exact_top_k.h"

namespace stepwell::cli {

// For people: what the searches for the likeliest words read, and why no other words can be among them, a line for each
// word that was drawn.
class CertificateTable {
 public:
  CertificateTable();
  void Add(std::string_view word, const kernels::TopKCertificate& certificate);
  std::string Text() const { return table_.Plain(); }

 private:
  TextTable table_;
};

}  // namespace stepwell::cli
