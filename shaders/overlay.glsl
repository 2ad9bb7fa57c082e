// Pass 3, at the size of the frame: fills and contours over the frame. Tables and result have straight alpha; sums are weighted by alpha.
#include "grid.include.glsl"

uniform sampler2D frameTexture;
uniform sampler2D guideTexture;
uniform usampler2D resolvedTexture;
uniform sampler2D fillTable;        // one texel a label, 256 a row
uniform sampler2D contourTable;
uniform int hasMasks;
uniform int contourStep;            // pixels between two taps of the contour's window, 0 for no contours
uniform ivec2 contourRamp;          // window weight of other labels where a contour begins, and where it is full

out vec4 picture;

uint labelAt(ivec2 pixel)
{
    return texelFetch(resolvedTexture, clamp(pixel, ivec2(0), frameSize - 1), 0).r;
}

ivec4 look(sampler2D table, uint label)
{
    return ivec4((texelFetch(table, ivec2(int(label & 255u), int(label >> 8u)), 0) * 255.0) + 0.5);
}

int kernel3(int offset)
{
    return offset == 0 ? 2 : 1;
}

int kernel5(int offset)
{
    return offset == 0 ? 6 : abs(offset) == 1 ? 4 : 1;
}

void main()
{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    ivec3 color = bytes(texelFetch(frameTexture, pixel, 0));
    if (hasMasks == 0)
    {
        picture = vec4(vec3(color) / 255.0, 1.0);
        return;
    }

    uint own = texelFetch(resolvedTexture, pixel, 0).r;
    ivec2 fraction;
    if (texelFetch(guideTexture, texelOf(pixel, fraction), 0).a > 0.75)
    {
        ivec4 fill = look(fillTable, own);
        picture = vec4(vec3(((color * (255 - fill.a)) + (fill.rgb * fill.a) + 127) / 255) / 255.0, 1.0);
        return;
    }

    ivec3 fillSum = ivec3(0);
    int fillAlpha = 0;
    for (int y = -1; y <= 1; y++)
    {
        for (int x = -1; x <= 1; x++)
        {
            ivec4 fill = look(fillTable, labelAt(pixel + ivec2(x, y)));
            int amount = kernel3(x) * kernel3(y) * fill.a;
            fillSum += amount * fill.rgb;
            fillAlpha += amount;
        }
    }

    color = ((color * (4080 - fillAlpha)) + fillSum + 2040) / 4080;
    if (contourStep > 0)
    {
        int e = 0;
        int lineWeight = 0;
        int lineAlpha = 0;
        ivec3 lineSum = ivec3(0);
        for (int y = -2; y <= 2; y++)
        {
            for (int x = -2; x <= 2; x++)
            {
                uint label = labelAt(pixel + (ivec2(x, y) * contourStep));
                int weight = kernel5(x) * kernel5(y);
                e += label != own ? weight : 0;
                ivec4 line = look(contourTable, label);
                lineSum += weight * line.a * line.rgb;
                lineWeight += weight * line.a;
                lineAlpha = max(lineAlpha, line.a);
            }
        }

        if (e > 0 && lineWeight > 0)
        {
            int strength = clamp(((e - contourRamp.x) * 255) / (contourRamp.y - contourRamp.x), 0, 255);
            int alpha = ((strength * lineAlpha) + 127) / 255;
            ivec3 line = (lineSum + (lineWeight / 2)) / lineWeight;
            color = ((color * (255 - alpha)) + (line * alpha) + 127) / 255;
        }
    }

    picture = vec4(vec3(color) / 255.0, 1.0);
}
