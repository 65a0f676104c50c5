/** Where sound goes, as an operator writes it. */
export type SinkSpec =
  | { readonly kind: 'null' }
  | { readonly kind: 'pulse' /** Null: the sound server's default. */; readonly name: string | null }
  | { readonly kind: 'alsa'; readonly device: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Plays through the first and keeps a recording of it. */
  | { readonly kind: 'recording'; readonly speaker: SinkSpec; readonly tape: SinkSpec };

/** The spellings there are, for messages. */
export const SINK_SPELLINGS =
  'alsa:DEVICE (a name from aplay -L, such as alsa:plughw:0,0), pulse, pulse:SINKNAME, file:PATH.wav, null, ' +
  'and SINK+file:PATH.wav to play and record';

/** Reads a sink's spelling; null for none of those in `SINK_SPELLINGS`. */
export function parseSinkSpec(text: string): SinkSpec | null {
  const taped = /^(.+)\+(file:.+)$/.exec(text);
  if (taped?.[1] && taped[2]) {
    const speaker = parseSinkSpec(taped[1]);
    const tape = parseSinkSpec(taped[2]);
    return speaker && tape ? { kind: 'recording', speaker, tape } : null;
  }
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? null : text.slice(colon + 1);
  if (kind === 'null' && rest === null) return { kind };
  if (kind === 'pulse' && rest !== '') return { kind, name: rest };
  if (kind === 'alsa' && rest) return { kind, device: rest };
  if (kind === 'file' && rest && /.\.wav$/i.test(rest)) return { kind, path: rest };
  return null;
}
