#include "events/result.hpp"

namespace inmail {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::io: return "io";
    case ErrorCode::corruption: return "corruption";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::newer_format: return "newer_format";
    case ErrorCode::locked: return "locked";
    case ErrorCode::closed: return "closed";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::log_rewound: return "log_rewound";
  }
  return "unknown";
}

void throw_defect(std::string_view sentence) { throw Defect{std::string(sentence)}; }

}  // namespace inmail
