#pragma once

#include <cstdint>
#include <string>

#include "events/text.hpp"

namespace inmail {

/// A file that goes with an InMail (D3.6). The host keeps what is in it; here stands what the
/// limits ask for, and how people know it.
struct Attachment {
  std::uint64_t file = 0;   ///< As the host numbers its files.
  std::string type{};       ///< "pdf"; as `limit.attachment_types` names it.
  std::uint64_t bytes = 0;  ///< Of the file.
  Text name{};              ///< "CV of Ada.pdf".

  bool operator==(const Attachment&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(file, type, bytes, name);
  }
};

}  // namespace inmail
