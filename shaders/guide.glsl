// At the size of the label map: the mean of the 2 x 2 pixels at each texel's centre, which stands for the texel's colour.
#include "grid.include.glsl"

uniform usampler2D frameTexture;

out uvec4 guide;

void main()
{
    ivec2 texel = ivec2(gl_FragCoord.xy);
    ivec2 span = ivec2(greaterThanEqual(frameSize, 2 * mapSize));
    ivec2 centre = (((2 * texel) + 1) * frameSize) / (2 * mapSize);
    ivec2 high = min(centre, frameSize - 1);
    ivec2 low = clamp(centre - span, ivec2(0), frameSize - 1);
    uvec4 sum = texelFetch(frameTexture, low, 0) + texelFetch(frameTexture, ivec2(high.x, low.y), 0)
        + texelFetch(frameTexture, ivec2(low.x, high.y), 0) + texelFetch(frameTexture, high, 0);
    guide = (sum + 2u) >> 2u;
}
