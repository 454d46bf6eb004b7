// The contract of a plugin that says what is on a photo. It runs on any worker and is a pure function of its input: the same photo, the same answer.

/** Interleaved 8-bit samples, top row first: `data.length === width * height * channels`. */
export interface Pixels { data: Uint8Array; width: number; height: number; channels: 1 | 3 | 4 }
export interface PixelsWish { width?: number; height?: number; fit?: 'inside' | 'cover' | 'fill'; channels?: 1 | 3; /** Fractions of the picture, before it is scaled. */ crop?: { x: number; y: number; w: number; h: number } }
export interface Tensor { type: 'float32' | 'uint8' | 'int32' | 'int64'; dims: readonly number[]; data: Float32Array | Uint8Array | Int32Array | BigInt64Array }

export interface TaggerInput { assetId: string; type: 'image' | 'video'; mime: string; width: number; height: number; originalName: string; takenAtLocal: string; gps: { lat: number; lon: number } | null }
/** `score` 0 to 1; `box` fractions of the displayed picture. `vector`: of the whole picture (or of the box), compared by cosine. */
export interface TagResult {
  tags: { name: string; score: number; box?: { x: number; y: number; w: number; h: number } }[];
  faces?: { box: { x: number; y: number; w: number; h: number }; score: number; vector?: Float32Array; quality?: number }[];
  text?: { text: string; score: number; box: { x: number; y: number; w: number; h: number } }[];
  vector?: Float32Array;
}

export interface TaggerContext {
  signal: AbortSignal;
  log: (message: string) => void;
  /** The picture as people see it (turned upright, sRGB). The worker decodes once for all taggers. */
  pixels: (assetId: string, wish?: PixelsWish) => Promise<Pixels>;
  /** Models are named in the house's catalogue; the worker owns the engines. */
  engine: { run: (model: string, inputs: Record<string, Tensor>) => Promise<Record<string, Tensor>> };
}

export interface Tagger<Config = Record<string, unknown>> {
  input: 'preview' | 'original' | 'metadata';
  /** How many photos at once, at most. */
  batch: number;
  warmup?(config: Config, ctx: TaggerContext): Promise<void>;
  /** One result per input, in their order. */
  tag(batch: TaggerInput[], config: Config, ctx: TaggerContext): Promise<TagResult[]>;
  dispose?(): Promise<void>;
  migrate?(config: Record<string, unknown>, from: string): Promise<Config> | Config;
}

/** The default export of a plugin of kind `tagger`. */
export const defineTagger = <C>(tagger: Tagger<C>): Tagger<C> => tagger;
