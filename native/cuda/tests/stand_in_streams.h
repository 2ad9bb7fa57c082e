#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

// Streams and events of the stand-in driver (stand_in.h): when work is done, and in which order it may be. Work that two streams do on the
// same memory with nothing to order them is misuse, whether the schedule shows it or not.

namespace segr::cuda::test {

struct Stream;

/// What comes before something: by stream, the position up to which its work is done.
using Before = std::map<uint64_t, uint64_t>;

/// Memory that work uses, and whether it surely writes it: of what a kernel does with its pointers nothing is known.
struct MemoryUse {
  enum Kind { reads, writes, kernel };
  uint64_t address;
  size_t bytes;
  Kind kind;
};

/// Something to do, or a wait for another stream.
struct Work {
  std::function<int()> run;
  Stream* awaited = nullptr;
  uint64_t position = 0;
};

/// Work in the order in which it was put there; done when somebody waits for it.
struct Stream {
  uint64_t id = 0;
  std::deque<Work> waiting;
  uint64_t issued = 0, done = 0;
  Before after;  // what all that is put here from now on comes after
};

struct Event {
  Stream* stream = nullptr;
  uint64_t position = 0;
  Before after;  // what whoever waits for it comes after
};

/// The stream that null is.
Stream& defaultStream();

Stream* createStream();
bool isStream(const Stream* stream);

/// Does what is on it; what was recorded on it has happened then.
int destroyStream(Stream& stream);

Event* createEvent();
bool isEvent(const Event* event);
void destroyEvent(Event* event);
void record(Event& event, Stream& stream);

/// What is put on the stream from now on waits for the event.
int await(Stream& stream, const Event& event);

/// The host waits.
int await(const Event& event);
int await(Stream& stream);

/// Puts work on a stream.
int put(Stream& stream, std::function<int()> run, const std::vector<MemoryUse>& uses = {});

/// Memory that is freed: the driver waits for whoever uses it.
void forgetUses(uint64_t address, size_t bytes);

/// Forgets what is on all streams, as a failed context does.
void dropAll();

}  // namespace segr::cuda::test
