/** An AVIF sequence that holds a still, too, as libavif writes them: libvips goes by the main brand and knows only that of stills. null: it is no such file. */
export function stillOf(file: Buffer): Buffer | null {
  if (file.toString('latin1', 4, 12) !== 'ftypavis') return null;
  const still = Buffer.from(file);
  still.write('avif', 8, 'latin1');
  return still;
}
