// Pass 5: the picture as the bytes of 3-byte pixels, four bytes a texel, so that reading back is a plain copy with no conversion.
uniform sampler2D pictureTexture;
uniform ivec2 frameSize;

out vec4 stream;

float byteAt(int index, int row)
{
    int column = min(index / 3, frameSize.x - 1);
    vec4 color = texelFetch(pictureTexture, ivec2(column, row), 0);
    int channel = index % 3;
    return channel == 0 ? color.r : channel == 1 ? color.g : color.b;
}

void main()
{
    ivec2 place = ivec2(gl_FragCoord.xy);
    int first = 4 * place.x;
    stream = vec4(byteAt(first, place.y), byteAt(first + 1, place.y), byteAt(first + 2, place.y), byteAt(first + 3, place.y));
}
