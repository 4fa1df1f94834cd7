#pragma once

#include "tools/command_line.hpp"

// The subcommands, each from a file of its own.

namespace inmail::tools {

void add_simulate(Program& program);
void add_import(Program& program);
void add_commands(Program& program);
void add_replay(Program& program);
void add_audit(Program& program);
void add_events(Program& program);
void add_show(Program& program);
void add_inbox(Program& program);
void add_outgoing(Program& program);
void add_credits(Program& program);
void add_analytics(Program& program);
void add_policy(Program& program);
void add_erase(Program& program);
void add_repair(Program& program);
void add_backup(Program& program);
void add_restore(Program& program);
void add_verify(Program& program);
void add_stats(Program& program);

}  // namespace inmail::tools
