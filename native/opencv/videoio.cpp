#include "segr_opencv.h"

#include <cstring>

#include "decoder_guard.h"

using segr::guarded;
using segr::to_params;

SEGR_CV_API int segr_cv_capture_new(cv::VideoCapture** result) noexcept
{
    return guarded([&] { *result = new cv::VideoCapture(); });
}

SEGR_CV_API void segr_cv_capture_delete(cv::VideoCapture* capture) noexcept
{
    // Closing a broken stream may throw inside a backend; there is nobody left to tell.
    guarded([&] { delete capture; });
}

SEGR_CV_API int segr_cv_capture_open_file(cv::VideoCapture* capture, const char* path, int32_t api, const int32_t* params, int32_t count,
    int32_t* opened) noexcept
{
    return guarded([&] {
        const segr::OpensFile opening(std::strstr(path, "://") == nullptr);
        *opened = capture->open(path, api, to_params(params, count));
    });
}

SEGR_CV_API int segr_cv_capture_open_index(cv::VideoCapture* capture, int32_t index, int32_t api, const int32_t* params, int32_t count,
    int32_t* opened) noexcept
{
    return guarded([&] { *opened = capture->open(index, api, to_params(params, count)); });
}

SEGR_CV_API int segr_cv_capture_is_opened(const cv::VideoCapture* capture, int32_t* opened) noexcept
{
    return guarded([&] { *opened = capture->isOpened(); });
}

SEGR_CV_API int segr_cv_capture_release(cv::VideoCapture* capture) noexcept
{
    return guarded([&] { capture->release(); });
}

SEGR_CV_API int segr_cv_capture_grab(cv::VideoCapture* capture, int32_t* grabbed) noexcept
{
    return guarded([&] { *grabbed = capture->grab(); });
}

SEGR_CV_API int segr_cv_capture_retrieve(cv::VideoCapture* capture, cv::Mat* image, int32_t flag, int32_t* retrieved) noexcept
{
    return guarded([&] { *retrieved = capture->retrieve(*image, flag); });
}

SEGR_CV_API int segr_cv_capture_read(cv::VideoCapture* capture, cv::Mat* image, int32_t* read) noexcept
{
    return guarded([&] { *read = capture->read(*image); });
}

SEGR_CV_API int segr_cv_capture_set(cv::VideoCapture* capture, int32_t property, double value, int32_t* accepted) noexcept
{
    return guarded([&] { *accepted = capture->set(property, value); });
}

SEGR_CV_API int segr_cv_capture_get(const cv::VideoCapture* capture, int32_t property, double* value) noexcept
{
    return guarded([&] { *value = capture->get(property); });
}

SEGR_CV_API int segr_cv_capture_backend(const cv::VideoCapture* capture, char* buffer, int32_t size, int32_t* length) noexcept
{
    return guarded([&] {
        const std::string text = capture->getBackendName();
        *length = segr::copy_text(text.data(), text.size(), buffer, size);
    });
}

SEGR_CV_API int segr_cv_writer_new(cv::VideoWriter** result) noexcept
{
    return guarded([&] { *result = new cv::VideoWriter(); });
}

SEGR_CV_API void segr_cv_writer_delete(cv::VideoWriter* writer) noexcept
{
    guarded([&] { delete writer; });
}

SEGR_CV_API int segr_cv_writer_open(cv::VideoWriter* writer, const char* path, int32_t api, int32_t fourcc, double fps, SegrSize size,
    const int32_t* params, int32_t count, int32_t* opened) noexcept
{
    return guarded([&] { *opened = writer->open(path, api, fourcc, fps, to_cv(size), to_params(params, count)); });
}

SEGR_CV_API int segr_cv_writer_is_opened(const cv::VideoWriter* writer, int32_t* opened) noexcept
{
    return guarded([&] { *opened = writer->isOpened(); });
}

SEGR_CV_API int segr_cv_writer_release(cv::VideoWriter* writer) noexcept
{
    return guarded([&] { writer->release(); });
}

SEGR_CV_API int segr_cv_writer_write(cv::VideoWriter* writer, const cv::Mat* image) noexcept
{
    return guarded([&] { writer->write(*image); });
}

SEGR_CV_API int segr_cv_writer_set(cv::VideoWriter* writer, int32_t property, double value, int32_t* accepted) noexcept
{
    return guarded([&] { *accepted = writer->set(property, value); });
}

SEGR_CV_API int segr_cv_writer_get(const cv::VideoWriter* writer, int32_t property, double* value) noexcept
{
    return guarded([&] { *value = writer->get(property); });
}

SEGR_CV_API int segr_cv_writer_backend(const cv::VideoWriter* writer, char* buffer, int32_t size, int32_t* length) noexcept
{
    return guarded([&] {
        const std::string text = writer->getBackendName();
        *length = segr::copy_text(text.data(), text.size(), buffer, size);
    });
}
