/** What `aplay -vvv` says on its standard error while it runs. */
export type AplayNote =
  | { readonly kind: 'setup'; readonly bufferFrames: number }
  /** The device's ring took so many samples more; while it plays, the ring is then just full. */
  | { readonly kind: 'accepted'; readonly samples: number }
  | { readonly kind: 'underrun' };

const NOTE = /buffer_size\s*: (\d+)\s|Max peak \((\d+) samples\)|(underrun!!!)/;
const KEEP_CHARACTERS = 2_000;

/** Picks the notes out of a text that arrives in pieces. */
export class AplayReport {
  #pending = '';
  #complaint = '';

  /** The last lines that were no notes: why aplay ended, in its words. */
  get complaint(): string {
    const lines = this.#complaint.split('\n').filter((line) => line.startsWith('aplay:') || line.includes('rror'));
    return lines.slice(-2).join('; ').trim();
  }

  read(text: string): AplayNote[] {
    this.#pending += text;
    const notes: AplayNote[] = [];
    for (let match = NOTE.exec(this.#pending); match !== null; match = NOTE.exec(this.#pending)) {
      const [whole, setup, accepted] = match;
      if (setup !== undefined) notes.push({ kind: 'setup', bufferFrames: Number(setup) });
      else if (accepted !== undefined) notes.push({ kind: 'accepted', samples: Number(accepted) });
      else notes.push({ kind: 'underrun' });
      this.#keep(this.#pending.slice(0, match.index));
      this.#pending = this.#pending.slice(match.index + whole.length);
    }
    if (this.#pending.length > KEEP_CHARACTERS) {
      this.#keep(this.#pending.slice(0, -100));
      this.#pending = this.#pending.slice(-100);
    }
    return notes;
  }

  /** Nothing more will come. */
  end(): void {
    this.#keep(this.#pending);
    this.#pending = '';
  }

  #keep(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-KEEP_CHARACTERS);
  }
}
