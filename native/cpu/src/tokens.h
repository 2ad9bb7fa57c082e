#pragma once

#include <cstdint>

#include "dense.h"

// Kernels on tokens, rows of channels: norms, bilinear resize, attention, and 3x3 convolutions by Winograd's method. As in kernels.h each
// works on a range of its task and is already checked. Letters as in README.md.

namespace segr::cpu {

/// Layer norm over channels. `output` may be `input`.
struct LayerNormTask {
  int64_t channels = 0;
  const float* input = nullptr;  // [T, C]
  const float* scale = nullptr;  // [C]
  const float* shift = nullptr;  // [C]
  float epsilon = 0;
  float* output = nullptr;  // [T, C]
};

/// Group norm over all rows and the channels of each group. `output` may be `input`.
struct GroupNormTask {
  int64_t rows = 0;
  int64_t channels = 0;
  int64_t groups = 0;
  const float* input = nullptr;  // [T, C]
  const float* scale = nullptr;  // [C]
  const float* shift = nullptr;  // [C]
  float epsilon = 0;
  Activation activation = Activation::none;
  float* output = nullptr;  // [T, C]

  static constexpr int64_t blockRows = 64;
  int64_t blocks() const { return (rows + blockRows - 1) / blockRows; }

  float* moments = nullptr;  // [blocks][2][C]: mean of each channel in the block, and sum of squared distances from it
  float* factors = nullptr;  // [2][C]: what distances from the mean are multiplied with, and the mean
};

/// Group norm in three steps: blocks of rows, then once over all of them, then rows.
struct GroupNormKernels {
  void (*moments)(const GroupNormTask& task, int64_t beginBlock, int64_t endBlock);
  void (*factors)(const GroupNormTask& task);
  void (*apply)(const GroupNormTask& task, int64_t beginRow, int64_t endRow);
};

/// Bilinear resize, half-pixel centres, borders repeated, channels last. `output` may be `residual`.
struct ResizeTask {
  int64_t height = 0, width = 0, channels = 0;
  int64_t outputHeight = 0, outputWidth = 0;
  const float* input = nullptr;     // [N, H, W, C]
  const float* residual = nullptr;  // [N, H', W', C] or null: added
  float* output = nullptr;          // [N, H', W', C]
};

/// Attention of queries to keys where masks say so.
struct AttentionTask {
  int64_t queries = 0;            // Q
  int64_t keys = 0;               // T
  int64_t heads = 0;              // M
  int64_t channels = 0;           // D, of each head
  const float* query = nullptr;   // [Q, M*D]
  const float* key = nullptr;     // [T, M*D]
  const float* value = nullptr;   // [T, M*D]
  const float* logits = nullptr;  // [T, Q] or null: a key below zero is not seen, unless that leaves the query none
  float* output = nullptr;        // [Q, M*D]
};

struct AttentionKernels {
  /// Queries that run() takes at a time.
  int64_t (*blockRows)(const AttentionTask& task);

  /// Floats of scratch memory that run() needs.
  int64_t (*scratchWords)(const AttentionTask& task);

  /// Computes some of the M * ceil(Q / blockRows) (head, block of queries). `scratch` is aligned to 64 bytes.
  void (*run)(const AttentionTask& task, int64_t begin, int64_t end, float* scratch);
};

/// A 3x3 convolution of stride 1 with channels last, by Winograd's F(2x2, 3x3): output pixels come in tiles of 2 x 2, made from windows of
/// 4 x 4 by 16 products instead of 36.
struct WinogradTask {
  RowSource source;
  int64_t outputs = 0;               // O
  const uint32_t* packed = nullptr;  // as WinogradKernels::pack left it
  const float* bias = nullptr;       // padded with zeros to whole panels
  Activation activation = Activation::none;
  float* output = nullptr;  // [N, H', W', O]

  static constexpr int64_t side = 2;
  int64_t tilesAcross() const { return (source.outputWidth + side - 1) / side; }
  int64_t tilesDown() const { return (source.outputHeight + side - 1) / side; }
};

struct WinogradKernels {
  /// 4-byte words that pack() writes for weights [O, C, 3, 3].
  int64_t (*packedWords)(int64_t outputs, int64_t channels);
  void (*pack)(const float* weights, int64_t outputs, int64_t channels, uint32_t* packed);

  /// Tiles that run() works on at a time.
  int64_t (*tileBlock)(const WinogradTask& task);

  /// 4-byte words of scratch memory that run() needs for blocks of `tiles` tiles.
  int64_t (*scratchWords)(const WinogradTask& task, int64_t tiles);

  /// Computes tiles [begin, end) of the N * tilesDown * tilesAcross in blocks of at most `tiles`. `scratch` is aligned to 64 bytes.
  void (*run)(const WinogradTask& task, int64_t begin, int64_t end, int64_t tiles, uint32_t* scratch);
};

/// The kernels of one instruction level.
struct TokenKernels {
  void (*layerNorm)(const LayerNormTask& task, int64_t beginRow, int64_t endRow);
  GroupNormKernels groupNorm;

  /// Computes some of the N * H' output rows.
  void (*resize)(const ResizeTask& task, int64_t beginRow, int64_t endRow);
  AttentionKernels attention;
  WinogradKernels winograd;
};

}  // namespace segr::cpu
