// The label map, and its labels as the tables know them: void, and what no table has, is the last.
uniform usampler2D labelTexture;
uniform int lastLabel;

uint labelAt(ivec2 texel)
{
    return min(texelFetch(labelTexture, texel, 0).r, uint(lastLabel));
}
