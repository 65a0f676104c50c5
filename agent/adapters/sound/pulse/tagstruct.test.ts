import { describe, expect, it } from 'vitest';
import { TagReader, TagWriter } from './tagstruct.ts';

describe('tag structures', () => {
  it('reads what it wrote', () => {
    const bytes = new TagWriter()
      .u32(0xffff_ffff)
      .string('thôn')
      .string(null)
      .bool(true)
      .bool(false)
      .time(1_771_304_400_123.456)
      .bytes();
    const reader = new TagReader(bytes);
    expect(reader.u32()).toBe(0xffff_ffff);
    expect(reader.string()).toBe('thôn');
    expect(reader.string()).toBeNull();
    expect([reader.bool(), reader.bool()]).toEqual([true, false]);
    expect(reader.time()).toBeCloseTo(1_771_304_400_123.456, 3);
    expect(reader.done).toBe(true);
  });

  it('refuses a value of another type, and one that is cut off', () => {
    expect(() => new TagReader(new TagWriter().bool(true).bytes()).u32()).toThrow(/expected/);
    expect(() => new TagReader(new TagWriter().u32(7).bytes().subarray(0, 3)).u32()).toThrow(/expected/);
    expect(() => new TagReader(Buffer.from('tabc')).string()).toThrow(/without an end/);
  });
});
