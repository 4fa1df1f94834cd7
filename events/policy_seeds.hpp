#pragma once

#include <string_view>

namespace inmail {

/// The presets of the five seed documents, as overlays on the default.
extern const std::string_view seed0_document;
extern const std::string_view seed1_document;
extern const std::string_view seed2_document;
extern const std::string_view seed3_document;
extern const std::string_view seed4_document;

}  // namespace inmail
