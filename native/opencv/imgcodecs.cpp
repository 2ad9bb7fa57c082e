#include "segr_opencv.h"

#include <memory>
#include <vector>

#include <opencv2/imgcodecs.hpp>

using segr::guarded;
using segr::to_params;

// An unreadable file gives an empty matrix, as cv::imread does.
SEGR_CV_API int segr_cv_imread(const char* path, int32_t flags, cv::Mat** result) noexcept
{
    return guarded([&] { *result = new cv::Mat(cv::imread(path, flags)); });
}

SEGR_CV_API int segr_cv_imwrite(const char* path, const cv::Mat* image, const int32_t* params, int32_t count, int32_t* written) noexcept
{
    return guarded([&] { *written = cv::imwrite(path, *image, to_params(params, count)); });
}

SEGR_CV_API int segr_cv_imdecode(const uint8_t* bytes, int32_t length, int32_t flags, cv::Mat** result) noexcept
{
    return guarded([&] {
        // imdecode only reads: the cast serves Mat's constructor, which has no const form.
        const cv::Mat wrapped(1, length, CV_8UC1, const_cast<uint8_t*>(bytes));
        *result = new cv::Mat(cv::imdecode(wrapped, flags));
    });
}

// *bytes holds the file in memory; read it with segr_cv_bytes_view and free it with segr_cv_bytes_delete.
SEGR_CV_API int segr_cv_imencode(const char* extension, const cv::Mat* image, const int32_t* params, int32_t count,
    std::vector<uint8_t>** bytes, int32_t* encoded) noexcept
{
    return guarded([&] {
        auto file = std::make_unique<std::vector<uint8_t>>();
        *encoded = cv::imencode(extension, *image, *file, to_params(params, count));
        *bytes = file.release();
    });
}

SEGR_CV_API void segr_cv_bytes_view(const std::vector<uint8_t>* bytes, const uint8_t** data, int64_t* length) noexcept
{
    *data = bytes->data();
    *length = static_cast<int64_t>(bytes->size());
}

SEGR_CV_API void segr_cv_bytes_delete(std::vector<uint8_t>* bytes) noexcept
{
    delete bytes;
}

SEGR_CV_API int segr_cv_have_image_reader(const char* path, int32_t* have) noexcept
{
    return guarded([&] { *have = cv::haveImageReader(path); });
}

SEGR_CV_API int segr_cv_have_image_writer(const char* path, int32_t* have) noexcept
{
    return guarded([&] { *have = cv::haveImageWriter(path); });
}
