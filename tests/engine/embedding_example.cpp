#include <iostream>

#include "engine/engine.hpp"

int main(int, char** arguments) {
  using namespace inmail;
  auto engine = Engine::open({.path = arguments[1], .policy = "official-now"});
  if (!engine) return std::cerr << engine.error().message << '\n', 1;

  const MemberId ada{1}, ben{2};
  for (const MemberId member : {ada, ben})
    engine->submit({RegisterMember{member, "A name", "A headline"}}).reply.wait();
  engine->submit({StartSubscription{ada, PlanKind::career}}).reply.wait();

  Submission sent = engine->submit({SendInMail{ada, {}, ben, "Hello", "May I ask you something?"}});
  const Answer answer = sent.settled.get();  // On disk, and in Ben's inbox.
  std::cout << (answer.ok() ? "delivered" : name_of(answer.refusal.code)) << '\n';
}
