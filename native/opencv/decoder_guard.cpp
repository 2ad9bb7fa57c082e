// A guard in front of FFmpeg's decoders. OpenCV 4.6 converts pictures with the size that a stream had when it was opened: after a change of
// size in the middle it reads beyond the picture, and delivers what it finds there. Here such a picture becomes the end of the stream; who
// reads it opens it anew, in the new size.
//
// The functions stand before FFmpeg's own because this library comes first in the scope in which the libraries that it brings along
// look names up. They see every decoder of those, OpenCV's and libavformat's. Where that order is another, they are not called.

#include <dlfcn.h>

#include <cstdint>
#include <mutex>
#include <unordered_map>

#define SEGR_GUARD extern "C" __attribute__((visibility("default")))

namespace {

// The beginning of AVFrame (libavutil/frame.h), the same in all versions since 2012: FFmpeg's headers are not needed for this much.
struct FrameHead {
    std::uint8_t* data[8];
    int linesize[8];
    std::uint8_t** extended_data;
    int width;
    int height;
};

struct Decoder {
    int width = 0;
    int height = 0;
    bool has_changed = false;
};

constexpr int invalid_data = -0x41444E49;  // AVERROR_INVALIDDATA: the letters INDA as a negative number

std::mutex gate;

// Never destroyed: threads of FFmpeg's may still run when the process ends.
std::unordered_map<const void*, Decoder>& decoders()
{
    static auto* all = new std::unordered_map<const void*, Decoder>();
    return *all;
}

void forget(const void* context)
{
    const std::lock_guard lock(gate);
    decoders().erase(context);
}

bool has_changed(const void* context)
{
    const std::lock_guard lock(gate);
    const auto found = decoders().find(context);
    return found != decoders().end() && found->second.has_changed;
}

// True where a picture has another size than the first of its decoder.
bool changes(const void* context, int width, int height)
{
    const std::lock_guard lock(gate);
    auto& decoder = decoders()[context];
    if (decoder.width == 0) {
        decoder.width = width;
        decoder.height = height;
    }
    decoder.has_changed = decoder.has_changed || decoder.width != width || decoder.height != height;
    return decoder.has_changed;
}

template <typename Function>
Function next(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

SEGR_GUARD int avcodec_open2(void* context, const void* codec, void** options)
{
    static const auto open = next<int (*)(void*, const void*, void**)>("avcodec_open2");
    forget(context);
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
    return has_changed(context) ? invalid_data : send(context, packet);
}

SEGR_GUARD int avcodec_receive_frame(void* context, void* frame)
{
    static const auto receive = next<int (*)(void*, void*)>("avcodec_receive_frame");
    static const auto unref = next<void (*)(void*)>("av_frame_unref");
    const int result = receive(context, frame);
    const auto* head = static_cast<const FrameHead*>(frame);
    // Sound has no width.
    if (result < 0 || head->width <= 0 || head->height <= 0 || !changes(context, head->width, head->height)) {
        return result;
    }
    unref(frame);
    return invalid_data;
}
