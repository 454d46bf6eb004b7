import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clampZoom, FIT, fitBox, homeZoom, maxScale, zoomAt } from './zoom.ts';

const view = { width: 1200, height: 800 };
const picture = { width: 4000, height: 3000 };
const box = fitBox(picture, view);

test('the box fits and keeps the shape', () => {
  expect(box.height).toBeCloseTo(800);
  expect(box.width / box.height).toBeCloseTo(4 / 3);
  expect(maxScale(picture, box, 1)).toBeCloseTo((2 * 4000) / box.width);
  expect(maxScale({ width: 100, height: 100 }, fitBox({ width: 100, height: 100 }, view), 1)).toBe(4);
});

test('the point under the pointer stays there while both edges allow it', () => {
  const once = zoomAt(FIT, 3, 100, -50, box, view, 8);
  const twice = zoomAt(once, 1.5, 100, -50, box, view, 8);
  const under = (z: typeof once): [number, number] => [(100 - z.x) / z.scale, (-50 - z.y) / z.scale];
  expect(under(twice)[0]).toBeCloseTo(under(once)[0]);
  expect(under(twice)[1]).toBeCloseTo(under(once)[1]);
});

test('zooming out again ends exactly at the fitted picture', () => {
  const z = zoomAt(zoomAt(FIT, 5, 300, 200, box, view, 8), 0.01, -100, 40, box, view, 8);
  expect(z).toEqual({ scale: 1, x: 0, y: 0 });
});

test('never beyond the limits, and no gap at an edge that can be covered', () => {
  fc.assert(fc.property(fc.double({ min: 0.1, max: 20, noNaN: true }), fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: -9999, max: 9999 }), (scale, x, y) => {
    const z = clampZoom({ scale, x, y }, box, view, 8);
    expect(z.scale).toBeGreaterThanOrEqual(1);
    expect(z.scale).toBeLessThanOrEqual(8);
    if (box.width * z.scale >= view.width) expect((box.width * z.scale) / 2 - Math.abs(z.x)).toBeGreaterThanOrEqual(view.width / 2 - 1e-6);
    else expect(z.x).toBe(0);
  }));
});

test('a panorama starts as high as the window, a long page as wide as can be read, all others whole', () => {
  const home = (width: number, height: number, v = view) => { const b = fitBox({ width, height }, v); return { b, z: homeZoom({ width, height }, b, v, maxScale({ width, height }, b, 1)) }; };
  const pano = home(8000, 2000);
  expect(pano.b.height * pano.z.scale).toBeCloseTo(view.height);
  expect(pano.z.x).toBe(0);
  const phone = { width: 360, height: 740 }, wide = home(12_000, 2400, phone);
  expect(wide.b.height * wide.z.scale).toBeCloseTo(phone.height);
  const page = home(1080, 12_000);
  expect(page.b.width * page.z.scale).toBeCloseTo(640);
  expect((page.b.height * page.z.scale) / 2 - page.z.y).toBeCloseTo(view.height / 2); // its top at the top of the window
  expect(home(4000, 3000).z).toEqual(FIT);
  expect(home(3000, 4000).z).toEqual(FIT);
  expect(home(3000, 1).z.scale).toBeLessThanOrEqual(maxScale({ width: 3000, height: 1 }, home(3000, 1).b, 1));
});
