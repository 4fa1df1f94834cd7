#pragma once

namespace inmail::test {

/// The default rules, but for the time in which a send can be undone: there is none. For engines
/// whose tests are about something else than that.
inline constexpr const char* delivers_at_once =
    "name = \"at-once\"\ninherits = \"default\"\n[undo]\nwindow_s = 0\n";

}  // namespace inmail::test
