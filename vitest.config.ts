import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,server,agent,audio-samples,test}/**/*.test.ts'],
    // Real brokers, databases and ffmpeg take their time on a loaded two-core machine; a hang still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers than that only make the real-time tests late.
    maxWorkers: 2,
  },
});
