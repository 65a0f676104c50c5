import type { Instant } from '../../shared/core/time.ts';

/** One item as the player needs it. */
export interface PlayRequest {
  readonly itemId: string;
  /** The clip's file, whose hash has been checked. */
  readonly path: string;
  /** When its first sample is to sound. */
  readonly at: Instant;
  readonly durationMs: number;
  /** 0 is as recorded; the volume of the configuration as decibels. */
  readonly gainDb: number;
}

export interface PlayOutcome {
  /** When the first sample sounded, by the sink's own clock; null when none did. */
  readonly startedAt: Instant | null;
  /** Length of what the sink has taken. */
  readonly heardMs: number;
  readonly complete: boolean;
  readonly reason: 'stopped' | 'soundFault' | 'decodeFault' | null;
  /** In words, for the log and the fault record; null when all went well. */
  readonly detail: string | null;
}

export interface PlayListener {
  /** Its first sample sounds (or is about to, within the sink's lead). Called at most once. */
  started(at: Instant): void;
  /** Called about once a second while it sounds. */
  progress(heardMs: number): void;
}

/** Plays one item at a time at its instant; call ahead of it (some seconds) so that it can decode and warm the sink. */
export interface Player {
  play(request: PlayRequest, listener: PlayListener, signal: AbortSignal): Promise<PlayOutcome>;
  /** Lets go of the sound device. */
  close(): Promise<void>;
}
