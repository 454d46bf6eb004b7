import { defineTagger } from '@mantel/plugin-sdk';

interface Config { darkness?: number }

export default defineTagger<Config>({
  input: 'preview',
  batch: 8,
  // The same photo gives the same answer: no clock, no chance, nothing remembered.
  async tag(batch, { darkness = 0.2 }, ctx) {
    return Promise.all(batch.map(async ({ assetId }) => {
      const { data } = await ctx.pixels(assetId, { width: 64, height: 64, fit: 'inside', channels: 1 });
      const light = data.reduce((sum, v) => sum + v, 0) / (data.length * 255);
      return { tags: light < darkness ? [{ name: 'dark', score: Math.min(1, (darkness - light) / darkness + 0.5) }] : [] };
    }));
  },
});
