#include "segr_opencv.h"

#include <opencv2/video/tracking.hpp>

using segr::guarded;

SEGR_CV_API int segr_cv_flow_farneback(const cv::Mat* previous, const cv::Mat* next, cv::Mat* flow, double pyramid_scale, int32_t levels,
    int32_t window, int32_t iterations, int32_t poly_n, double poly_sigma, int32_t flags) noexcept
{
    return guarded([&] {
        cv::calcOpticalFlowFarneback(*previous, *next, *flow, pyramid_scale, levels, window, iterations, poly_n, poly_sigma, flags);
    });
}

SEGR_CV_API int segr_cv_flow_pyr_lk(const cv::Mat* previous, const cv::Mat* next, const cv::Mat* previous_points, cv::Mat* next_points,
    cv::Mat* status, cv::Mat* error, SegrSize window, int32_t max_level, int32_t criteria_type, int32_t criteria_count,
    double criteria_epsilon, int32_t flags, double min_eigenvalue) noexcept
{
    return guarded([&] {
        cv::calcOpticalFlowPyrLK(*previous, *next, *previous_points, *next_points, *status, *error, to_cv(window), max_level,
            cv::TermCriteria(criteria_type, criteria_count, criteria_epsilon), flags, min_eigenvalue);
    });
}
