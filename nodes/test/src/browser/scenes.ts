// Painted landscapes instead of photos: hills, sea, sun and trees from a seed. For pictures of the product that contain nobody's photos.
import sharp from 'sharp';

const PALETTES = [
  { sky: ['#fde1c4', '#f29b77', '#b0527a'], land: ['#7c4a6b', '#573a5e', '#33274a'], sun: '#fff3d6' },
  { sky: ['#dff1fb', '#9fd0ee', '#5aa0d2'], land: ['#7fa86a', '#557f4d', '#345a3c'], sun: '#fffbe6' },
  { sky: ['#fff4dc', '#ffd08a', '#f0955a'], land: ['#b9733f', '#8a4f31', '#5a3426'], sun: '#ffffff' },
  { sky: ['#cfd8ea', '#8ea0c8', '#4c5f96'], land: ['#3f5f7d', '#2c4763', '#1b2f47'], sun: '#f6f1ff' },
  { sky: ['#e9f7ee', '#b4dfc4', '#6fb5a0'], land: ['#4e8f86', '#35706c', '#214e50'], sun: '#fefce8' },
  { sky: ['#f4e3ef', '#d4a5c9', '#8c6aa8'], land: ['#5f5a8a', '#45406d', '#2b2950'], sun: '#fff0f6' },
];

function ridge(next: () => number, width: number, height: number, base: number, rough: number): string {
  const points: string[] = [`0,${height}`];
  const waves = Array.from({ length: 4 }, () => ({ f: 0.5 + next() * 5, a: next() * rough, p: next() * 6.3 }));
  for (let x = 0; x <= width; x += width / 60) points.push(`${x.toFixed(0)},${(base + waves.reduce((y, w) => y + Math.sin((x / width) * w.f * 6.3 + w.p) * w.a, 0)).toFixed(0)}`);
  return [...points, `${width},${height}`].join(' ');
}

/** Scene `n` as a JPEG taken at `taken` (`yyyy:mm:dd hh:mm:ss`). The same `next` gives the same picture. */
export async function scene(next: () => number, taken: string): Promise<Buffer> {
  const portrait = next() < 0.25;
  const [width, height] = portrait ? [900, 1200] : next() < 0.15 ? [2000, 800] : [1200, 900];
  const { sky, land, sun } = PALETTES[Math.floor(next() * PALETTES.length)]!;
  const horizon = height * (0.45 + next() * 0.25);
  const trees = next() < 0.6 ? Array.from({ length: 5 + Math.floor(next() * 25) }, () => {
    const x = next() * width, s = 20 + next() * 60, y = height - next() * height * 0.12;
    return `<polygon points="${x},${y - s * 2.4} ${x - s * 0.6},${y} ${x + s * 0.6},${y}" fill="${land[2]}"/>`;
  }).join('') : '';
  const water = next() < 0.4 ? `<rect y="${height * 0.78}" width="${width}" height="${height * 0.22}" fill="${sky[1]}" opacity="0.75"/>` : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${sky[2]}"/><stop offset="0.6" stop-color="${sky[1]}"/><stop offset="1" stop-color="${sky[0]}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#s)"/><circle cx="${next() * width}" cy="${horizon * (0.3 + next() * 0.6)}" r="${40 + next() * 60}" fill="${sun}" opacity="0.9"/>
    ${land.map((c, i) => `<polygon points="${ridge(next, width, height, horizon + i * height * 0.12, height * 0.06)}" fill="${c}"/>`).join('')}${water}${trees}</svg>`;
  return sharp(Buffer.from(svg)).withExif({ IFD0: { Make: 'Mantel', Model: 'Paint box' }, IFD2: { DateTimeOriginal: taken } }).jpeg({ quality: 88 }).toBuffer();
}
