// A label map laid over a frame, in whole numbers so that every device, and the CPU compositor, gets the same picture.
// Frame of frameSize pixels, map of mapSize texels, both with row 0 at the top.
uniform ivec2 frameSize;
uniform ivec2 mapSize;

// Exact quotient of numbers up to 2^24, whatever the precision of the device's float division.
int divide(int a, int b)
{
    int q = int(float(a) / float(b));
    int r = a - (q * b);
    return r < 0 ? q - 1 : r >= b ? q + 1 : q;
}

// Texel of a pixel's centre, and the position of the centre within the texel in 1/256.
ivec2 texelOf(ivec2 pixel, out ivec2 fraction)
{
    ivec2 scaled = ((2 * pixel) + 1) * mapSize;
    ivec2 whole = scaled / (2 * frameSize);
    fraction = ((scaled - (whole * 2 * frameSize)) * 256) / (2 * frameSize);
    return whole;
}

// round(x / 255) for 0 to 65535.
ivec3 div255(ivec3 x)
{
    ivec3 t = x + 128;
    return (t + (t >> 8)) >> 8;
}
