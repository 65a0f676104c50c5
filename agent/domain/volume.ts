/** What the configuration says about loudness, in percent. */
export interface VolumeSetting {
  readonly volume: number;
  readonly volumeMin: number;
  readonly volumeMax: number;
}

/** The volume that is really used: inside its limits, whatever was asked for. Percent, 0 to 100. */
export function clampedVolume(setting: VolumeSetting): number {
  return Math.min(100, Math.max(0, Math.min(setting.volumeMax, Math.max(setting.volumeMin, setting.volume))));
}

/**
 * Volume in percent as decibels below full scale. Half the percentage is heard as half as loud: perceived loudness
 * halves with every 10 dB (the sone scale of ISO 532, after Stevens), so the law is `10 * log2(percent / 100)`:
 * 100 is 0 dB, 50 is -10 dB, 25 is -20 dB, 1 is -66 dB.
 * @param percent 1 to 100; 0 is silence and gives negative infinity: the caller treats it as muted
 */
export function gainDbOf(percent: number): number {
  return percent <= 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log2(Math.min(100, percent) / 100);
}
