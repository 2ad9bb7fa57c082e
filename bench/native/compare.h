#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ort_model.h"

// Runs several sessions on the same inputs, turn by turn, and compares their
// times and results.

namespace segr::bench {

using ort::Tensor;

/// What the command line can set: `msdeform [threads] [rounds]`.
struct Settings {
  int threads = 2;
  int rounds = 15;

  Settings(int argc, char** argv) {
    if (argc > 1) threads = std::max(1, std::atoi(argv[1]));
    if (argc > 2) rounds = std::max(1, std::atoi(argv[2]));
  }
};

/// ONNX Runtime with one pool of threads for all sessions: were each to own
/// threads, the spinning ones of the last run would disturb the next.
inline Ort::Env makeEnvironment(const Settings& settings) {
  ort::load(SEGR_NATIVE_OUTPUT "/libonnxruntime.so");
  Ort::ThreadingOptions threading;
  threading.SetGlobalIntraOpNumThreads(settings.threads);
  threading.SetGlobalInterOpNumThreads(1);
  return Ort::Env(threading, ORT_LOGGING_LEVEL_ERROR, "segr_bench");
}

inline Ort::SessionOptions sessionOptions() {
  Ort::SessionOptions options;
  options.DisablePerSessionThreads();
  options.RegisterCustomOpsLibrary(SEGR_NATIVE_OUTPUT "/libsegr_ops.so");
  return options;
}

inline std::vector<float> uniform(int64_t count, float low, float high, uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> distribution(low, high);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = distribution(engine);
  return values;
}

/// A session under comparison: its input tensors by name, its only output "y".
struct Candidate {
  std::string name;
  Ort::Session session;
  std::vector<Tensor<float>*> inputs;
  std::vector<double> milliseconds;

  Ort::Value run() {
    std::vector<const char*> names;
    std::vector<Ort::Value> values;
    for (Tensor<float>* tensor : inputs) {
      names.push_back(tensor->name.c_str());
      values.push_back(tensor->view());
    }
    const char* output = "y";
    return std::move(session.Run(Ort::RunOptions{nullptr}, names.data(), values.data(), values.size(), &output, 1)[0]);
  }
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Times every candidate once per round, three rounds unmeasured first. The
/// first is the baseline of the ratios and of the results.
inline void compare(const std::string& title, std::vector<Candidate> candidates, const Settings& settings) {
  for (int round = -3; round < settings.rounds; ++round) {
    for (Candidate& candidate : candidates) {
      const auto start = std::chrono::steady_clock::now();
      candidate.run();
      const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
      if (round >= 0) candidate.milliseconds.push_back(ms);
    }
  }
  std::printf("%s\n", title.c_str());
  const Ort::Value expected = candidates[0].run();
  const size_t count = expected.GetTensorTypeAndShapeInfo().GetElementCount();
  for (Candidate& candidate : candidates) {
    const Ort::Value actual = candidate.run();
    double difference = actual.GetTensorTypeAndShapeInfo().GetElementCount() == count ? 0 : NAN;
    for (size_t i = 0; i < count && !std::isnan(difference); ++i) {
      difference = std::max<double>(difference, std::abs(actual.GetTensorData<float>()[i] - expected.GetTensorData<float>()[i]));
    }
    const double time = median(candidate.milliseconds),
                 best = *std::min_element(candidate.milliseconds.begin(), candidate.milliseconds.end());
    std::printf(
        "  %-34s median %8.2f ms  best %8.2f ms  %6.2fx  largest "
        "difference %.1e\n",
        candidate.name.c_str(), time, best, median(candidates[0].milliseconds) / time, difference);
  }
}

}  // namespace segr::bench
