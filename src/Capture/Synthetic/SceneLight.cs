using System.Numerics;

namespace OpenSegR.Realtime.Capture.Synthetic;

/// <summary>Light of one moment. Colours are linear; directions point towards the light, y up, z away from the camera.</summary>
internal readonly record struct SceneLight(Vector3 Direction, Vector3 Sun, Vector3 SkyAmbient, Vector3 GroundAmbient, float Exposure);
