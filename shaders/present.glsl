// The picture in a window, with its aspect kept and bars beside it. This is the one place where the picture is turned over, since row 0 of
// a window is at the bottom, and where its channels are put into red, green, blue order.
uniform sampler2D pictureTexture;
uniform ivec4 viewport;             // left, top, width and height of the picture in the window, from the window's top left corner
uniform ivec2 targetSize;
uniform int isBgr;

out vec4 shade;

void main()
{
    vec2 pixel = vec2(gl_FragCoord.x, float(targetSize.y) - gl_FragCoord.y);
    vec2 place = (pixel - vec2(viewport.xy)) / vec2(viewport.zw);
    vec3 color = texture(pictureTexture, place).rgb;
    bool inside = all(greaterThanEqual(place, vec2(0.0))) && all(lessThan(place, vec2(1.0)));
    shade = vec4(inside ? (isBgr == 1 ? color.bgr : color) : vec3(0.0), 1.0);
}
