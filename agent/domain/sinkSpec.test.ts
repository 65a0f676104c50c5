import { describe, expect, it } from 'vitest';
import { parseSinkSpec } from './sinkSpec.ts';

describe('a sink as an operator writes it', () => {
  it('is one of the known spellings', () => {
    expect(parseSinkSpec('null')).toEqual({ kind: 'null' });
    expect(parseSinkSpec('pulse')).toEqual({ kind: 'pulse', name: null });
    expect(parseSinkSpec('pulse:hall')).toEqual({ kind: 'pulse', name: 'hall' });
    expect(parseSinkSpec('alsa:plughw:0,0')).toEqual({ kind: 'alsa', device: 'plughw:0,0' });
    expect(parseSinkSpec('file:/tmp/a.wav')).toEqual({ kind: 'file', path: '/tmp/a.wav' });
    expect(parseSinkSpec('pulse+file:/tmp/a+b.wav')).toEqual({
      kind: 'recording',
      speaker: { kind: 'pulse', name: null },
      tape: { kind: 'file', path: '/tmp/a+b.wav' },
    });
  });

  it.each([
    '',
    'radio',
    'null:x',
    'pulse:',
    'alsa:',
    'file:',
    'file:a.mp3',
    'file:.wav',
    'radio+file:a.wav',
    'pulse+null',
  ])('is not "%s"', (text) => {
    expect(parseSinkSpec(text)).toBeNull();
  });
});
