// Rectangles of pixels, two triangles each, from a texture of (left, top, right, bottom): a pass that has work in a few places only is
// drawn in those places only.
uniform usampler2D rectTexture;     // 256 rectangles a row
uniform ivec2 targetSize;

void main()
{
    int rect = gl_VertexID / 6;
    int corner = gl_VertexID - (6 * rect);
    uvec4 sides = texelFetch(rectTexture, ivec2(rect & 255, rect >> 8), 0);
    bool right = corner == 1 || corner == 2 || corner == 4;
    bool bottom = corner == 2 || corner >= 4;
    vec2 place = vec2(right ? sides.z : sides.x, bottom ? sides.w : sides.y);
    gl_Position = vec4(((place * 2.0) / vec2(targetSize)) - 1.0, 0.0, 1.0);
}
