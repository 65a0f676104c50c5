const RATE = 48_000;

/** One struck bar: a base note and two overtones, as a marimba has them, each dying away at its own speed. */
function strike(into: Float32Array, atSeconds: number, hertz: number, level: number): void {
  const partials = [
    { times: 1, level: 1, decay: 0.55 },
    { times: 3.93, level: 0.18, decay: 0.16 },
    { times: 9.2, level: 0.05, decay: 0.06 },
  ];
  const start = Math.round(atSeconds * RATE);
  for (let i = start; i < into.length; i++) {
    const time = (i - start) / RATE;
    const onset = Math.min(1, time / 0.004); // no click
    const sound = partials.reduce(
      (sum, { times, level: share, decay }) =>
        sum + share * Math.exp(-time / decay) * Math.sin(2 * Math.PI * hertz * times * time),
      0,
    );
    into[i] = (into[i] ?? 0) + level * onset * sound;
  }
}

/** The opening chime: four notes upward, G4 C5 E5 G5, the last one left to ring. 48 kHz, one channel, 3.2 s. */
export function openingChime(): Float32Array {
  const sound = new Float32Array(RATE * 3.2);
  [392, 523.25, 659.26, 783.99].forEach((hertz, note) => {
    strike(sound, 0.05 + note * 0.38, hertz, note === 3 ? 0.4 : 0.32);
  });
  return sound;
}

/** The alert: a siren that rises and falls four times between 500 and 1,200 Hz. 48 kHz, one channel, 10 s. */
export function alertSiren(): Float32Array {
  const seconds = 10;
  const sound = new Float32Array(RATE * seconds);
  let phase = 0;
  for (let i = 0; i < sound.length; i++) {
    const time = i / RATE;
    const swing = (1 - Math.cos((2 * Math.PI * 4 * time) / seconds)) / 2;
    phase += (2 * Math.PI * (500 + 700 * swing)) / RATE;
    const ends = Math.min(1, time / 0.05, (seconds - time) / 0.05);
    // Odd overtones make it carry over a valley where a pure tone would not.
    sound[i] = 0.5 * ends * (Math.sin(phase) + Math.sin(3 * phase) / 3 + Math.sin(5 * phase) / 6);
  }
  return sound;
}
