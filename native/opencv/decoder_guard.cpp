// A guard in front of FFmpeg's decoders. OpenCV 4.6 converts pictures with the size and the pixel format that the first one had: after a
// change in the middle it reads beyond the picture, and delivers what it finds there or crashes. Here every picture is brought back to what
// the first one was, black beside it where its shape is another. Only a new size of a stream becomes the end of the stream: who reads it opens it anew, in the new size, which for a file
// would lead to the same place again.
//
// It also mends the direction in which OpenCV 4.6 turns videos that were taken with the camera on its side, and keeps the decoders of streams
// from holding frames back, and the colours of videos that are not of BT.601 (decoder_colours.cpp).
//
// The functions stand before FFmpeg's own because this library comes first in the scope in which the libraries that it brings along
// look names up. They see every decoder of those, OpenCV's and libavformat's. Where that order is another, they are not called.

#include "decoder_guard.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include <opencv2/core/version.hpp>

#include "decoder_colours.h"

#define SEGR_GUARD extern "C" __attribute__((visibility("default")))

namespace {

// The beginning of AVFrame (libavutil/frame.h), the same in all versions since 2012: FFmpeg's headers are not needed for this much.
struct FrameHead {
    std::uint8_t* data[8];
    int linesize[8];
    std::uint8_t** extended_data;
    int width;
    int height;
    int nb_samples;
    int format;
};

struct Decoder {
    int width = 0;
    int height = 0;
    int format = 0;
    int rows = 0;  // that OpenCV converts of a picture, by the decoder's own (coded) height
    bool may_resize = false;
    bool has_ended = false;
    void* scaler = nullptr;
};

// What a decoder gave last.
struct Picture {
    void* context = nullptr;
    const std::uint8_t* pixels = nullptr;
    bool is_restored = false;
};

constexpr int invalid_data = -0x41444E49;  // AVERROR_INVALIDDATA: the letters INDA as a negative number
constexpr int bilinear = 2;                // SWS_BILINEAR

thread_local bool opens_file = false;
thread_local Picture last;

std::mutex gate;

// Never destroyed: threads of FFmpeg's may still run when the process ends.
std::unordered_map<const void*, Decoder>& decoders()
{
    static auto* all = new std::unordered_map<const void*, Decoder>();
    return *all;
}

template <typename Function>
Function next(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

void forget(const void* context)
{
    static const auto free = next<void (*)(void*)>("sws_freeContext");
    void* scaler = nullptr;
    {
        const std::lock_guard lock(gate);
        const auto found = decoders().find(context);
        if (found == decoders().end()) {
            return;
        }
        scaler = found->second.scaler;
        decoders().erase(found);
    }
    free(scaler);
}

// The entry of a decoder stays where it is until the decoder is freed, and one thread at a time uses a decoder.
Decoder& entry_of(const void* context)
{
    const std::lock_guard lock(gate);
    return decoders()[context];
}

bool has_ended(const void* context)
{
    const std::lock_guard lock(gate);
    const auto found = decoders().find(context);
    return found != decoders().end() && found->second.has_ended;
}

// Where a picture of another shape goes: as large as it fits, in the middle.
struct Place {
    int x, y, width, height;
};

Place fit(const FrameHead& picture, int width, int height)
{
    const double scale = std::min(static_cast<double>(width) / picture.width, static_cast<double>(height) / picture.height);
    const int w = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, width);
    const int h = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, height);
    // At these multiples a byte begins in every plane of every format.
    const auto middle = [](int room, int step) { return std::min((room + step) / 2, room) / step * step; };
    return {middle(width - w, 8), middle(height - h, 4), w, h};
}

// Makes a frame of the size and format of a decoder's first picture black, and says where a place of it begins in each plane.
bool blacken(const FrameHead& frame, const Place& place, std::uint8_t* (&inside)[4])
{
    static const auto fill_black =
        next<int (*)(std::uint8_t**, const std::ptrdiff_t*, int, int, int, int)>("av_image_fill_black");
    static const auto line_sizes = next<int (*)(int*, int, int)>("av_image_fill_linesizes");
    static const auto subsampling = next<int (*)(int, int*, int*)>("av_pix_fmt_get_chroma_sub_sample");
    static const auto name_of = next<const char* (*)(int)>("av_get_pix_fmt_name");
    std::uint8_t* planes[4] = {frame.data[0], frame.data[1], frame.data[2], frame.data[3]};
    const std::ptrdiff_t strides[4] = {frame.linesize[0], frame.linesize[1], frame.linesize[2], frame.linesize[3]};
    // Grey, and YUV by its older names, are of full range (AVCOL_RANGE_JPEG) by themselves.
    const char* name = name_of(frame.format);
    const int range = name != nullptr && (std::strncmp(name, "yuvj", 4) == 0 || std::strncmp(name, "gray", 4) == 0) ? 2 : 0;
    int columns[4] = {}, across = 0, down = 0;
    if (fill_black(planes, strides, frame.format, range, frame.width, frame.height) < 0 || line_sizes(columns, frame.format, place.x) < 0 ||
        subsampling(frame.format, &across, &down) < 0) {
        return false;
    }
    for (int i = 0; i < 4; ++i) {
        const std::ptrdiff_t row = i == 1 || i == 2 ? place.y >> down : place.y;
        inside[i] = planes[i] == nullptr ? nullptr : planes[i] + row * strides[i] + columns[i];
    }
    return true;
}

// Converts a picture to the size and format of the decoder's first one. False where that is not possible; the picture is unchanged then.
bool restore(Decoder& first, void* picture)
{
    static const auto alloc = next<void* (*)()>("av_frame_alloc");
    static const auto free = next<void (*)(void**)>("av_frame_free");
    static const auto unref = next<void (*)(void*)>("av_frame_unref");
    static const auto move = next<void (*)(void*, void*)>("av_frame_move_ref");
    static const auto copy_properties = next<int (*)(void*, const void*)>("av_frame_copy_props");
    static const auto get_buffer = next<int (*)(void*, int)>("av_frame_get_buffer");
    static const auto get_scaler =
        next<void* (*)(void*, int, int, int, int, int, int, int, void*, void*, const double*)>("sws_getCachedContext");
    static const auto scale = next<int (*)(void*, const std::uint8_t* const*, const int*, int, int, std::uint8_t* const*, const int*)>("sws_scale");
    const auto* from = static_cast<const FrameHead*>(picture);
    const Place place = fit(*from, first.width, first.height);
    first.scaler = get_scaler(
        first.scaler, from->width, from->height, from->format, place.width, place.height, first.format, bilinear, nullptr, nullptr, nullptr);
    void* restored = alloc();
    if (first.scaler == nullptr || restored == nullptr) {
        free(&restored);
        return false;
    }
    auto* to = static_cast<FrameHead*>(restored);
    // More room than the picture needs: whatever size OpenCV takes from the decoder meanwhile, it reads within.
    to->width = std::max(first.width, from->width) + 128;
    to->height = std::max(first.height, from->height) + 64;
    to->format = first.format;
    bool done = get_buffer(restored, 0) >= 0;
    if (done) {
        to->width = first.width;
        to->height = first.height;
        std::uint8_t* inside[4] = {to->data[0], to->data[1], to->data[2], to->data[3]};
        const bool is_whole = place.width == first.width && place.height == first.height;
        done = (is_whole || blacken(*to, place, inside)) &&
               scale(first.scaler, from->data, from->linesize, 0, from->height, inside, to->linesize) == place.height &&
               copy_properties(restored, picture) >= 0;
    }
    if (done) {
        unref(picture);
        move(picture, restored);
    }
    free(&restored);
    return done;
}

}  // namespace

namespace segr {

OpensFile::OpensFile(bool is_file) { opens_file = is_file; }

OpensFile::~OpensFile() { opens_file = false; }

}  // namespace segr

SEGR_GUARD int avcodec_open2(void* context, const void* codec, void** options)
{
    static const auto open = next<int (*)(void*, const void*, void**)>("avcodec_open2");
    static const auto set = next<int (*)(void*, const char*, const char*, int)>("av_opt_set");
    forget(context);
    entry_of(context).may_resize = opens_file;
    if (!opens_file) {
        // Threads that decode a frame each, one for every processor, give a frame out when all have one: half a second late on 16 processors.
        // Threads that share the slices of one frame give it out at once.
        set(context, "thread_type", "slice", 0);
    }
    return open(context, codec, options);
}

SEGR_GUARD void avcodec_free_context(void** context)
{
    static const auto free = next<void (*)(void**)>("avcodec_free_context");
    if (context != nullptr) {
        forget(*context);
    }
    free(context);
}

SEGR_GUARD int avcodec_send_packet(void* context, const void* packet)
{
    static const auto send = next<int (*)(void*, const void*)>("avcodec_send_packet");
    return has_ended(context) ? invalid_data : send(context, packet);
}

SEGR_GUARD int avcodec_receive_frame(void* context, void* frame)
{
    static const auto receive = next<int (*)(void*, void*)>("avcodec_receive_frame");
    static const auto unref = next<void (*)(void*)>("av_frame_unref");
    const int result = receive(context, frame);
    const auto* picture = static_cast<const FrameHead*>(frame);
    // Sound has no width.
    if (result < 0 || picture->width <= 0 || picture->height <= 0) {
        return result;
    }
    Decoder& first = entry_of(context);
    if (first.width == 0) {
        first.width = picture->width;
        first.height = picture->height;
        first.format = picture->format;
    }
    const bool is_resized = first.width != picture->width || first.height != picture->height;
    const bool is_other = is_resized || first.format != picture->format;
    if (!first.has_ended && (!is_other || ((!is_resized || first.may_resize) && restore(first, frame)))) {
        last = {context, picture->data[0], is_other};
        return result;
    }
    first.has_ended = true;
    unref(frame);
    return invalid_data;
}

// OpenCV takes the number of rows from the decoder, which has the new size by now, and knows nothing of colours.
SEGR_GUARD int sws_scale(void* scaler, const std::uint8_t* const* from, const int* from_steps, int y, int rows, std::uint8_t* const* to, const int* to_steps)
{
    static const auto scale =
        next<int (*)(void*, const std::uint8_t* const*, const int*, int, int, std::uint8_t* const*, const int*)>("sws_scale");
    if (from != nullptr && from[0] != nullptr && from[0] == last.pixels) {
        const std::lock_guard lock(gate);
        const auto found = decoders().find(last.context);
        if (found != decoders().end()) {
            int& usual = found->second.rows;
            if (!last.is_restored) {
                usual = rows;
            } else if (usual > 0) {
                rows = usual;
            }
            segr::use_colours_of(scaler, last.context);
        }
    }
    return scale(scaler, from, from_steps, y, rows, to, to_steps);
}

#if CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR <= 6
// FFmpeg counts the angle of a display matrix counterclockwise; OpenCV 4.6 takes it for clockwise, so that pictures that lie on their side come
// out upside down; later versions agree with FFmpeg.
SEGR_GUARD double av_display_rotation_get(const std::int32_t* matrix)
{
    static const auto angle_of = next<double (*)(const std::int32_t*)>("av_display_rotation_get");
    const double angle = angle_of(matrix);
    Dl_info caller{};
    const bool is_opencv = dladdr(__builtin_return_address(0), &caller) != 0 && caller.dli_fname != nullptr &&
                           std::strstr(caller.dli_fname, "opencv_videoio") != nullptr;
    return is_opencv ? -angle : angle;
}
#endif
