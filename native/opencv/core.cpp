#include "segr_opencv.h"

#include <opencv2/core/version.hpp>

using segr::guarded;

// A matrix's header, read in one call so that managed property getters cost one transition for all of them.
struct SegrMatInfo {
    uint8_t* data;
    int64_t step;  // bytes of one row
    int32_t rows, cols, type, dims;
    int32_t continuous, submatrix;
};

// Version of this interface.
SEGR_CV_API int32_t segr_cv_version() noexcept
{
    return 1;
}

SEGR_CV_API int segr_cv_mat_new(cv::Mat** result) noexcept
{
    return guarded([&] { *result = new cv::Mat(); });
}

SEGR_CV_API int segr_cv_mat_new_size(int32_t rows, int32_t cols, int32_t type, cv::Mat** result) noexcept
{
    return guarded([&] {
        CV_Assert(rows >= 0 && cols >= 0);
        *result = new cv::Mat(rows, cols, type);
    });
}

SEGR_CV_API int segr_cv_mat_new_scalar(int32_t rows, int32_t cols, int32_t type, SegrScalar value, cv::Mat** result) noexcept
{
    return guarded([&] {
        CV_Assert(rows >= 0 && cols >= 0);
        *result = new cv::Mat(rows, cols, type, to_cv(value));
    });
}

// Wraps memory that the caller owns and keeps alive; step is bytes a row, 0 for no padding.
SEGR_CV_API int segr_cv_mat_new_data(int32_t rows, int32_t cols, int32_t type, void* data, int64_t step, cv::Mat** result) noexcept
{
    return guarded([&] {
        CV_Assert(rows >= 0 && cols >= 0 && step >= 0);
        *result = new cv::Mat(rows, cols, type, data, static_cast<size_t>(step));
    });
}

SEGR_CV_API int segr_cv_mat_new_roi(const cv::Mat* mat, SegrRect roi, cv::Mat** result) noexcept
{
    return guarded([&] { *result = new cv::Mat(*mat, to_cv(roi)); });
}

SEGR_CV_API void segr_cv_mat_delete(cv::Mat* mat) noexcept
{
    delete mat;
}

SEGR_CV_API void segr_cv_mat_info(const cv::Mat* mat, SegrMatInfo* info) noexcept
{
    info->data = mat->data;
    info->step = mat->dims > 0 ? static_cast<int64_t>(mat->step[0]) : 0;
    info->rows = mat->rows;
    info->cols = mat->cols;
    info->type = mat->type();
    info->dims = mat->dims;
    info->continuous = mat->isContinuous();
    info->submatrix = mat->isSubmatrix();
}

SEGR_CV_API int segr_cv_mat_create(cv::Mat* mat, int32_t rows, int32_t cols, int32_t type) noexcept
{
    return guarded([&] {
        CV_Assert(rows >= 0 && cols >= 0);
        mat->create(rows, cols, type);
    });
}

SEGR_CV_API int segr_cv_mat_clone(const cv::Mat* mat, cv::Mat** result) noexcept
{
    return guarded([&] { *result = new cv::Mat(mat->clone()); });
}

SEGR_CV_API int segr_cv_mat_copy_to(const cv::Mat* mat, cv::Mat* target, const cv::Mat* mask) noexcept
{
    return guarded([&] {
        if (mask != nullptr) {
            mat->copyTo(*target, *mask);
        } else {
            mat->copyTo(*target);
        }
    });
}

SEGR_CV_API int segr_cv_mat_convert_to(const cv::Mat* mat, cv::Mat* target, int32_t type, double alpha, double beta) noexcept
{
    return guarded([&] { mat->convertTo(*target, type, alpha, beta); });
}

SEGR_CV_API int segr_cv_mat_set_to(cv::Mat* mat, SegrScalar value, const cv::Mat* mask) noexcept
{
    return guarded([&] {
        if (mask != nullptr) {
            mat->setTo(to_cv(value), *mask);
        } else {
            mat->setTo(to_cv(value));
        }
    });
}

SEGR_CV_API int segr_cv_flip(const cv::Mat* src, cv::Mat* dst, int32_t code) noexcept
{
    return guarded([&] { cv::flip(*src, *dst, code); });
}

SEGR_CV_API int segr_cv_rotate(const cv::Mat* src, cv::Mat* dst, int32_t code) noexcept
{
    return guarded([&] { cv::rotate(*src, *dst, code); });
}

SEGR_CV_API int segr_cv_absdiff(const cv::Mat* a, const cv::Mat* b, cv::Mat* dst) noexcept
{
    return guarded([&] { cv::absdiff(*a, *b, *dst); });
}

SEGR_CV_API int segr_cv_extract_channel(const cv::Mat* src, cv::Mat* dst, int32_t channel) noexcept
{
    return guarded([&] { cv::extractChannel(*src, *dst, channel); });
}

SEGR_CV_API int segr_cv_copy_make_border(const cv::Mat* src, cv::Mat* dst, int32_t top, int32_t bottom, int32_t left, int32_t right,
    int32_t border, SegrScalar value) noexcept
{
    return guarded([&] { cv::copyMakeBorder(*src, *dst, top, bottom, left, right, border, to_cv(value)); });
}

SEGR_CV_API int segr_cv_set_num_threads(int32_t count) noexcept
{
    return guarded([&] { cv::setNumThreads(count); });
}

SEGR_CV_API int segr_cv_get_num_threads(int32_t* count) noexcept
{
    return guarded([&] { *count = cv::getNumThreads(); });
}

SEGR_CV_API int segr_cv_version_string(char* buffer, int32_t size, int32_t* length) noexcept
{
    return guarded([&] {
        const std::string text = cv::getVersionString();
        *length = segr::copy_text(text.data(), text.size(), buffer, size);
    });
}

SEGR_CV_API int segr_cv_build_information(char* buffer, int32_t size, int32_t* length) noexcept
{
    return guarded([&] {
        const std::string& text = cv::getBuildInformation();
        *length = segr::copy_text(text.data(), text.size(), buffer, size);
    });
}
