export * from './import-source.ts';
export * from './manifest.ts';
export * from './tagger.ts';
