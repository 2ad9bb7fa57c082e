// Multi-scale deformable attention for training on a CPU: forward and backward, channels of a head contiguous.
// value [B, S, M, D], locations [B, Q, M, L, P, 2] as (x, y) in [0, 1], weights [B, Q, M, L, P], out [B, Q, M, D]; shapes [L, 2] as (h, w).
#include <cmath>
#include <cstdint>

namespace {
struct Corners {
    int64_t offset[4];
    float weight[4], dx[4], dy[4];
    int count;
};

// The up to four cells around a place, with their bilinear weights and the weights' derivatives; cells outside count as zero.
inline Corners corners(float x, float y, int64_t h, int64_t w, int64_t start, int64_t stride) {
    Corners c;
    c.count = 0;
    x = x * w - 0.5f;
    y = y * h - 0.5f;
    if (!(x > -1 && y > -1 && x < w && y < h)) return c;
    const float fx = std::floor(x), fy = std::floor(y), u = x - fx, v = y - fy;
    for (int k = 0; k < 4; k++) {
        const int64_t cx = static_cast<int64_t>(fx) + (k & 1), cy = static_cast<int64_t>(fy) + (k >> 1);
        if (cx < 0 || cy < 0 || cx >= w || cy >= h) continue;
        const float a = k & 1 ? u : 1 - u, b = k >> 1 ? v : 1 - v;
        c.offset[c.count] = (start + cy * w + cx) * stride;
        c.weight[c.count] = a * b;
        c.dx[c.count] = (k & 1 ? b : -b) * w;
        c.dy[c.count] = (k >> 1 ? a : -a) * h;
        c.count++;
    }
    return c;
}
}  // namespace

extern "C" void forward(const float* value, const int64_t* shapes, const float* locations, const float* weights, float* out,
                        int64_t B, int64_t S, int64_t M, int64_t D, int64_t Q, int64_t L, int64_t P) {
    for (int64_t i = 0; i < B * Q * M; i++) {
        const int64_t m = i % M, b = i / (Q * M);
        const float* base = value + (b * S * M + m) * D;
        float* target = out + i * D;
        for (int64_t d = 0; d < D; d++) target[d] = 0;
        for (int64_t l = 0, start = 0; l < L; start += shapes[2 * l] * shapes[2 * l + 1], l++)
            for (int64_t p = 0; p < P; p++) {
                const int64_t k = (i * L + l) * P + p;
                const Corners c = corners(locations[2 * k], locations[2 * k + 1], shapes[2 * l], shapes[2 * l + 1], start, M * D);
                for (int j = 0; j < c.count; j++) {
                    const float factor = c.weight[j] * weights[k];
                    for (int64_t d = 0; d < D; d++) target[d] += factor * base[c.offset[j] + d];
                }
            }
    }
}

// The three gradients; grad_value must be zero on entry, the others are overwritten.
extern "C" void backward(const float* value, const int64_t* shapes, const float* locations, const float* weights, const float* grad,
                         float* grad_value, float* grad_locations, float* grad_weights,
                         int64_t B, int64_t S, int64_t M, int64_t D, int64_t Q, int64_t L, int64_t P) {
    for (int64_t i = 0; i < B * Q * M; i++) {
        const int64_t m = i % M, b = i / (Q * M);
        const float* base = value + (b * S * M + m) * D;
        float* grad_base = grad_value + (b * S * M + m) * D;
        const float* source = grad + i * D;
        for (int64_t l = 0, start = 0; l < L; start += shapes[2 * l] * shapes[2 * l + 1], l++)
            for (int64_t p = 0; p < P; p++) {
                const int64_t k = (i * L + l) * P + p;
                const Corners c = corners(locations[2 * k], locations[2 * k + 1], shapes[2 * l], shapes[2 * l + 1], start, M * D);
                float gx = 0, gy = 0, gw = 0;
                for (int j = 0; j < c.count; j++) {
                    const float factor = c.weight[j] * weights[k];
                    float product = 0;
                    for (int64_t d = 0; d < D; d++) {
                        product += source[d] * base[c.offset[j] + d];
                        grad_base[c.offset[j] + d] += factor * source[d];
                    }
                    gw += c.weight[j] * product;
                    gx += c.dx[j] * product;
                    gy += c.dy[j] * product;
                }
                grad_weights[k] = gw;
                grad_locations[2 * k] = gx * weights[k];
                grad_locations[2 * k + 1] = gy * weights[k];
            }
    }
}
