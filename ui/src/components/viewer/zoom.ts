/** Zoom as numbers: `scale` 1 is "fits the window", `x`/`y` move the picture from the centre, in window pixels. */
export interface Zoom { scale: number; x: number; y: number }
export interface Size { width: number; height: number }
export const FIT: Zoom = { scale: 1, x: 0, y: 0 };

/** The largest box with the picture's shape inside the window; never larger than the picture itself unless it is small. */
export function fitBox(picture: Size, view: Size): Size {
  const f = Math.min(view.width / picture.width, view.height / picture.height);
  return { width: picture.width * f, height: picture.height * f };
}

/** How far one may zoom in: twice the picture's own pixels, and at least four times the fitted size. */
export const maxScale = (picture: Size, box: Size, pixelRatio: number): number => Math.max(4, (2 * picture.width) / (box.width * pixelRatio));

/** Keep the picture over the window: no gap opens at an edge that the picture could cover. */
export function clampZoom(z: Zoom, box: Size, view: Size, most: number): Zoom {
  const scale = Math.min(most, Math.max(1, z.scale));
  const room = (size: number, window: number): number => Math.max(0, (size * scale - window) / 2);
  const limit = (v: number, r: number): number => (r === 0 ? 0 : Math.min(r, Math.max(-r, v)));
  return { scale, x: limit(z.x, room(box.width, view.width)), y: limit(z.y, room(box.height, view.height)) };
}

/** Zoom by `factor` so that the point (px, py), measured from the centre of the window, stays under the finger. */
export function zoomAt(z: Zoom, factor: number, px: number, py: number, box: Size, view: Size, most: number): Zoom {
  const scale = Math.min(most, Math.max(1, z.scale * factor)), k = scale / z.scale;
  return clampZoom({ scale, x: px - (px - z.x) * k, y: py - (py - z.y) * k }, box, view, most);
}

const WIDE = 2.5, TALL = 0.35, READABLE = 640;
/** How a picture is shown first: whole, but a panorama as high as the window (one pans), and a very tall one wide enough to be read, from its top. */
export function homeZoom(picture: Size, box: Size, view: Size, most: number): Zoom {
  const ratio = picture.width / picture.height;
  if (ratio >= WIDE && box.height < view.height) return clampZoom({ scale: view.height / box.height, x: 0, y: 0 }, box, view, most);
  if (ratio <= TALL && box.width < view.width) {
    const scale = Math.min(view.width, Math.max(READABLE, box.width), picture.width) / box.width;
    return clampZoom({ scale, x: 0, y: Number.MAX_SAFE_INTEGER }, box, view, most);
  }
  return FIT;
}
