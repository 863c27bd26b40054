#include "stepwell/apps/cli/certificate_table.h"

#include <fmt/format.h>

namespace stepwell::cli {

CertificateTable::CertificateTable()
    : table_({"word", "rows", "in 8 bits", "in fp32", "4 bits +-", "8 bits +-", "unread below", "k-th logit", "read"}) {
}

void CertificateTable::Add(std::string_view word, const kernels::TopKCertificate& certificate) {
  const auto& [in4, in8, in32] = certificate.stages;
  const double read = static_cast<double>(certificate.bytes()) / static_cast<double>(certificate.full_bytes());
  table_.Add({std::string(word), fmt::format("{}", certificate.rows), fmt::format("{}", in8.rows),
              fmt::format("{}", in32.rows), fmt::format("{:.4f}", in4.largest_bound),
              fmt::format("{:.4f}", in8.largest_bound), fmt::format("{:.4f}", certificate.highest_unread),
              fmt::format("{:.4f}", certificate.kth_logit), fmt::format("{:.1f} %", 100 * read)});
}

}  // namespace stepwell::cli
