#pragma once

#include <cmath>
#include <functional>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// A test harness in a page: TEST registers a body, REQUIRE and REQUIRE_CLOSE end it with a message, SKIP ends it with a reason.

namespace segr::cpu::test {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Test {
  std::string name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Registration {
  Registration(const char* name, std::function<void()> body) { tests().push_back({name, std::move(body)}); }
};

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  throw Failure(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

/// Largest distance allowed is `tolerance` everywhere; sizes must agree; NaN only where both are NaN.
inline void requireClose(const char* file, int line, const std::vector<float>& actual, const std::vector<float>& expected, double tolerance,
                         const std::string& context) {
  std::ostringstream text;
  if (actual.size() != expected.size()) {
    text << context << ": " << actual.size() << " values, expected " << expected.size();
    fail(file, line, text.str());
  }
  for (size_t i = 0; i < actual.size(); ++i) {
    const double a = actual[i], e = expected[i];
    if ((std::isnan(a) && std::isnan(e)) || a == e || std::abs(a - e) <= tolerance) continue;
    text << context << ": value " << i << " is " << a << ", expected " << e << " within " << tolerance;
    fail(file, line, text.str());
  }
}

/// Runs every test whose name contains argv[1] (all without one). Returns 1 when one failed.
inline int run(int argc, char** argv) {
  const std::string filter = argc > 1 ? argv[1] : "";
  int passed = 0, failed = 0, skipped = 0;
  for (const Test& test : tests()) {
    if (test.name.find(filter) == std::string::npos) continue;
    try {
      test.body();
      ++passed;
    } catch (const Skipped& reason) {
      ++skipped;
      std::cout << "skipped " << test.name << ": " << reason.what() << '\n';
    } catch (const std::exception& error) {
      ++failed;
      std::cout << "FAILED  " << test.name << ": " << error.what() << '\n';
    }
  }
  std::cout << passed << " passed, " << failed << " failed, " << skipped << " skipped\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace segr::cpu::test

#define SEGR_JOIN_(a, b) a##b
#define SEGR_JOIN(a, b) SEGR_JOIN_(a, b)
#define TEST(name)                                                                                                 \
  static void SEGR_JOIN(test_, __LINE__)();                                                                        \
  static const segr::cpu::test::Registration SEGR_JOIN(registration_, __LINE__)(name, SEGR_JOIN(test_, __LINE__)); \
  static void SEGR_JOIN(test_, __LINE__)()
#define REQUIRE(condition, context)                                                                      \
  do {                                                                                                   \
    if (!(condition)) segr::cpu::test::fail(__FILE__, __LINE__, std::string(context) + ": " #condition); \
  } while (false)
#define REQUIRE_CLOSE(actual, expected, tolerance, context) \
  segr::cpu::test::requireClose(__FILE__, __LINE__, actual, expected, tolerance, context)
/// The expression must throw ShapeError with a message that contains `part`.
#define REQUIRE_SHAPE_ERROR(expression, part)                                                                            \
  do {                                                                                                                   \
    std::string message = "no error";                                                                                    \
    try {                                                                                                                \
      static_cast<void>(expression);                                                                                     \
    } catch (const segr::cpu::ShapeError& error) {                                                                       \
      message = error.what();                                                                                            \
    }                                                                                                                    \
    if (message.find(part) == std::string::npos) {                                                                       \
      segr::cpu::test::fail(__FILE__, __LINE__, std::string("expected '") + (part) + "' in the error, got: " + message); \
    }                                                                                                                    \
  } while (false)
