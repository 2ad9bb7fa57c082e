// At the size of the frame: each pixel's own fill over the frame, or the frame alone. Where labels meet, boundary.glsl draws over it.
#include "grid.include.glsl"
#include "tables.include.glsl"

uniform usampler2D frameTexture;
uniform usampler2D resolvedTexture;
uniform int hasMasks;

out vec4 picture;

void main()
{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    ivec3 color = ivec3(texelFetch(frameTexture, pixel, 0).rgb);
    ivec4 fill = look(fillTable, texelFetch(resolvedTexture, pixel * hasMasks, 0).r) * hasMasks;
    picture = vec4(vec3(div255((color * (255 - fill.a)) + (fill.rgb * fill.a))) / 255.0, 1.0);
}
