// At the size of the frame: every pixel has the label of its texel. Where texels disagree, resolve.glsl draws over it.
#include "grid.include.glsl"
#include "labels.include.glsl"

out uint resolved;

void main()
{
    ivec2 fraction;
    resolved = labelAt(texelOf(ivec2(gl_FragCoord.xy), fraction));
}
