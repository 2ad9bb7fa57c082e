// In the pixels of texels near a boundary: fills averaged over 3 x 3 pixels, and contours. Sums are weighted by alpha, so that a
// transparent neighbour lends no colour.
#include "grid.include.glsl"
#include "tables.include.glsl"

uniform usampler2D frameTexture;
uniform usampler2D resolvedTexture;
uniform usampler2D contourTable;
uniform int contourStep;            // pixels between two taps of the contour's window, 0 for no contours
uniform ivec2 contourRamp;          // weight of other labels in the window where a contour begins, and where it is full

out vec4 picture;

uint labelAt(ivec2 pixel)
{
    return texelFetch(resolvedTexture, clamp(pixel, ivec2(0), frameSize - 1), 0).r;
}

int kernel3(int offset)
{
    return max(0, 2 - abs(offset));
}

int kernel5(int offset)
{
    return offset == 0 ? 6 : abs(offset) == 1 ? 4 : 1;
}

void main()
{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    uint own = labelAt(pixel);

    // Nearly every window is of one or two labels. Then the weights of what is not the pixel's own label say it all.
    int fillOther = 0;
    int lineOther = 0;
    uint lowest = 0xFFFFFFFFu;
    uint highest = 0u;
    for (int tap = 0; tap < 9; tap++)
    {
        ivec2 offset = ivec2(tap % 3, tap / 3) - 1;
        uint label = labelAt(pixel + offset);
        bool other = label != own;
        fillOther += other ? kernel3(offset.x) * kernel3(offset.y) : 0;
        lowest = other ? min(lowest, label) : lowest;
        highest = other ? max(highest, label) : highest;
    }

    int lineTaps = contourStep > 0 ? 25 : 0;
    for (int tap = 0; tap < lineTaps; tap++)
    {
        ivec2 offset = ivec2(tap % 5, tap / 5) - 2;
        uint label = labelAt(pixel + (offset * contourStep));
        bool other = label != own;
        lineOther += other ? kernel5(offset.x) * kernel5(offset.y) : 0;
        lowest = other ? min(lowest, label) : lowest;
        highest = other ? max(highest, label) : highest;
    }

    uint second = lowest == 0xFFFFFFFFu ? own : lowest;
    ivec4 ownFill = look(fillTable, own);
    ivec4 secondFill = look(fillTable, second);
    int fillAlpha = ((16 - fillOther) * ownFill.a) + (fillOther * secondFill.a);
    ivec3 fillSum = ((16 - fillOther) * ownFill.a * ownFill.rgb) + (fillOther * secondFill.a * secondFill.rgb);
    ivec4 ownLine = look(contourTable, own);
    ivec4 secondLine = look(contourTable, second);
    int lineWeight = ((256 - lineOther) * ownLine.a) + (lineOther * secondLine.a);
    ivec3 lineSum = ((256 - lineOther) * ownLine.a * ownLine.rgb) + (lineOther * secondLine.a * secondLine.rgb);
    int lineAlpha = max(ownLine.a, secondLine.a);

    // Three labels or more meet: walk the windows again and look up every colour. The number of turns depends on the pixel, because some
    // software rasterisers run both sides of every branch, but leave a loop once no pixel of a group needs it.
    int fillTurns = second < highest ? 9 : 0;
    for (int tap = 0; tap < fillTurns; tap++)
    {
        ivec2 offset = ivec2(tap % 3, tap / 3) - 1;
        ivec4 fill = look(fillTable, labelAt(pixel + offset));
        int amount = kernel3(offset.x) * kernel3(offset.y) * fill.a;
        fillAlpha = (tap == 0 ? 0 : fillAlpha) + amount;
        fillSum = (tap == 0 ? ivec3(0) : fillSum) + (amount * fill.rgb);
    }

    int lineTurns = second < highest ? lineTaps : 0;
    for (int tap = 0; tap < lineTurns; tap++)
    {
        ivec2 offset = ivec2(tap % 5, tap / 5) - 2;
        ivec4 line = look(contourTable, labelAt(pixel + (offset * contourStep)));
        int amount = kernel5(offset.x) * kernel5(offset.y) * line.a;
        lineWeight = (tap == 0 ? 0 : lineWeight) + amount;
        lineSum = (tap == 0 ? ivec3(0) : lineSum) + (amount * line.rgb);
        lineAlpha = tap == 0 ? line.a : max(lineAlpha, line.a);
    }

    ivec3 color = ivec3(texelFetch(frameTexture, pixel, 0).rgb);
    color = ((color * (4080 - fillAlpha)) + fillSum + 2040) / 4080;
    int strength = clamp(((lineOther - contourRamp.x) * 255) / (contourRamp.y - contourRamp.x), 0, 255);
    int alpha = lineOther > 0 && lineWeight > 0 ? div255(ivec3(strength * lineAlpha)).x : 0;
    ivec3 line = (lineSum + (lineWeight / 2)) / max(lineWeight, 1);
    picture = vec4(vec3(div255((color * (255 - alpha)) + (line * alpha))) / 255.0, 1.0);
}
