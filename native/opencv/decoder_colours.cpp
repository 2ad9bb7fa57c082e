// OpenCV 4.6 takes all videos for BT.601 with limited range, which is true of old ones and of none that a phone or camera has taken in high
// definition: their greens and reds shift. The decoder knows what the file says, and says it as an option, so that the layout of FFmpeg's
// structures does not matter. Where the file says nothing, BT.601 stays, as in FFmpeg's own programs.

#include "decoder_colours.h"

#include <dlfcn.h>

#include <cstdint>

namespace segr {

namespace {

// Of AVColorSpace and SWS_CS_*, which agree in them, those with a matrix of their own.
bool has_matrix(std::int64_t space) { return space == 1 || (space >= 4 && space <= 7) || space == 9 || space == 10; }

constexpr std::int64_t full_range = 2;  // AVCOL_RANGE_JPEG

template <typename Function>
Function find(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void use_colours_of(void* scaler, void* decoder)
{
    static const auto get_option = find<int (*)(void*, const char*, int, std::int64_t*)>("av_opt_get_int");
    static const auto get_coefficients = find<const int* (*)(int)>("sws_getCoefficients");
    static const auto get_details = find<int (*)(void*, int**, int*, int**, int*, int*, int*, int*)>("sws_getColorspaceDetails");
    static const auto set_details = find<int (*)(void*, const int*, int, const int*, int, int, int, int)>("sws_setColorspaceDetails");
    if (get_option == nullptr || get_coefficients == nullptr || get_details == nullptr || set_details == nullptr) {
        return;
    }
    std::int64_t space = 0, range = 0;
    if (get_option(decoder, "colorspace", 0, &space) < 0 || get_option(decoder, "color_range", 0, &range) < 0) {
        return;
    }
    int *from = nullptr, *to = nullptr;
    int from_range = 0, to_range = 0, brightness = 0, contrast = 0, saturation = 0;
    if (get_details(scaler, &from, &from_range, &to, &to_range, &brightness, &contrast, &saturation) < 0) {
        return;  // from pixels that have no such thing
    }
    const int* wanted = has_matrix(space) ? get_coefficients(static_cast<int>(space)) : from;
    // Formats that are of full range by themselves are never said to be of limited range here.
    const int wanted_range = range == full_range ? 1 : from_range;
    bool is_new = wanted_range != from_range;
    for (int i = 0; i < 4; ++i) {
        is_new = is_new || wanted[i] != from[i];
    }
    if (is_new) {
        // Copied: the converter may keep its own where the wanted ones point to.
        const int coefficients[4] = {wanted[0], wanted[1], wanted[2], wanted[3]};
        const int target[4] = {to[0], to[1], to[2], to[3]};
        set_details(scaler, coefficients, wanted_range, target, to_range, brightness, contrast, saturation);
    }
}

}  // namespace segr
