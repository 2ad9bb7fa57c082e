// Text and panels. Straight alpha out; blended with (alpha, 1 - alpha).
uniform usampler2D atlasTexture;    // coverage, 0 to 255

flat in uvec2 atlasPlace;
flat in vec4 color;
in vec2 place;

out vec4 shade;

void main()
{
    uint coverage = 255u;
    if (atlasPlace.x != 65535u)
    {
        coverage = texelFetch(atlasTexture, ivec2(atlasPlace) + ivec2(floor(place)), 0).r;
    }

    shade = vec4(color.rgb, color.a * (float(coverage) / 255.0));
}
