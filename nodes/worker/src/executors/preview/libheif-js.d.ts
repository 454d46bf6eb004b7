// The part of libheif-js that is used here; the package ships no types for its self-contained build.
declare module 'libheif-js/wasm-bundle.js' {
  interface Picture {
    get_width(): number;
    get_height(): number;
    is_primary(): boolean;
    free(): void;
    /** Fills `data` (RGBA) and calls back with it, or with null when the pixels cannot be decoded. */
    display(target: { data: Uint8ClampedArray; width: number; height: number }, done: (result: object | null) => void): void;
  }
  const libheif: { HeifDecoder: new () => { decode(file: Uint8Array): Picture[] } };
  export default libheif;
}
