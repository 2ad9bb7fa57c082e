// Pass 2, at the size of the frame: the label of every pixel, by joint bilateral upsampling of the label map (Kopf et al., 2007).
// Each of the 3 x 3 texels around votes for its label with B (1 + (R^2 >> 8)): B is its quadratic B-spline weight at the pixel, R falls
// with the distance between the pixel's colour and the texel's guide colour.
#include "grid.include.glsl"

uniform sampler2D frameTexture;
uniform usampler2D labelTexture;
uniform sampler2D guideTexture;
uniform int lastLabel;

out uint resolved;

const int EdgeK = 81;

void main()
{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    ivec2 fraction;
    ivec2 texel = texelOf(pixel, fraction);
    uint own = min(texelFetch(labelTexture, texel, 0).r, uint(lastLabel));
    if (texelFetch(guideTexture, texel, 0).a > 0.25)
    {
        resolved = own;
        return;
    }

    ivec3 color = bytes(texelFetch(frameTexture, pixel, 0));
    ivec2 before = ((256 - fraction) * (256 - fraction)) >> 9;
    ivec2 after = (fraction * fraction) >> 9;
    ivec2 at = 256 - before - after;

    uint labels[9];
    int votes[9];
    for (int tap = 0; tap < 9; tap++)
    {
        ivec2 offset = ivec2(tap % 3, tap / 3) - 1;
        ivec2 place = clamp(texel + offset, ivec2(0), mapSize - 1);
        ivec3 difference = color - bytes(texelFetch(guideTexture, place, 0));
        ivec3 squared = difference * difference;
        int r = divide(256 * EdgeK, EdgeK + ((squared.r + squared.g + squared.b) >> 2));
        int bx = offset.x < 0 ? before.x : offset.x > 0 ? after.x : at.x;
        int by = offset.y < 0 ? before.y : offset.y > 0 ? after.y : at.y;
        labels[tap] = min(texelFetch(labelTexture, place, 0).r, uint(lastLabel));
        votes[tap] = bx * by * (1 + ((r * r) >> 8));
    }

    // The sum at a label's first texel is its whole sum; later ones are smaller or equal, and only a larger one wins.
    int best = -1;
    for (int tap = 0; tap < 9; tap++)
    {
        int sum = 0;
        for (int other = tap; other < 9; other++)
        {
            sum += labels[other] == labels[tap] ? votes[other] : 0;
        }

        if (sum > best)
        {
            best = sum;
            resolved = labels[tap];
        }
    }
}
