#include <iostream>

#include "tools/program.hpp"

int main(int count, char** arguments) {
  using namespace inmail::tools;
  std::ios::sync_with_stdio(false);
  Program program;
  add_simulate(program);
  add_import(program);
  add_commands(program);
  add_replay(program);
  add_audit(program);
  add_events(program);
  add_show(program);
  add_inbox(program);
  add_outgoing(program);
  add_credits(program);
  add_analytics(program);
  add_policy(program);
  add_verify(program);
  add_erase(program);
  add_repair(program);
  add_backup(program);
  add_restore(program);
  add_stats(program);
  return program.run(count, arguments);
}
