#include "segr_opencv.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include <opencv2/core/utils/logger.hpp>

namespace {

struct LastError {
    std::string message, function, file;
    int line = 0;
};

thread_local LastError last_error;

void keep(const char* message, const char* function = "", const char* file = "", int line = 0) noexcept
{
    try {
        last_error = {message, function, file, line};
    } catch (...) {
        // Out of memory while keeping the text of an error: the code alone must do.
        last_error = {};
    }
}

}  // namespace

namespace segr {

int record_current_exception() noexcept
{
    try {
        throw;
    } catch (const cv::Exception& e) {
        keep(e.err.empty() ? e.what() : e.err.c_str(), e.func.c_str(), e.file.c_str(), e.line);
        return e.code < 0 ? e.code : static_cast<int>(cv::Error::StsError);
    } catch (const std::bad_alloc&) {
        keep("out of memory");
        return cv::Error::StsNoMem;
    } catch (const std::exception& e) {
        keep(e.what());
        return cv::Error::StsError;
    } catch (...) {
        keep("unknown error");
        return cv::Error::StsError;
    }
}

int copy_text(const char* text, size_t length, char* buffer, int32_t size) noexcept
{
    if (buffer != nullptr && size > 0) {
        const size_t n = std::min(length, static_cast<size_t>(size) - 1);
        std::memcpy(buffer, text, n);
        buffer[n] = 0;
    }
    return static_cast<int>(length);
}

}  // namespace segr

// part: 0 message, 1 function, 2 file. Returns the full length of the text.
SEGR_CV_API int segr_cv_last_error(int32_t part, char* buffer, int32_t size, int32_t* line) noexcept
{
    const LastError& e = last_error;
    *line = e.line;
    const std::string& text = part == 0 ? e.message : part == 1 ? e.function : e.file;
    return segr::copy_text(text.data(), text.size(), buffer, size);
}

// Sets OpenCV's own log level (0 silent .. 6 verbose) and returns the one before.
SEGR_CV_API int segr_cv_set_log_level(int32_t level, int32_t* before) noexcept
{
    return segr::guarded([&] {
        *before = cv::utils::logging::setLogLevel(static_cast<cv::utils::logging::LogLevel>(level));
    });
}
