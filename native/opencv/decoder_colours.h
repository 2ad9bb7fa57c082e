#pragma once

namespace segr {

/// Has a converter to red, green and blue take the colours of a decoder's pictures for what the file says they are.
/// \param scaler the converter (SwsContext)
/// \param decoder the decoder (AVCodecContext) of the picture that comes next
void use_colours_of(void* scaler, void* decoder);

}  // namespace segr
