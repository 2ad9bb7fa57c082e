// Rectangles of one colour each, two triangles a rectangle, from a texture of two texels a rectangle:
// (left, top, width, height) and (atlas column or 65535, atlas row, first two channels, third channel and alpha).
uniform usampler2D quadTexture;     // 256 rectangles a row
uniform ivec2 targetSize;
uniform int isFlipped;              // 1 where row 0 of the target is at the bottom of the picture

flat out uvec2 atlasPlace;
flat out vec4 color;
out vec2 place;

int signed16(uint value)
{
    return value < 32768u ? int(value) : int(value) - 65536;
}

void main()
{
    int quad = gl_VertexID / 6;
    int corner = gl_VertexID - (6 * quad);
    ivec2 texel = ivec2(2 * (quad & 255), quad >> 8);
    uvec4 box = texelFetch(quadTexture, texel, 0);
    uvec4 look = texelFetch(quadTexture, texel + ivec2(1, 0), 0);
    place = vec2(corner == 1 || corner == 2 || corner == 4 ? box.z : 0u, corner == 2 || corner >= 4 ? box.w : 0u);
    atlasPlace = look.xy;
    color = vec4(look.z & 255u, look.z >> 8u, look.w & 255u, look.w >> 8u) / 255.0;
    vec2 pixel = vec2(signed16(box.x), signed16(box.y)) + place;
    vec2 position = ((pixel * 2.0) / vec2(targetSize)) - 1.0;
    gl_Position = vec4(position.x, isFlipped == 1 ? -position.y : position.y, 0.0, 1.0);
}
