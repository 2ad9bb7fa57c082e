// In the pixels of texels whose neighbours are of several labels: the label by joint bilateral upsampling (Kopf et al., 2007).
// Each of the 3 x 3 texels around votes for its label with B (1 + (R^2 >> 8)): B is its quadratic B-spline weight at the pixel, R falls
// with the distance between the pixel's colour and the texel's guide colour.
#include "grid.include.glsl"
#include "labels.include.glsl"

uniform usampler2D frameTexture;
uniform usampler2D guideTexture;

out uint resolved;

const int EdgeK = 144;

ivec2 pixel;
ivec2 texel;
ivec3 color;

// Votes of one row of texels, and their labels.
ivec3 votes(int row, ivec3 columnWeights, int rowWeight, out uvec3 labels)
{
    ivec3 result;
    for (int column = 0; column < 3; column++)
    {
        ivec2 place = clamp(texel + ivec2(column - 1, row), ivec2(0), mapSize - 1);
        ivec3 difference = color - ivec3(texelFetch(guideTexture, place, 0).rgb);
        ivec3 squared = difference * difference;
        int r = divide(256 * EdgeK, EdgeK + ((squared.r + squared.g + squared.b) >> 2));
        result[column] = columnWeights[column] * rowWeight * (1 + ((r * r) >> 8));
        labels[column] = labelAt(place);
    }

    return result;
}

void main()
{
    pixel = ivec2(gl_FragCoord.xy);
    ivec2 fraction;
    texel = texelOf(pixel, fraction);
    color = ivec3(texelFetch(frameTexture, pixel, 0).rgb);
    ivec2 before = ((256 - fraction) * (256 - fraction)) >> 9;
    ivec2 after = (fraction * fraction) >> 9;
    ivec2 at = 256 - before - after;
    ivec3 columns = ivec3(before.x, at.x, after.x);

    uvec3 labels[3];
    ivec3 above = votes(-1, columns, before.y, labels[0]);
    ivec3 middle = votes(0, columns, at.y, labels[1]);
    ivec3 below = votes(1, columns, after.y, labels[2]);

    // In reading order, and only a larger sum wins: the first label does where two are equal.
    int best = -1;
    for (int tap = 0; tap < 9; tap++)
    {
        uvec3 label = uvec3(labels[tap / 3][tap % 3]);
        ivec3 sums = (above * ivec3(equal(labels[0], label))) + (middle * ivec3(equal(labels[1], label)))
            + (below * ivec3(equal(labels[2], label)));
        int sum = sums.x + sums.y + sums.z;
        resolved = sum > best ? label.x : resolved;
        best = max(best, sum);
    }
}
