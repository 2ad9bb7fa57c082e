// Colours of labels: straight alpha, one texel a label, 256 a row.
uniform usampler2D fillTable;

ivec4 look(usampler2D table, uint label)
{
    return ivec4(texelFetch(table, ivec2(int(label & 255u), int(label >> 8u)), 0));
}
