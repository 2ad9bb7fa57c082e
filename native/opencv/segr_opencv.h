// The C interface that compat/OpenCvSharp4 calls (OpenCvSharp.Internal.NativeMethods declares the same functions, name for name).
//
// Rules of the border:
// - No exception crosses it. Every function that can fail returns an int: 0, or the (negative) code of OpenCV's error; the text is then
//   read with segr_cv_last_error on the same thread.
// - Matrices, captures and writers are opaque pointers. Who makes one deletes it; deleting null does nothing.
// - Text is UTF-8, zero-terminated. Functions that return text take (buffer, size) and give back the full length without the zero, so
//   that a caller may ask again with more room.
// - Whoever changes the form or the meaning of a function, or adds one, raises segr_cv_version, here and in
//   compat/OpenCvSharp4/Internal/NativeVersion.cs: a library of another version is not used.
// - Pointers must be valid; the managed side holds them in safe handles for the length of the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>

#define SEGR_CV_API extern "C" __attribute__((visibility("default")))

// Plain mirrors of OpenCvSharp's structs, passed by value.
struct SegrSize { int32_t width, height; };
struct SegrPoint { int32_t x, y; };
struct SegrRect { int32_t x, y, width, height; };
struct SegrScalar { double v[4]; };

inline cv::Size to_cv(SegrSize s) { return {s.width, s.height}; }
inline cv::Point to_cv(SegrPoint p) { return {p.x, p.y}; }
inline cv::Rect to_cv(SegrRect r) { return {r.x, r.y, r.width, r.height}; }
inline cv::Scalar to_cv(const SegrScalar& s) { return {s.v[0], s.v[1], s.v[2], s.v[3]}; }

namespace segr {

// Keeps the error that is being handled (call it inside a catch block only) for segr_cv_last_error and returns its code.
int record_current_exception() noexcept;

// Runs body; turns whatever it throws into a code.
template <typename Body>
int guarded(Body&& body) noexcept
{
    try {
        body();
        return 0;
    } catch (...) {
        return record_current_exception();
    }
}

// A list of (key, value) pairs as OpenCV takes it; null is an empty list.
inline std::vector<int> to_params(const int32_t* params, int32_t count)
{
    return params == nullptr ? std::vector<int>() : std::vector<int>(params, params + count);
}

// Copies text to buffer, cut to size - 1 bytes and zero-terminated; returns the full length.
int copy_text(const char* text, size_t length, char* buffer, int32_t size) noexcept;

}  // namespace segr
