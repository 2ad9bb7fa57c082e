#include "stand_in_streams.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "stand_in.h"

namespace segr::cuda::test {

namespace {

constexpr int success = 0;

StandIn& state() {
  return *segrStandIn();
}

// What is never destroyed is what the end of a process may still use.
std::set<Stream*>& streams() {
  static auto& all = *new std::set<Stream*>;
  return all;
}

std::set<Event*>& events() {
  static auto& all = *new std::set<Event*>;
  return all;
}

/// What the host has waited for. One for all threads, which order themselves by means that are not seen here.
Before& host() {
  static auto& all = *new Before;
  return all;
}

/// Somebody's use of memory, for as long as others may come into its way.
struct Use {
  MemoryUse memory;
  uint64_t stream, position;
};

std::vector<Use>& uses() {
  static auto& all = *new std::vector<Use>;
  return all;
}

void merge(Before& into, const Before& more) {
  for (const auto& [stream, position] : more) {
    uint64_t& known = into[stream];
    known = std::max(known, position);
  }
}

bool isBefore(const Use& use, uint64_t stream, const Before& before) {
  if (use.stream == stream) return true;
  const auto known = before.find(use.stream);
  return known != before.end() && known->second >= use.position;
}

bool overlap(const MemoryUse& a, const MemoryUse& b) {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

/// Whether the two may not be done at the same time: one surely writes, and the other reads, writes or is a kernel that was given the
/// memory.
bool collide(const MemoryUse& a, const MemoryUse& b) {
  return (a.kind == MemoryUse::writes || b.kind == MemoryUse::writes) && overlap(a, b);
}

void use(const Stream& stream, const MemoryUse& memory) {
  std::vector<Use>& all = uses();
  const auto collides = [&](const Use& each) { return collide(each.memory, memory) && !isBefore(each, stream.id, stream.after); };
  if (std::any_of(all.begin(), all.end(), collides))
    state().misuse.push_back("two streams use memory at the same time: no event orders them");
  // What is over before this, in the same place, is over before all that comes after this.
  std::erase_if(all, [&](const Use& each) {
    return isBefore(each, stream.id, stream.after) && each.memory.kind == memory.kind && each.memory.address >= memory.address &&
           each.memory.address + each.memory.bytes <= memory.address + memory.bytes;
  });
  all.push_back({memory, stream.id, stream.issued});
}

bool isAlive(const Stream* stream) {
  return stream == &defaultStream() || isStream(stream);
}

/// What a failed context still had to do is never done.
void drop(Stream& stream) {
  stream.waiting.clear();
  stream.done = stream.issued;
}

int runTo(Stream& stream, uint64_t position);

/// Does the first thing that waits on a stream.
void next(Stream& stream) {
  const Work work = stream.waiting.front();
  if (work.awaited != nullptr) {
    // The wait stays in front until it is over, so that nobody passes it.
    if (isAlive(work.awaited) && runTo(*work.awaited, work.position) != success) return;
    stream.waiting.pop_front();
    ++stream.done;
    return;
  }
  stream.waiting.pop_front();
  ++stream.done;
  if (const int result = work.run(); result != success && state().sticky == success) {
    state().sticky = result;
    dropAll();
  }
}

/// Does all that other streams can do without waiting for anything that is not done yet.
void runOthers(const Stream& stream) {
  for (Stream* other : streams()) {
    if (other == &stream) continue;
    while (!other->waiting.empty()) {
      const Work& work = other->waiting.front();
      if (work.awaited != nullptr && isAlive(work.awaited) && work.awaited->done < work.position) break;
      next(*other);
    }
  }
}

/// Does a stream's work up to a position; before each step, where the schedule is so, all that others can do.
int runTo(Stream& stream, uint64_t position) {
  while (stream.done < position && state().sticky == success) {
    if (state().othersFirst) runOthers(stream);
    if (stream.done < position && state().sticky == success) next(stream);
  }
  return state().sticky;
}

int put(Stream& stream, Work work) {
  stream.waiting.push_back(std::move(work));
  ++stream.issued;
  return state().eager ? runTo(stream, stream.issued) : success;
}

}  // namespace

Stream& defaultStream() {
  static Stream& stream = *new Stream;
  return stream;
}

Stream* createStream() {
  static uint64_t last = 0;
  auto* made = new Stream;
  made->id = ++last;
  streams().insert(made);
  return made;
}

bool isStream(const Stream* stream) {
  return streams().contains(const_cast<Stream*>(stream));
}

int destroyStream(Stream& stream) {
  const int result = await(stream);
  for (Event* event : events()) {
    if (event->stream == &stream) event->stream = nullptr;
  }
  streams().erase(&stream);
  delete &stream;
  return result;
}

Event* createEvent() {
  auto* made = new Event;
  events().insert(made);
  return made;
}

bool isEvent(const Event* event) {
  return events().contains(const_cast<Event*>(event));
}

void destroyEvent(Event* event) {
  events().erase(event);
  delete event;
}

void record(Event& event, Stream& stream) {
  event = {&stream, stream.issued, stream.after};
  event.after[stream.id] = stream.issued;
}

int await(Stream& stream, const Event& event) {
  merge(stream.after, event.after);
  if (event.stream == nullptr || event.stream == &stream) return success;
  return put(stream, Work{nullptr, event.stream, event.position});
}

int await(const Event& event) {
  const int result = event.stream == nullptr ? success : runTo(*event.stream, event.position);
  merge(host(), event.after);
  return result;
}

int await(Stream& stream) {
  const int result = runTo(stream, stream.issued);
  merge(host(), stream.after);
  host()[stream.id] = stream.issued;
  return result;
}

int put(Stream& stream, std::function<int()> run, const std::vector<MemoryUse>& memory) {
  merge(stream.after, host());
  const int result = put(stream, Work{std::move(run)});
  // Work that is done at once is over before anything else begins.
  if (!state().eager) {
    for (const MemoryUse& each : memory) use(stream, each);
  }
  return result;
}

void forgetUses(uint64_t address, size_t bytes) {
  std::erase_if(uses(), [&](const Use& each) { return overlap(each.memory, {address, bytes, MemoryUse::reads}); });
}

void dropAll() {
  uses().clear();
  drop(defaultStream());
  for (Stream* each : streams()) drop(*each);
}

}  // namespace segr::cuda::test
