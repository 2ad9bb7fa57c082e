// Pass 1, at the size of the label map. RGB: mean of the 2 x 2 pixels at the texel's centre, which stands for the texel's colour.
// A: 0 where the 3 x 3 texels around are of several labels, 0.5 where they are of one, 1 where all texels within calmRadius are of one,
// so that later passes can skip their work.
#include "grid.include.glsl"

uniform sampler2D frameTexture;
uniform usampler2D labelTexture;
uniform ivec2 calmRadius;
uniform int lastLabel;

out vec4 guide;

uint labelAt(ivec2 texel)
{
    return min(texelFetch(labelTexture, clamp(texel, ivec2(0), mapSize - 1), 0).r, uint(lastLabel));
}

bool alike(ivec2 texel, uint label, ivec2 radius)
{
    for (int y = -radius.y; y <= radius.y; y++)
    {
        for (int x = -radius.x; x <= radius.x; x++)
        {
            if (labelAt(texel + ivec2(x, y)) != label)
            {
                return false;
            }
        }
    }

    return true;
}

void main()
{
    ivec2 texel = ivec2(gl_FragCoord.xy);
    ivec2 span = ivec2(greaterThanEqual(frameSize, 2 * mapSize));
    ivec2 centre = (((2 * texel) + 1) * frameSize) / (2 * mapSize);
    ivec2 high = min(centre, frameSize - 1);
    ivec2 low = clamp(centre - span, ivec2(0), frameSize - 1);
    ivec3 sum = bytes(texelFetch(frameTexture, low, 0)) + bytes(texelFetch(frameTexture, ivec2(high.x, low.y), 0))
        + bytes(texelFetch(frameTexture, ivec2(low.x, high.y), 0)) + bytes(texelFetch(frameTexture, high, 0));

    uint label = labelAt(texel);
    float calm = !alike(texel, label, ivec2(1)) ? 0.0 : alike(texel, label, calmRadius) ? 1.0 : 0.5;
    guide = vec4(vec3((sum + 2) >> 2) / 255.0, calm);
}
