#include "segr_opencv.h"

#include <opencv2/imgproc.hpp>

using segr::guarded;

SEGR_CV_API int segr_cv_resize(const cv::Mat* src, cv::Mat* dst, SegrSize size, double fx, double fy, int32_t interpolation) noexcept
{
    return guarded([&] { cv::resize(*src, *dst, to_cv(size), fx, fy, interpolation); });
}

SEGR_CV_API int segr_cv_cvt_color(const cv::Mat* src, cv::Mat* dst, int32_t code, int32_t channels) noexcept
{
    return guarded([&] { cv::cvtColor(*src, *dst, code, channels); });
}

SEGR_CV_API int segr_cv_gaussian_blur(const cv::Mat* src, cv::Mat* dst, SegrSize kernel, double sigma_x, double sigma_y,
    int32_t border) noexcept
{
    return guarded([&] { cv::GaussianBlur(*src, *dst, to_cv(kernel), sigma_x, sigma_y, border); });
}

SEGR_CV_API int segr_cv_remap(const cv::Mat* src, cv::Mat* dst, const cv::Mat* map1, const cv::Mat* map2, int32_t interpolation,
    int32_t border, SegrScalar value) noexcept
{
    return guarded([&] { cv::remap(*src, *dst, *map1, *map2, interpolation, border, to_cv(value)); });
}

SEGR_CV_API int segr_cv_line(cv::Mat* image, SegrPoint from, SegrPoint to, SegrScalar color, int32_t thickness, int32_t type,
    int32_t shift) noexcept
{
    return guarded([&] { cv::line(*image, to_cv(from), to_cv(to), to_cv(color), thickness, type, shift); });
}

SEGR_CV_API int segr_cv_rectangle(cv::Mat* image, SegrRect rect, SegrScalar color, int32_t thickness, int32_t type,
    int32_t shift) noexcept
{
    return guarded([&] { cv::rectangle(*image, to_cv(rect), to_cv(color), thickness, type, shift); });
}

SEGR_CV_API int segr_cv_circle(cv::Mat* image, SegrPoint center, int32_t radius, SegrScalar color, int32_t thickness, int32_t type,
    int32_t shift) noexcept
{
    return guarded([&] { cv::circle(*image, to_cv(center), radius, to_cv(color), thickness, type, shift); });
}

SEGR_CV_API int segr_cv_put_text(cv::Mat* image, const char* text, SegrPoint origin, int32_t font, double scale, SegrScalar color,
    int32_t thickness, int32_t type, int32_t bottom_left) noexcept
{
    return guarded([&] {
        cv::putText(*image, text, to_cv(origin), font, scale, to_cv(color), thickness, type, bottom_left != 0);
    });
}

SEGR_CV_API int segr_cv_text_size(const char* text, int32_t font, double scale, int32_t thickness, int32_t* baseline,
    SegrSize* size) noexcept
{
    return guarded([&] {
        int below = 0;
        const cv::Size box = cv::getTextSize(text, font, scale, thickness, &below);
        *baseline = below;
        *size = {box.width, box.height};
    });
}
